// SPDX-License-Identifier: MIT
// Draws, selections and masses by cell in plain scalar code: what their vector kernels are tested against, and what runs
// on strided rows, very short ones, negative coefficients, and unknown compilers.
#ifndef REALIGN_SIMD_CHOICE_REFERENCE_HPP
#define REALIGN_SIMD_CHOICE_REFERENCE_HPP

#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/draw_blocks.hpp>
#include <realign/simd/detail/top_heap.hpp>
#include <realign/simd/reference.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd::reference {

/// The logit of a choice, minus infinity when it cannot be made.
template <readable T>
[[nodiscard]] double plain_logit(vector_view<const T> x, mask_view allowed, std::size_t a) noexcept {
  return detail::alive(allowed, a, x[a]) ? static_cast<double>(x[a]) : neg_infinity<double>();
}

/// The choice at u of the distribution proportional to exp(logit(a)), a < n.
template <class Logit>
[[nodiscard]] drawn draw_at(std::size_t n, const Logit& logit, double u) noexcept {
  double top = neg_infinity<double>(), sum = 0;
  for (std::size_t a = 0; a < n; ++a) {
    const double x = logit(a);
    if (is_nan(x) || is_pos_inf(x)) return {n, not_a_number<double>()};
    if (!is_neg_inf(x) && (is_neg_inf(top) || x > top)) top = x;
  }
  if (is_neg_inf(top)) return {n, top};
  const auto mass = [&](std::size_t a) {
    const double x = logit(a);
    return is_neg_inf(x) ? 0.0 : libm::exp(x - top);
  };
  for (std::size_t a = 0; a < n; ++a) sum += mass(a);
  double target = u * sum;
  return {detail::walk(0, n, target, mass), top + libm::log(sum)};
}
template <readable T>
[[nodiscard]] drawn draw_at(vector_view<const T> x, double u, mask_view allowed) noexcept {
  return draw_at(x.size(), [&](std::size_t a) { return plain_logit(x, allowed, a); }, u);
}
template <readable T>
[[nodiscard]] drawn geometric_draw_at(matrix_view<const T> logits, std::span<const double> c, double u,
                                      mask_view allowed) noexcept {
  return draw_at(logits.cols(), [&](std::size_t a) { return geometric_logit(logits, c, allowed, a); }, u);
}

/// The largest of logit(a), a < n, into a heap.
/// @return false when one is NaN or plus infinity
template <scalar T, class Logit>
bool top_k(std::size_t n, const Logit& logit, detail::top_heap<T>& heap) noexcept {
  for (std::size_t a = 0; a < n; ++a) {
    const double x = logit(a);
    if (is_neg_inf(x)) continue;
    if (!is_finite(x)) return false;
    const T value = static_cast<T>(x);
    if (!heap.full() || value > heap.values[0]) heap.add(value, a);
  }
  return true;
}

/// Adds exp(logit(a) - log_z) to the mass of the cell of every choice.
template <class Logit, class Cell>
void add_cells(const Logit& logit, double log_z, std::span<const Cell> cell, double* mass) noexcept {
  for (std::size_t a = 0; a < cell.size(); ++a)
    if (const double x = logit(a); !is_neg_inf(x)) mass[cell[a]] += libm::exp(x - log_z);
}

}  // namespace realign::inline v0::simd::reference

#endif  // REALIGN_SIMD_CHOICE_REFERENCE_HPP
