// SPDX-License-Identifier: MIT
// Whole-row kernels that combine the rows of several policies into one.
#ifndef REALIGN_SIMD_MIX_HPP
#define REALIGN_SIMD_MIX_HPP

#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::simd {

/// log_mix_a = log sum_i w_i exp(logits_ia - log_z_i): the arithmetic mean of the policies, in logs.
///
/// Rows with weight zero are not read. Finite in the tails: the sum is taken around its largest term.
///
/// @param logits   N x V
/// @param w        N weights >= 0
/// @param log_z    N log-normalisers of the rows, finite where w_i > 0
/// @param allowed  V bytes; a masked choice gets minus infinity
/// @param log_mix  V numbers; not renormalised after masking. May not alias a row unless N = 1
/// @cost one pass over N rows, no allocation
template <scalar T>
void arithmetic_mix(matrix_view<const T> logits, std::span<const double> w,
                    std::span<const double> log_z, mask_view allowed, vector_view<T> log_mix) noexcept {
  const std::size_t n = logits.rows();
  for (std::size_t a = 0; a < logits.cols(); ++a) {
    double top = 0;
    bool found = false;
    if (allowed.empty() || allowed[a] != 0) {
      for (std::size_t i = 0; i < n; ++i) {
        if (!(w[i] > 0) || is_neg_inf(logits(i, a))) continue;
        const double t = static_cast<double>(logits(i, a)) - log_z[i];
        if (!found || t > top) top = t;
        found = true;
      }
    }
    if (!found) {
      log_mix[a] = neg_infinity<T>();
      continue;
    }
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      if (w[i] > 0 && !is_neg_inf(logits(i, a)))
        sum += w[i] * std::exp(static_cast<double>(logits(i, a)) - log_z[i] - top);
    log_mix[a] = static_cast<T>(top + std::log(sum));
  }
}

/// log_mix_a = sum_i c_i logits_ia: the geometric mean of the policies up to a constant, in logs.
///
/// Rows with coefficient zero are not read: 0 times minus infinity is 0. A choice that a row with a positive
/// coefficient never makes is never made.
///
/// @param logits   N x V
/// @param c        N coefficients; a negative one may not meet a masked logit that no other row masks
/// @param allowed  V bytes; a masked choice gets minus infinity
/// @param log_mix  V numbers, not normalised
/// @cost one pass over N rows, no allocation
template <scalar T>
void geometric_mix(matrix_view<const T> logits, std::span<const double> c, mask_view allowed,
                   vector_view<T> log_mix) noexcept {
  const std::size_t n = logits.rows();
  for (std::size_t a = 0; a < logits.cols(); ++a) {
    bool possible = allowed.empty() || allowed[a] != 0;
    double sum = 0;
    for (std::size_t i = 0; possible && i < n; ++i)
      if (c[i] > 0 && is_neg_inf(logits(i, a))) possible = false;
    for (std::size_t i = 0; possible && i < n; ++i)
      if (c[i] > 0 || c[i] < 0) sum += c[i] * static_cast<double>(logits(i, a));
    log_mix[a] = possible ? static_cast<T>(sum) : neg_infinity<T>();
  }
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_MIX_HPP
