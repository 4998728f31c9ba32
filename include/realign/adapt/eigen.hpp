// SPDX-License-Identifier: MIT
// Vectors, rows, blocks, maps and expressions of Eigen as rows; its matrices as matrix views.
#ifndef REALIGN_ADAPT_EIGEN_HPP
#define REALIGN_ADAPT_EIGEN_HPP

#include <cstddef>
#include <type_traits>

#include <Eigen/Core>

#include <realign/adapt/detail/evaluated_row.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

namespace detail {
template <class Derived>
void of_dense_base(const Eigen::DenseBase<Derived>&);
}

namespace adapt {

/// A dense array of Eigen over float or double: a matrix, block, map, or an expression of these.
template <class X>
concept eigen_dense = requires(X& x) { detail::of_dense_base(x); } && scalar<typename X::Scalar>;

/// It has storage of its own or looks into some.
template <class X>
concept eigen_stored = eigen_dense<X> && (X::Flags & Eigen::DirectAccessBit) != 0 && requires(X& x) { x.data(); };

/// It is a row or a column by its type. A matrix that happens to have one row is not: pass `m.row(0)`.
template <class X>
concept eigen_vector = eigen_dense<X> && static_cast<bool>(X::IsVectorAtCompileTime);

}  // namespace adapt

/// Whatever has storage is seen in place, with its step.
template <adapt::eigen_vector X>
  requires adapt::eigen_stored<X>
struct view_traits<X> {
  static auto view(X& x) noexcept {
    return vector_view<std::remove_pointer_t<decltype(x.data())>>(x.data(), static_cast<std::size_t>(x.size()),
                                                                  x.innerStride());
  }
};

/// An expression is evaluated once, into storage that what is returned holds.
template <adapt::eigen_vector X>
  requires(!adapt::eigen_stored<X>)
struct view_traits<X> {
  static auto view(X& x) {
    using T = typename X::Scalar;
    detail::evaluated_row<T> row(static_cast<std::size_t>(x.size()));
    Eigen::Map<typename X::PlainObject> to(row.data(), x.rows(), x.cols());
    if constexpr (requires { to.noalias(); })
      to.noalias() = x;
    else
      to = x;
    return row;
  }
};

/// Whatever has storage, rows before columns whatever its storage order.
template <adapt::eigen_stored X>
struct matrix_traits<X> {
  static auto view(X& x) noexcept {
    return matrix_view<std::remove_pointer_t<decltype(x.data())>>(x.data(), static_cast<std::size_t>(x.rows()),
                                                                  static_cast<std::size_t>(x.cols()), x.rowStride(),
                                                                  x.colStride());
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_ADAPT_EIGEN_HPP
