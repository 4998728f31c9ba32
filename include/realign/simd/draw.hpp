// SPDX-License-Identifier: MIT
// Draws of one choice from a row of logits, or from the weighted sum of several rows.
#ifndef REALIGN_SIMD_DRAW_HPP
#define REALIGN_SIMD_DRAW_HPP

#include <concepts>
#include <cstddef>
#include <limits>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/random.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/choice_reference.hpp>
#include <realign/simd/detail/draw_blocks.hpp>
#include <realign/simd/detail/draw_kernels.hpp>
#include <realign/simd/detail/logit_row.hpp>
#include <realign/simd/mix.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd {

namespace detail {

template <readable T>
[[nodiscard]] drawn_mass draw_short(const logit_row<T>& r, [[maybe_unused]] double u) noexcept {
  [[maybe_unused]] const std::size_t n = r.n;
  REALIGN_SIMD_LONG(widened<T>, draw_short, r, u)
  return {r.n, 0, 0};
}
template <readable T>
void weigh_blocks([[maybe_unused]] const logit_row<T>& r, [[maybe_unused]] bool exact,
                  draw_blocks<widened<T>>& b) noexcept {
  [[maybe_unused]] const std::size_t n = b.n;
  REALIGN_SIMD_LONG(widened<T>, weigh_blocks, r, exact, b)
}
template <readable T>
[[nodiscard]] widened<T> block_mass([[maybe_unused]] const logit_row<T>& r, const draw_blocks<widened<T>>& b,
                                    std::size_t j) noexcept {
  [[maybe_unused]] const std::size_t n = b.n;
  REALIGN_SIMD_LONG(widened<T>, block_mass, r, b.begin(j), b.end(j), b.top[j])
  return 0;
}
template <readable T>
[[nodiscard]] std::size_t block_choice([[maybe_unused]] const logit_row<T>& r, const draw_blocks<widened<T>>& b,
                                       std::size_t j, [[maybe_unused]] double target) noexcept {
  [[maybe_unused]] const std::size_t n = b.n;
  REALIGN_SIMD_LONG(widened<T>, block_choice, r, b.begin(j), b.end(j), b.top[j], target)
  return n;
}

/// The choice that the part u of the row's mass falls on: inverse of the distribution function.
template <readable T>
[[nodiscard]] drawn_mass draw_at(const logit_row<T>& r, double u) noexcept {
  if (r.n <= row_chunk) return draw_short(r, u);
  draw_blocks<widened<T>> b(r.n);
  weigh_blocks(r, true, b);
  drawn_mass d{r.n, static_cast<double>(b.reference), b.total};
  if (is_nan(b.total)) return d;
  const std::size_t j = b.find(u);
  if (j < b.count) d.choice = block_choice(r, b, j, u * static_cast<double>(b.mass[j]));
  return d;
}

/// A draw without the mass of most of the row: by rejection, from bounds on the masses of blocks.
///
/// One pass with hardly an exponential bounds each block by its lane-wise maxima. A try takes a point u under the
/// bounds, one block behind the other; block j with bound b_j and mass s_j <= b_j accepts a point in its first s_j,
/// where the choices lie one behind the other, and rejects one in the rest. An accepted point is uniform over all mass:
/// an exact draw. A block that was tried keeps s_j as its bound; that depends on rejected tries alone, and whatever the
/// bounds an accepted point is uniform, so the draw stays exact. It ends: a block rejects once at most, and in all no
/// more exponentials are taken than by one pass over the row.
///
/// Bounds by one maximum a block cost as much to find, and need up to 256 tries on a row of single peaks, not 8.
template <readable T, class Generator>
[[nodiscard]] std::size_t draw(const logit_row<T>& r, Generator& g) noexcept {
  if (r.n <= row_chunk) return draw_short(r, uniform(g)).choice;
  draw_blocks<widened<T>> b(r.n);
  weigh_blocks(r, false, b);
  if (is_nan(b.total)) return r.n;
  for (;;) {
    double u = uniform(g);
    const std::size_t j = b.find(u);
    if (j == b.count) return r.n;
    const double target = u * static_cast<double>(b.mass[j]);
    if (!b.known[j]) b.tighten(j, block_mass(r, b, j));
    if (target < static_cast<double>(b.mass[j])) return block_choice(r, b, j, target);
  }
}

[[nodiscard]] inline drawn with_log_z(drawn_mass d) noexcept {
  if (is_nan(d.mass)) return {d.choice, d.mass};
  return {d.choice, d.mass > 0 ? d.reference + libm::log(d.mass) : neg_infinity<double>()};
}

}  // namespace detail

/// The choice at u of the row's distribution function: the first a with sum_{b <= a} p_b > u. With u uniform, a draw.
///
/// The same u gives the same choice: for common random numbers and for tests. Choices without probability are never
/// taken, whatever u; those of less than e^-87 (float) or e^-708 (double) of the likeliest may count as such.
///
/// @param logits   n numbers, also of 16 bits; minus infinity means: never
/// @param u        in [0, 1)
/// @param allowed  n bytes, zero means never; empty allows all
/// @return the choice and the row's log_sum_exp, so that its log-probability is logits[choice] - log_z
/// @cost one pass, n exponentials, then one block again; no allocation
template <readable T>
[[nodiscard]] drawn draw_at(vector_view<const T> logits, double u, mask_view allowed = {}) noexcept {
  if (!detail::vectorizable(logits)) return reference::draw_at(logits, u, allowed);
  return detail::with_log_z(detail::draw_at(detail::row_of(logits, allowed), u));
}

/// A draw from the row's softmax, in less time than its log-normaliser takes: exact, with hardly an exponential.
///
/// @param g  takes a uniform number per try; a few on most rows
/// @return the number of choices when none can be made, or when an allowed logit is NaN or plus infinity
/// @cost one pass; the exponentials of a few blocks, in the worst case n; no allocation
template <readable T, class Generator>
[[nodiscard]] std::size_t draw(vector_view<const T> logits, Generator& g, mask_view allowed = {}) noexcept {
  if (!detail::vectorizable(logits)) return reference::draw_at(logits, uniform(g), allowed).choice;
  return detail::draw(detail::row_of(logits, allowed), g);
}

/// As `draw_at`, from the geometric mean of policies: p_a proportional to exp(sum_i c_i logits_ia).
///
/// Rows with coefficient zero are not read.
///
/// @param logits  N x V, also of 16 bits
/// @param c       N coefficients; a negative one may not meet a masked logit that no other row masks
/// @cost one pass over N rows, V exponentials, then one block again; no allocation
template <readable T>
[[nodiscard]] drawn geometric_draw_at(matrix_view<const T> logits, std::span<const double> c, double u,
                                      mask_view allowed = {}) noexcept {
  if (!detail::vectorizable(logits) || !detail::weights_only<widened<T>>(c))
    return reference::geometric_draw_at(logits, c, u, allowed);
  return detail::with_log_z(detail::draw_at(detail::row_of(logits, c, allowed), u));
}

/// As `draw`, from the geometric mean of policies.
/// @cost one pass over N rows; the exponentials of a few blocks, in the worst case V; no allocation
template <readable T, class Generator>
[[nodiscard]] std::size_t geometric_draw(matrix_view<const T> logits, std::span<const double> c, Generator& g,
                                         mask_view allowed = {}) noexcept {
  if (!detail::vectorizable(logits) || !detail::weights_only<widened<T>>(c))
    return reference::geometric_draw_at(logits, c, uniform(g), allowed).choice;
  return detail::draw(detail::row_of(logits, c, allowed), g);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_DRAW_HPP
