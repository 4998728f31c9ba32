// SPDX-License-Identifier: MIT
// The matrix products of a layer for one row: forward, and its gradients.
#ifndef REALIGN_SIMD_GEMV_HPP
#define REALIGN_SIMD_GEMV_HPP

#include <concepts>
#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/dense_kernels.hpp>
#include <realign/simd/detail/nonlinearity.hpp>
#include <realign/simd/gemm_reference.hpp>

// x has I numbers, y has O, w is I x O with its rows any distance apart; other strides run on scalar code. Results may
// not overlap what is read, nothing is allocated. Every weight is read once, row by row.

namespace realign::inline v0::simd {

namespace detail {

/// True when there are vector kernels, and they take these: the numbers of a row lie side by side.
template <class T>
[[nodiscard]] bool has_whole_rows([[maybe_unused]] matrix_view<T> m) noexcept {
#if defined(__GNUC__)
  return m.col_stride() == 1;
#else
  return false;
#endif
}
template <class T>
[[nodiscard]] matrix_view<T> one_row(vector_view<T> x) noexcept {
  return {x.data(), 1, x.size(), 0, x.stride()};
}

}  // namespace detail

/// y = f(x w + b).
/// @param b  O numbers
template <scalar T>
void affine(vector_view<const T> x, matrix_view<const T> w, vector_view<const T> b, nonlinearity f,
            vector_view<T> y) noexcept {
  if (detail::has_whole_rows(w) && x.contiguous() && b.contiguous() && y.contiguous()) {
    REALIGN_SIMD_RUN(T, multiply_row, x.data(), x.size(), w.data(), w.row_stride(), b.data(), y.size(), y.data(), f)
  }
  reference::affine(detail::one_row(x), w, b, f, detail::one_row(y));
}

/// w += x^T y: the gradient of the weights, from the inputs x and the derivatives y of the outputs.
template <scalar T>
void add_transpose_times(vector_view<const T> x, vector_view<const T> y, matrix_view<T> w) noexcept {
  if (detail::has_whole_rows(w) && x.contiguous() && y.contiguous()) {
    REALIGN_SIMD_RUN(T, add_outer_product, x.data(), x.size(), y.data(), y.size(), w.data(), w.row_stride())
  }
  reference::add_transpose_times(detail::one_row(x), detail::one_row(y), w);
}

/// x = y w^T, or x += y w^T where `add` is set: the derivatives of the inputs, from those of the outputs.
template <scalar T>
void times_transpose(vector_view<const T> y, matrix_view<const T> w, vector_view<T> x, bool add) noexcept {
  if (detail::has_whole_rows(w) && x.contiguous() && y.contiguous()) {
    REALIGN_SIMD_RUN(T, row_times_transpose, w.data(), w.row_stride(), x.size(), y.data(), y.size(), x.data(), add)
  }
  reference::times_transpose(detail::one_row(y), w, detail::one_row(x), add);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_GEMV_HPP
