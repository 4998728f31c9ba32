// SPDX-License-Identifier: MIT
// Whole-row kernels that combine the rows of several policies into one.
#ifndef REALIGN_SIMD_MIX_HPP
#define REALIGN_SIMD_MIX_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/kernels.hpp>
#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/reference.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd {

namespace detail {

template <scalar T>
[[nodiscard]] bool vectorizable(matrix_view<const T> rows) noexcept {
  return rows.rows() > 0 && vectorizable(rows.row(0));
}
/// Rows of positive weight that one call of the vector kernel takes.
inline constexpr std::size_t most_mixed_rows = 16;

[[nodiscard]] inline bool vectorizable(std::span<const double> w) noexcept {
  std::size_t positive = 0;
  for (const double v : w) positive += v > 0 ? 1U : 0U;
  return positive > 0 && positive <= most_mixed_rows;
}
/// No coefficient is negative: minus infinity can meet no plus infinity.
[[nodiscard]] inline bool weights_only(std::span<const double> c) noexcept {
  for (const double v : c)
    if (!(v >= 0)) return false;
  return true;
}

}  // namespace detail

/// log_mix_a = log sum_i w_i exp(logits_ia - log_z_i): the arithmetic mean of the policies, in logs.
///
/// Rows with weight zero are not read. Finite in the tails: where the sum is tiny it is taken around its largest term.
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
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && detail::vectorizable(w) && log_mix.contiguous()) {
    REALIGN_SIMD_RUN(T, arithmetic_mix, logits.data(), logits.row_stride(), logits.rows(), w.data(),
                     log_z.data(), detail::mask_data(allowed), n, true, log_mix.data())
  }
  reference::arithmetic_mix(logits, w, log_z, allowed, log_mix);
}

/// mix_a = sum_i w_i exp(logits_ia - log_z_i): as `arithmetic_mix`, in probabilities; a masked choice gets exactly zero.
template <scalar T>
void arithmetic_mix_probs(matrix_view<const T> logits, std::span<const double> w,
                          std::span<const double> log_z, mask_view allowed, vector_view<T> mix) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && detail::vectorizable(w) && mix.contiguous()) {
    REALIGN_SIMD_RUN(T, arithmetic_mix, logits.data(), logits.row_stride(), logits.rows(), w.data(),
                     log_z.data(), detail::mask_data(allowed), n, false, mix.data())
  }
  reference::arithmetic_mix(logits, w, log_z, allowed, mix);
  reference::exponentiate_logits(vector_view<const T>(mix), 0.0, {}, mix);
}

/// log sum_a exp(sum_i c_i logits_ia): the log-normaliser of the geometric mean of the policies.
///
/// Rows with coefficient zero are not read: 0 times minus infinity is 0. A choice that a row with a positive
/// coefficient never makes is never made.
///
/// @param logits   N x V
/// @param c        N coefficients; a negative one may not meet a masked logit that no other row masks
/// @param allowed  V bytes, or empty
/// @return as `log_sum_exp`
/// @cost one pass over N rows, nothing is written, no allocation
template <scalar T>
[[nodiscard]] double geometric_log_z(matrix_view<const T> logits, std::span<const double> c,
                                     mask_view allowed = {}) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && detail::weights_only(c)) {
    REALIGN_SIMD_RUN(T, geometric_log_z, logits.data(), logits.row_stride(), logits.rows(), c.data(),
                     detail::mask_data(allowed), n)
  }
  return reference::geometric_log_z(logits, c, allowed);
}

/// log_mix_a = sum_i c_i logits_ia - log_z: the geometric mean of the policies, in logs.
///
/// @param log_z    what `geometric_log_z` returned, finite
/// @param log_mix  V numbers; a masked choice gets minus infinity
/// @cost one pass over N rows, no allocation
template <scalar T>
void geometric_mix(matrix_view<const T> logits, std::span<const double> c, double log_z, mask_view allowed,
                   vector_view<T> log_mix) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && log_mix.contiguous() && detail::weights_only(c)) {
    REALIGN_SIMD_RUN(T, geometric_mix, logits.data(), logits.row_stride(), logits.rows(), c.data(), log_z,
                     detail::mask_data(allowed), n, true, log_mix.data())
  }
  reference::geometric_mix(logits, c, log_z, allowed, log_mix);
}

/// As `geometric_mix`, in probabilities; a masked choice gets exactly zero.
template <scalar T>
void geometric_mix_probs(matrix_view<const T> logits, std::span<const double> c, double log_z,
                         mask_view allowed, vector_view<T> mix) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && mix.contiguous() && detail::weights_only(c)) {
    REALIGN_SIMD_RUN(T, geometric_mix, logits.data(), logits.row_stride(), logits.rows(), c.data(), log_z,
                     detail::mask_data(allowed), n, false, mix.data())
  }
  reference::geometric_mix(logits, c, log_z, allowed, mix);
  reference::exponentiate_logits(vector_view<const T>(mix), 0.0, {}, mix);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_MIX_HPP
