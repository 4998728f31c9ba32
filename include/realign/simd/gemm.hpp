// SPDX-License-Identifier: MIT
// The matrix products of a layer for a batch: forward, and its gradients.
#ifndef REALIGN_SIMD_GEMM_HPP
#define REALIGN_SIMD_GEMM_HPP

#include <concepts>
#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/dense_kernels.hpp>
#include <realign/simd/detail/nonlinearity.hpp>
#include <realign/simd/gemm_reference.hpp>
#include <realign/simd/gemv.hpp>

// x is B x I, y is B x O, w is I x O, with their rows any distance apart; other strides run on scalar code. Results may
// not overlap what is read, nothing is allocated (16 KiB of stack are used). Float sums are taken in blocks of at most
// 512. A batch of one runs on the kernels of gemv.hpp.

namespace realign::inline v0::simd {

/// y = f(x w + b), f applied to what has just been worked out.
/// @param b  O numbers
/// @cost B I O multiply-adds
template <scalar T>
void affine(matrix_view<const T> x, matrix_view<const T> w, vector_view<const T> b, nonlinearity f,
            matrix_view<T> y) noexcept {
  if (x.cols() > 0 && detail::has_whole_rows(x) && detail::has_whole_rows(w) && b.contiguous() &&
      detail::has_whole_rows(y)) {
    REALIGN_SIMD_RUN(T, affine, x.data(), x.row_stride(), x.rows(), w.data(), w.row_stride(), x.cols(), b.data(),
                     y.cols(), f, y.data(), y.row_stride())
  }
  reference::affine(x, w, b, f, y);
}

/// w += x^T y: the gradient of the weights, from the inputs x and the derivatives y of the outputs.
/// @cost B I O multiply-adds
template <scalar T>
void add_transpose_times(matrix_view<const T> x, matrix_view<const T> y, matrix_view<T> w) noexcept {
  if (detail::has_whole_rows(x) && detail::has_whole_rows(y) && detail::has_whole_rows(w)) {
    REALIGN_SIMD_RUN(T, add_transpose_times, x.data(), x.row_stride(), x.rows(), y.data(), y.row_stride(), y.cols(),
                     w.data(), w.row_stride(), w.rows())
  }
  reference::add_transpose_times(x, y, w);
}

/// x = y w^T, or x += y w^T where `add` is set: the derivatives of the inputs, from those of the outputs.
/// @cost B I O multiply-adds
template <scalar T>
void times_transpose(matrix_view<const T> y, matrix_view<const T> w, matrix_view<T> x, bool add) noexcept {
  if (y.cols() > 0 && detail::has_whole_rows(x) && detail::has_whole_rows(y) && detail::has_whole_rows(w)) {
    REALIGN_SIMD_RUN(T, times_transpose, y.data(), y.row_stride(), y.rows(), w.data(), w.row_stride(), y.cols(),
                     x.data(), x.row_stride(), x.cols(), add)
  }
  reference::times_transpose(y, w, x, add);
}

/// sums_j += sum_i y_ij, in double: the gradient of the biases.
template <scalar T>
void add_column_sums(matrix_view<const T> y, vector_view<T> sums) noexcept {
#if defined(__GNUC__)
  if (detail::has_whole_rows(y) && sums.contiguous()) {
    REALIGN_SIMD_SELECT(true, f64, add_column_sums, y.data(), y.row_stride(), y.rows(), y.cols(), sums.data())
  }
#endif
  reference::add_column_sums(y, sums);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_GEMM_HPP
