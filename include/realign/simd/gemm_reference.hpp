// SPDX-License-Identifier: MIT
// The matrix products in plain scalar code, sums in double: what every kernel is tested against, and what runs on
// strided columns and unknown compilers.
#ifndef REALIGN_SIMD_GEMM_REFERENCE_HPP
#define REALIGN_SIMD_GEMM_REFERENCE_HPP

#include <cstddef>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/nonlinearity.hpp>
#include <realign/simd/math_reference.hpp>

namespace realign::inline v0::simd::reference {

template <scalar T>
[[nodiscard]] T apply(nonlinearity f, const T& x) noexcept {
  if (f == nonlinearity::tanh) return tanh(x);
  return f == nonlinearity::relu && x < T(0) ? T(0) : x;
}

/// y = f(x w + b).
template <scalar T>
REALIGN_COLD void affine(matrix_view<const T> x, matrix_view<const T> w, vector_view<const T> b, nonlinearity f,
            matrix_view<T> y) noexcept {
  for (std::size_t i = 0; i < y.rows(); ++i)
    for (std::size_t j = 0; j < y.cols(); ++j) {
      double s = static_cast<double>(b[j]);
      for (std::size_t q = 0; q < x.cols(); ++q) s += static_cast<double>(x(i, q)) * static_cast<double>(w(q, j));
      y(i, j) = apply(f, static_cast<T>(s));
    }
}

/// w += x^T y.
template <scalar T>
REALIGN_COLD void add_transpose_times(matrix_view<const T> x, matrix_view<const T> y, matrix_view<T> w) noexcept {
  for (std::size_t i = 0; i < w.rows(); ++i)
    for (std::size_t j = 0; j < w.cols(); ++j) {
      double s = static_cast<double>(w(i, j));
      for (std::size_t q = 0; q < x.rows(); ++q) s += static_cast<double>(x(q, i)) * static_cast<double>(y(q, j));
      w(i, j) = static_cast<T>(s);
    }
}

/// x = y w^T, or x += y w^T where `add` is set.
template <scalar T>
REALIGN_COLD void times_transpose(matrix_view<const T> y, matrix_view<const T> w, matrix_view<T> x, bool add) noexcept {
  for (std::size_t i = 0; i < x.rows(); ++i)
    for (std::size_t j = 0; j < x.cols(); ++j) {
      double s = add ? static_cast<double>(x(i, j)) : 0.0;
      for (std::size_t q = 0; q < y.cols(); ++q) s += static_cast<double>(y(i, q)) * static_cast<double>(w(j, q));
      x(i, j) = static_cast<T>(s);
    }
}

/// sums_j += sum_i y_ij.
template <scalar T>
REALIGN_COLD void add_column_sums(matrix_view<const T> y, vector_view<T> sums) noexcept {
  for (std::size_t j = 0; j < y.cols(); ++j) {
    double s = static_cast<double>(sums[j]);
    for (std::size_t i = 0; i < y.rows(); ++i) s += static_cast<double>(y(i, j));
    sums[j] = static_cast<T>(s);
  }
}

}  // namespace realign::inline v0::simd::reference

#endif  // REALIGN_SIMD_GEMM_REFERENCE_HPP
