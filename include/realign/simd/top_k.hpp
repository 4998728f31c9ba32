// SPDX-License-Identifier: MIT
// The likeliest choices of a row of logits, or of the weighted sum of several rows.
#ifndef REALIGN_SIMD_TOP_K_HPP
#define REALIGN_SIMD_TOP_K_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/choice_reference.hpp>
#include <realign/simd/detail/top_k_kernels.hpp>
#include <realign/simd/detail/logit_row.hpp>
#include <realign/simd/detail/top_heap.hpp>
#include <realign/simd/mix.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd {

namespace detail {

template <readable T>
bool top_k([[maybe_unused]] const logit_row<T>& r, [[maybe_unused]] top_heap<widened<T>>& heap) noexcept {
  [[maybe_unused]] const std::size_t n = r.n;
  REALIGN_SIMD_LONG(widened<T>, top_k, r, heap)
  return false;
}
/// Sorts; a logit that is NaN or plus infinity stands alone.
template <scalar T, class Logit>
std::size_t sorted(top_heap<T> heap, bool good, std::size_t n, const Logit& logit) noexcept {
  heap.sort();
  for (std::size_t a = 0; !good && a < n; ++a) {
    const double x = logit(a);
    if (is_finite(x) || is_neg_inf(x)) continue;
    heap.choices[0] = a;
    heap.values[0] = not_a_number<T>();
    return 1;
  }
  return heap.size;
}
template <readable T, class Logit>
std::size_t select(const logit_row<T>& r, bool vectors, const Logit& logit, std::span<std::size_t> choices,
                   std::span<widened<T>> values) noexcept {
  top_heap<widened<T>> heap{values.data(), choices.data(), choices.size()};
  if (heap.room == 0) return 0;
  const bool good = vectors ? top_k(r, heap) : reference::top_k(r.n, logit, heap);
  return sorted(heap, good, r.n, logit);
}

}  // namespace detail

/// The k largest logits among the allowed choices, largest first; of equal ones the lowest choice first.
///
/// @param logits   n numbers, also of 16 bits; minus infinity is never selected
/// @param choices  k numbers, k >= 0: gets the choices
/// @param values   k numbers: gets their logits
/// @param allowed  n bytes, zero means never; empty allows all
/// @return how many were found, at most k; what lies behind them is not defined. When a logit is NaN or plus infinity:
///   1, with that choice, and NaN as its value
/// @cost one pass for k < 32, one or two beyond, and about k log k steps; no allocation
template <readable T>
std::size_t top_k(vector_view<const T> logits, std::span<std::size_t> choices, std::span<widened<T>> values,
                  mask_view allowed = {}) noexcept {
  const auto logit = [&](std::size_t a) { return reference::plain_logit(logits, allowed, a); };
  return detail::select(detail::row_of(logits, allowed), detail::vectorizable(logits), logit, choices, values);
}

/// As `top_k`, of sum_i c_i logits_ia: the likeliest choices under the geometric mean of policies.
///
/// Rows with coefficient zero are not read. No normaliser is needed, nor an exponential.
///
/// @param logits  N x V, also of 16 bits
/// @param c       N coefficients; a negative one may not meet a masked logit that no other row masks
template <readable T>
std::size_t geometric_top_k(matrix_view<const T> logits, std::span<const double> c, std::span<std::size_t> choices,
                            std::span<widened<T>> values, mask_view allowed = {}) noexcept {
  const auto logit = [&](std::size_t a) { return reference::geometric_logit(logits, c, allowed, a); };
  const bool vectors = detail::vectorizable(logits) && detail::weights_only<widened<T>>(c);
  return detail::select(detail::row_of(logits, c, allowed), vectors, logit, choices, values);
}

/// The largest logit among the allowed choices: `top_k` for k = 1.
/// @return the choice, the lowest on ties, and its logit; the number of choices when none can be made
template <readable T>
[[nodiscard]] extreme argmax(vector_view<const T> logits, mask_view allowed = {}) noexcept {
  std::size_t choice = logits.size();
  widened<T> value = neg_infinity<widened<T>>();
  (void)top_k(logits, std::span<std::size_t>(&choice, 1), std::span<widened<T>>(&value, 1), allowed);
  return {choice, static_cast<double>(value)};
}
/// The same of sum_i c_i logits_ia: the greedy choice under the geometric mean of policies.
template <readable T>
[[nodiscard]] extreme geometric_argmax(matrix_view<const T> logits, std::span<const double> c,
                                       mask_view allowed = {}) noexcept {
  std::size_t choice = logits.cols();
  widened<T> value = neg_infinity<widened<T>>();
  (void)geometric_top_k(logits, c, std::span<std::size_t>(&choice, 1), std::span<widened<T>>(&value, 1), allowed);
  return {choice, static_cast<double>(value)};
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_TOP_K_HPP
