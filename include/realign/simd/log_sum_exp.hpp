// SPDX-License-Identifier: MIT
// Whole-row kernels: the log-normaliser of a row of logits, and the row normalised by it.
#ifndef REALIGN_SIMD_LOG_SUM_EXP_HPP
#define REALIGN_SIMD_LOG_SUM_EXP_HPP

#include <concepts>
#include <cstddef>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/log_softmax_kernels.hpp>
#include <realign/simd/reference.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd {

/// log sum_a exp(x_a) over the allowed choices.
///
/// @param x        n logits, also of 16 bits; minus infinity means: never
/// @param allowed  n bytes, zero means never; empty allows all
/// @return minus infinity when no choice can be made; NaN when an allowed logit is NaN or plus infinity
/// @cost one pass (online), 64 partial sums for float, no allocation
template <readable T>
[[nodiscard]] REALIGN_ALWAYS_INLINE double log_sum_exp(vector_view<const T> x, mask_view allowed = {}) noexcept {
  if (detail::vectorizable(x)) {
    widened<T>* const nowhere = nullptr;
    REALIGN_SIMD_TINY(widened<T>, x.size(), softmax_short<1>, x.data(), detail::mask_data(allowed), x.size(), false, nowhere)
    REALIGN_SIMD_RUN(widened<T>, softmax, x.data(), detail::mask_data(allowed), x.size(), false, nowhere)
  }
  return reference::log_sum_exp(x, allowed);
}

/// log_probs_a = x_a - log_z over the allowed choices, minus infinity elsewhere.
///
/// @param log_z  the row's log_sum_exp, finite
/// @cost one pass, no allocation; `log_probs` may be `x`
template <readable T>
void normalize_logits(vector_view<const T> x, double log_z, mask_view allowed,
                      vector_view<widened<T>> log_probs) noexcept {
  [[maybe_unused]] const std::size_t n = x.size();
  if (detail::vectorizable(x) && log_probs.contiguous()) {
    REALIGN_SIMD_LONG(widened<T>, normalize, x.data(), log_z, detail::mask_data(allowed), n, log_probs.data())
  }
  reference::normalize_logits(x, log_z, allowed, log_probs);
}

/// probs_a = exp(x_a - log_z) over the allowed choices, exactly zero elsewhere.
template <readable T>
void exponentiate_logits(vector_view<const T> x, double log_z, mask_view allowed,
                         vector_view<widened<T>> probs) noexcept {
  [[maybe_unused]] const std::size_t n = x.size();
  if (detail::vectorizable(x) && probs.contiguous()) {
    REALIGN_SIMD_LONG(widened<T>, exponentiate, x.data(), log_z, detail::mask_data(allowed), n, probs.data())
  }
  reference::exponentiate_logits(x, log_z, allowed, probs);
}

/// Writes log softmax of the row; masked choices get minus infinity.
///
/// @return the log-normaliser; when it is minus infinity (no choice) or NaN, nothing is written
/// @cost two passes, no allocation; `log_probs` may be `x`
template <readable T>
REALIGN_ALWAYS_INLINE double log_softmax(vector_view<const T> x, vector_view<widened<T>> log_probs,
                                         mask_view allowed = {}) noexcept {
  if (detail::in_one_piece(x) && log_probs.contiguous()) {
    REALIGN_SIMD_TINY(widened<T>, x.size(), softmax_short<1>, x.data(), detail::mask_data(allowed), x.size(), true,
                      log_probs.data())
    REALIGN_SIMD_RUN(widened<T>, softmax, x.data(), detail::mask_data(allowed), x.size(), true, log_probs.data())
  }
  const double log_z = log_sum_exp(x, allowed);
  if (is_finite(log_z)) normalize_logits(x, log_z, allowed, log_probs);
  return log_z;
}

/// Writes softmax of the row; masked choices get exactly zero. As `log_softmax` otherwise.
template <readable T>
REALIGN_ALWAYS_INLINE double softmax(vector_view<const T> x, vector_view<widened<T>> probs,
                                     mask_view allowed = {}) noexcept {
  if (detail::in_one_piece(x) && probs.contiguous()) {
    REALIGN_SIMD_TINY(widened<T>, x.size(), softmax_short<1>, x.data(), detail::mask_data(allowed), x.size(), false,
                      probs.data())
    REALIGN_SIMD_RUN(widened<T>, softmax, x.data(), detail::mask_data(allowed), x.size(), false, probs.data())
  }
  const double log_z = log_sum_exp(x, allowed);
  if (is_finite(log_z)) exponentiate_logits(x, log_z, allowed, probs);
  return log_z;
}

/// Log-softmax of every row of a matrix: for batches, in which short rows share registers.
///
/// @param logits     B x n, also of 16 bits; minus infinity means never
/// @param log_probs  B x n, may be the logits; a row without a choice, or with NaN or plus infinity, becomes NaN
/// @return false when there was such a row
/// @cost two passes over each row, near enough for both to be read once; no allocation
template <readable T>
bool log_softmax(matrix_view<const T> logits, matrix_view<widened<T>> log_probs) noexcept {
  if (logits.cols() == 0) return true;
  if (detail::in_one_piece(logits) && (log_probs.col_stride() == 1 || log_probs.cols() < 2)) {
    REALIGN_SIMD_RUN(widened<T>, log_softmax_rows, logits.data(), logits.row_stride(), logits.cols(), logits.rows(),
                     log_probs.data(), log_probs.row_stride())
  }
  bool sound = true;
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    if (is_finite(log_softmax(logits.row(i), log_probs.row(i)))) continue;
    sound = false;
    for (std::size_t a = 0; a < logits.cols(); ++a) log_probs(i, a) = not_a_number<widened<T>>();
  }
  return sound;
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_LOG_SUM_EXP_HPP
