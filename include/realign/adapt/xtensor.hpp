// SPDX-License-Identifier: MIT
// Arrays, views and expressions of xtensor as rows; those of two axes as matrix views. xtensor 0.24 to 0.27.
#ifndef REALIGN_ADAPT_XTENSOR_HPP
#define REALIGN_ADAPT_XTENSOR_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>

// xtensor 0.26 has sorted its headers into folders.
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

#include <realign/adapt/detail/evaluated_row.hpp>
#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

namespace adapt {

/// An array, view or expression of xtensor over float or double.
template <class X>
concept xtensor_expression =
    xt::is_xexpression<std::remove_const_t<X>>::value && scalar<std::remove_cv_t<typename X::value_type>>;

/// It has storage of its own or looks into some with steps.
template <class X>
concept xtensor_stored = xtensor_expression<X> && requires(X& x) {
  x.data();
  { x.data_offset() } -> std::convertible_to<std::size_t>;
  x.strides();
};

/// It may have N axes: by its type, or else its number of axes is only known at run time.
template <class X, std::size_t N>
concept xtensor_axes = !requires { std::tuple_size<typename X::shape_type>::value; } ||
                       requires { requires std::tuple_size<typename X::shape_type>::value == N; };

}  // namespace adapt

namespace detail {

template <class X>
void expect_axes(const X& x, std::size_t axes) {
  expects(x.dimension() == axes, "array", "as many axes as the view", x.dimension(), " for ", axes);
}

/// The first number: xtensor's `data()` is where the storage begins, whatever the view starts at.
template <class X>
[[nodiscard]] auto xtensor_data(X& x) noexcept {
  return x.data() + static_cast<std::ptrdiff_t>(x.data_offset());
}

/// The step along an axis. An axis of length 1 has step 0 in xtensor, which would say that it is not contiguous.
template <class X>
[[nodiscard]] std::ptrdiff_t xtensor_stride(const X& x, std::size_t axis, std::size_t length) {
  return length == 1 ? 1 : static_cast<std::ptrdiff_t>(x.strides()[axis]);
}

}  // namespace detail

/// Whatever has storage is seen in place, with its step.
/// @throws contract_error when its number of axes, known at run time only, is not 1
template <adapt::xtensor_stored X>
  requires adapt::xtensor_axes<X, 1>
struct view_traits<X> {
  static auto view(X& x) {
    detail::expect_axes(x, 1);
    const auto size = static_cast<std::size_t>(x.shape()[0]);
    return vector_view<std::remove_pointer_t<decltype(detail::xtensor_data(x))>>(
        detail::xtensor_data(x), size, detail::xtensor_stride(x, 0, size));
  }
};

/// An expression is evaluated once, into storage that what is returned holds. @throws as above
template <adapt::xtensor_expression X>
  requires(adapt::xtensor_axes<X, 1> && !adapt::xtensor_stored<X>)
struct view_traits<X> {
  static auto view(X& x) {
    detail::expect_axes(x, 1);
    detail::evaluated_row<std::remove_cv_t<typename X::value_type>> row(static_cast<std::size_t>(x.shape()[0]));
    std::copy(x.cbegin(), x.cend(), row.data());
    return row;
  }
};

/// Whatever has storage, with the steps of both axes.
/// @throws contract_error when its number of axes, known at run time only, is not 2
template <adapt::xtensor_stored X>
  requires adapt::xtensor_axes<X, 2>
struct matrix_traits<X> {
  static auto view(X& x) {
    detail::expect_axes(x, 2);
    const auto rows = static_cast<std::size_t>(x.shape()[0]), cols = static_cast<std::size_t>(x.shape()[1]);
    return matrix_view<std::remove_pointer_t<decltype(detail::xtensor_data(x))>>(
        detail::xtensor_data(x), rows, cols, detail::xtensor_stride(x, 0, rows), detail::xtensor_stride(x, 1, cols));
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_ADAPT_XTENSOR_HPP
