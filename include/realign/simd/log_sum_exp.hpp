// SPDX-License-Identifier: MIT
// Whole-row kernels: the log-normaliser of a row of logits, and the row normalised by it.
#ifndef REALIGN_SIMD_LOG_SUM_EXP_HPP
#define REALIGN_SIMD_LOG_SUM_EXP_HPP

#include <cmath>
#include <cstddef>
#include <limits>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0::simd {

namespace detail {

/// True when choice `a` can be made: the mask allows it and its logit is not minus infinity.
template <scalar T>
[[nodiscard]] inline bool alive(mask_view allowed, std::size_t a, const T& logit) noexcept {
  return (allowed.empty() || allowed[a] != 0) && !is_neg_inf(logit);
}

/// Largest logit of the choices that can be made. `found` is false when there is none; a NaN is returned
/// as it is.
template <scalar T>
struct row_max {
  double value = 0;
  bool found = false;

  row_max(vector_view<const T> x, mask_view allowed) noexcept {
    for (std::size_t a = 0; a < x.size(); ++a) {
      if (!alive(allowed, a, x[a])) continue;
      const double v = static_cast<double>(x[a]);
      if (is_nan(v)) {
        value = v;
        found = true;
        return;
      }
      if (!found || v > value) value = v;
      found = true;
    }
  }
};

}  // namespace detail

/// log sum_a exp(x_a) over the allowed choices.
///
/// @param x        n logits; minus infinity means: never
/// @param allowed  n bytes, zero means never; empty allows all
/// @return minus infinity when no choice can be made; NaN when an allowed logit is NaN or plus infinity
/// @cost two passes, sums in double, no allocation
template <scalar T>
[[nodiscard]] double log_sum_exp(vector_view<const T> x, mask_view allowed = {}) noexcept {
  const detail::row_max<T> top(x, allowed);
  if (!top.found) return neg_infinity<double>();
  if (!is_finite(top.value)) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (std::size_t a = 0; a < x.size(); ++a)
    if (detail::alive(allowed, a, x[a])) sum += std::exp(static_cast<double>(x[a]) - top.value);
  return top.value + std::log(sum);
}

/// log_probs_a = x_a - log_z over the allowed choices, minus infinity elsewhere.
///
/// @param log_z  the row's log_sum_exp, finite
/// @cost one pass, no allocation; `log_probs` may be `x`
template <scalar T>
void normalize_logits(vector_view<const T> x, double log_z, mask_view allowed,
                      vector_view<T> log_probs) noexcept {
  for (std::size_t a = 0; a < x.size(); ++a)
    log_probs[a] = detail::alive(allowed, a, x[a])
                       ? static_cast<T>(static_cast<double>(x[a]) - log_z)
                       : neg_infinity<T>();
}

/// probs_a = exp(x_a - log_z) over the allowed choices, exactly zero elsewhere.
template <scalar T>
void exponentiate_logits(vector_view<const T> x, double log_z, mask_view allowed,
                         vector_view<T> probs) noexcept {
  for (std::size_t a = 0; a < x.size(); ++a)
    probs[a] = detail::alive(allowed, a, x[a])
                   ? static_cast<T>(std::exp(static_cast<double>(x[a]) - log_z))
                   : T(0);
}

/// Writes log softmax of the row; masked choices get minus infinity.
///
/// @return the log-normaliser; when it is minus infinity (no choice) or NaN, nothing is written
/// @cost three passes, no allocation; `log_probs` may be `x`
template <scalar T>
double log_softmax(vector_view<const T> x, vector_view<T> log_probs, mask_view allowed = {}) noexcept {
  const double log_z = log_sum_exp(x, allowed);
  if (is_finite(log_z)) normalize_logits(x, log_z, allowed, log_probs);
  return log_z;
}

/// Writes softmax of the row; masked choices get exactly zero. As `log_softmax` otherwise.
template <scalar T>
double softmax(vector_view<const T> x, vector_view<T> probs, mask_view allowed = {}) noexcept {
  const double log_z = log_sum_exp(x, allowed);
  if (is_finite(log_z)) exponentiate_logits(x, log_z, allowed, probs);
  return log_z;
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_LOG_SUM_EXP_HPP
