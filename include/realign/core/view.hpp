// SPDX-License-Identifier: MIT
// Strided views of vectors and matrices, and the traits that turn other libraries' arrays into them.
#ifndef REALIGN_CORE_VIEW_HPP
#define REALIGN_CORE_VIEW_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>

namespace realign::inline v0 {

template <class X>
struct view_traits;
template <class T>
class vector_view;

namespace detail {

template <class X>
inline constexpr bool is_vector_view = false;
template <class T>
inline constexpr bool is_vector_view<vector_view<T>> = true;

template <class X, class T>
concept converts_to_view = requires(X& x) { x.operator vector_view<T>(); };

/// An array that is kept somewhere and can be seen as a vector_view<T>, but does not say so itself.
template <class X, class T>
concept array_of = !is_vector_view<std::remove_const_t<X>> && !converts_to_view<X, T> && !converts_to_view<X, const T> &&
                   requires(X& x) {
                     { *view_traits<X>::view(x).data() } -> std::same_as<T&>;
                   };

}  // namespace detail

/// `size` numbers that lie `stride` elements apart. Does not own them. `T` is const for reading.
template <class T>
class vector_view {
 public:
  using value_type = std::remove_const_t<T>;

  constexpr vector_view() noexcept = default;
  constexpr vector_view(T* data, std::size_t size, std::ptrdiff_t stride = 1) noexcept
      : data_(data), size_(size), stride_(stride) {}
  constexpr vector_view(std::span<T> s) noexcept : data_(s.data()), size_(s.size()) {}
  template <class U, std::size_t N>
    requires std::same_as<const U, T>
  constexpr vector_view(std::span<U, N> s) noexcept : data_(s.data()), size_(s.size()) {}
  /// Of an array that outlives it: std::vector, std::array, a plain array, what has `view_traits`.
  template <class X>
    requires detail::array_of<X, T> || (std::is_const_v<T> && detail::array_of<X, std::remove_const_t<T>>)
  constexpr vector_view(X& x) noexcept : vector_view(view_traits<X>::view(x)) {}
  /// A reading view of a writing view.
  template <class U>
    requires(std::is_const_v<T> && std::same_as<const U, T>)
  constexpr vector_view(vector_view<U> v) noexcept
      : data_(v.data()), size_(v.size()), stride_(v.stride()) {}

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr std::ptrdiff_t stride() const noexcept { return stride_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr bool contiguous() const noexcept { return stride_ == 1 || size_ < 2; }
  [[nodiscard]] constexpr T& operator[](std::size_t i) const noexcept {
    return data_[static_cast<std::ptrdiff_t>(i) * stride_];
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::ptrdiff_t stride_ = 1;
};

/// `rows` x `cols` numbers with a step for each direction. Does not own them.
template <class T>
class matrix_view {
 public:
  using value_type = std::remove_const_t<T>;

  constexpr matrix_view() noexcept = default;
  /// Row-major and contiguous.
  constexpr matrix_view(T* data, std::size_t rows, std::size_t cols) noexcept
      : matrix_view(data, rows, cols, static_cast<std::ptrdiff_t>(cols), 1) {}
  constexpr matrix_view(T* data, std::size_t rows, std::size_t cols, std::ptrdiff_t row_stride,
                        std::ptrdiff_t col_stride) noexcept
      : data_(data), rows_(rows), cols_(cols), row_stride_(row_stride), col_stride_(col_stride) {}
  template <class U>
    requires(std::is_const_v<T> && std::same_as<const U, T>)
  constexpr matrix_view(matrix_view<U> m) noexcept
      : matrix_view(m.data(), m.rows(), m.cols(), m.row_stride(), m.col_stride()) {}

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] constexpr std::size_t cols() const noexcept { return cols_; }
  [[nodiscard]] constexpr std::ptrdiff_t row_stride() const noexcept { return row_stride_; }
  [[nodiscard]] constexpr std::ptrdiff_t col_stride() const noexcept { return col_stride_; }
  [[nodiscard]] constexpr vector_view<T> row(std::size_t i) const noexcept {
    return {data_ + static_cast<std::ptrdiff_t>(i) * row_stride_, cols_, col_stride_};
  }
  [[nodiscard]] constexpr T& operator()(std::size_t i, std::size_t j) const noexcept {
    return data_[static_cast<std::ptrdiff_t>(i) * row_stride_ +
                 static_cast<std::ptrdiff_t>(j) * col_stride_];
  }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::ptrdiff_t row_stride_ = 0;
  std::ptrdiff_t col_stride_ = 1;
};

/// Which choices may be made: one byte each, zero means never. An empty mask allows every choice.
using mask_view = std::span<const unsigned char>;

/// How an array type is seen as a vector: specialise for types without `data()` and `size()`, or with
/// another stride. A specialisation has `static vector_view<T> view(X&)`.
template <class X>
struct view_traits {};

/// Anything contiguous with `data()` and `size()` over float or double.
template <class X>
  requires requires(X& x) {
    requires scalar<std::remove_cvref_t<decltype(*x.data())>>;
    { x.size() } -> std::convertible_to<std::size_t>;
  } && (!requires(X& x) { x.stride(); }) && (!requires(X& x) { x.rows(); }) && (!requires(X& x) { x.strides(); })
struct view_traits<X> {
  static constexpr auto view(X& x) noexcept {
    return vector_view<std::remove_reference_t<decltype(*x.data())>>(
        x.data(), static_cast<std::size_t>(x.size()));
  }
};

template <class T>
struct view_traits<vector_view<T>> {
  static constexpr vector_view<T> view(vector_view<T>& v) noexcept { return v; }
};
template <class T>
struct view_traits<const vector_view<T>> {
  static constexpr vector_view<T> view(const vector_view<T>& v) noexcept { return v; }
};
template <scalar T, std::size_t N>
struct view_traits<T[N]> {
  static constexpr vector_view<T> view(T (&x)[N]) noexcept { return {x, N}; }
};
template <scalar T, std::size_t N>
struct view_traits<const T[N]> {
  static constexpr vector_view<const T> view(const T (&x)[N]) noexcept { return {x, N}; }
};

/// X can be seen as a strided vector of float or double.
template <class X>
concept vector_like = requires(std::remove_reference_t<X>& x) {
  view_traits<std::remove_reference_t<X>>::view(x);
};

/// An array of another library that shows its shape or its steps (Eigen, xtensor, mdspan, ...). It joins through an
/// adaptor's `view_traits`; that it can be called, as such arrays often can, never makes it a policy.
template <class X>
concept foreign_array =
    requires(X& x) {
      x.rows();
      x.cols();
      x.derived();
    } || requires(X& x) { x.strides(); } || requires(X& x) {
      x.extents();
      x.mapping();
    };

/// How an array type is seen as a matrix: specialise for types of another library. A specialisation has
/// `static matrix_view<T> view(X&)`.
template <class X>
struct matrix_traits {};

template <class T>
struct matrix_traits<matrix_view<T>> {
  static constexpr matrix_view<T> view(matrix_view<T>& m) noexcept { return m; }
};
template <class T>
struct matrix_traits<const matrix_view<T>> {
  static constexpr matrix_view<T> view(const matrix_view<T>& m) noexcept { return m; }
};

/// X can be seen as a matrix of float or double.
template <class X>
concept matrix_like = requires(std::remove_reference_t<X>& x) {
  matrix_traits<std::remove_reference_t<X>>::view(x);
};

namespace detail {

template <class Traits, class X>
concept nothrow_view = requires(X& x) {
  { Traits::view(x) } noexcept;
};

/// Says in a sentence why X is no row: to be called where one is needed and X is not `vector_like`.
template <class X>
constexpr void explain_row() {
  static_assert(!foreign_array<X>,
                "realign: an array of another library. Include its adaptor (realign/adapt/eigen.hpp, xtensor.hpp, "
                "mdspan.hpp) or specialise view_traits. If you have: it is not one row of float or double at equal "
                "steps in memory, so pass a row or a column of it.");
  static_assert(foreign_array<X>,
                "realign: no row of numbers. Expected data() and size() over float or double, or a specialisation of "
                "view_traits.");
}

}  // namespace detail

/// The view of a vector-like object; reading when the object is const. An adaptor may evaluate an expression: what is
/// returned then holds the numbers, and is used like a view.
template <class X, class Traits = view_traits<std::remove_reference_t<X>>>
[[nodiscard]] constexpr auto as_view(X&& x) noexcept(detail::nothrow_view<Traits, X>) {
  if constexpr (vector_like<X>)
    return Traits::view(x);
  else
    detail::explain_row<std::remove_reference_t<X>>();
}

/// The view of a matrix of another library; reading when the object is const.
template <class X, class Traits = matrix_traits<std::remove_reference_t<X>>>
[[nodiscard]] constexpr auto as_matrix(X&& x) noexcept(detail::nothrow_view<Traits, X>) {
  if constexpr (matrix_like<X>)
    return Traits::view(x);
  else
    static_assert(matrix_like<X>,
                  "realign: no matrix to look into. Include the adaptor of its library (realign/adapt/eigen.hpp, "
                  "xtensor.hpp, mdspan.hpp) or specialise matrix_traits. If you have: it is an expression without "
                  "storage (evaluate it first), or not of two axes of float or double.");
}

/// The number type inside a vector-like object.
template <vector_like X>
using scalar_of = typename decltype(as_view(std::declval<X&>()))::value_type;

/// X can be seen as a vector of exactly T.
template <class X, class T>
concept vector_of = vector_like<X> && std::same_as<scalar_of<X>, T>;

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_VIEW_HPP
