// SPDX-License-Identifier: MIT
// The weighted geometric mean of policies.
#ifndef REALIGN_MIX_GEOMETRIC_HPP
#define REALIGN_MIX_GEOMETRIC_HPP

#include <realign/core/half.hpp>
#include <realign/mix/detail/calls.hpp>
#include <realign/mix/detail/overlap.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::mix {

namespace detail {

/// No row of positive coefficient masks the choice.
template <readable T>
[[nodiscard]] bool possible(const matrix_view<const T>& rows, std::span<const double> c, mask_view allowed,
                            std::size_t a) noexcept {
  if (!allowed.empty() && allowed[a] == 0) return false;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    if (c[i] > 0 && is_neg_inf(rows(i, a))) return false;
  return true;
}
/// NaN and plus infinity at an allowed choice are errors, and so is a negative coefficient on a choice that only its row
/// masks: the mix would put infinite mass there.
template <readable T>
void check_rows(const matrix_view<const T>& rows, std::span<const double> c, mask_view allowed) {
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (!(c[i] > 0 || c[i] < 0)) continue;
    for (std::size_t a = 0; a < rows.cols(); ++a) {
      if (!allowed.empty() && allowed[a] == 0) continue;
      const T& x = rows(i, a);
      expects(!is_nan(x) && !is_pos_inf(x), "logits", "numbers or minus infinity", static_cast<widened<T>>(x), " in row ",
              i);
      if (c[i] < 0 && is_neg_inf(x) && possible(rows, c, allowed, a))
        expects(false, "coefficients", "another row that masks what a negative one masks", c[i], " on row ", i,
                ", choice ", a);
    }
  }
}
/// After NaN: the fault of a row, or numbers so large that a weighted sum overflows.
template <readable T>
void check_sums(const matrix_view<const T>& rows, std::span<const double> c, mask_view allowed) {
  check_rows(rows, c, allowed);
  expects(false, "logits", "weighted sums within the range of their type", "one beyond it");
}
/// Finite coefficients; the rows are read only when one is negative.
template <readable T>
void check_coefficients(const matrix_view<const T>& rows, std::span<const double> c, mask_view allowed) {
  bool extrapolates = false;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    expects(is_finite(c[i]), "coefficients", "finite numbers", c[i], " at index ", i);
    extrapolates = extrapolates || c[i] < 0;
  }
  if (extrapolates) check_rows(rows, c, allowed);
}

}  // namespace detail

/// The type of `geometric`.
struct geometric_rule : detail::calls<geometric_rule> {
  static constexpr bool reads_half = true;

  template <readable T>
  static outcome mix(const matrix_view<const T>& rows, std::span<const double> c, const detail::target<widened<T>>& to,
                     mask_view allowed, workspace<widened<T>>*) {
    detail::check_shapes(rows, c, allowed, to.row.size());
    detail::check_coefficients(rows, c, allowed);
    detail::check_apart(rows, c, to.row);
    const double log_z = simd::geometric_mix(rows, c, allowed, !to.probabilities, to.row);
    if (is_finite(log_z)) return {status::ok, log_z};
    if (is_nan(log_z)) detail::check_sums(rows, c, allowed);
    return {status::no_support, neg_infinity<double>()};
  }
};

/// pi(a) proportional to prod_i pi_i(a)^c_i over the allowed choices: a weighted product of experts, and the
/// optimum of sum_i w_i E[A_i] + alpha H for advantages A_i = alpha log pi_i (MOD, Shi et al. 2024, reverse KL).
///
/// `geometric(rows, c, out, allowed)`: rows N x V logits (row constants cancel); c N coefficients: weights, or any
/// numbers (below 0 or beyond 1 they extrapolate: DeRa, proxy tuning); out and allowed as in `arithmetic`. A row with
/// coefficient 0 is ignored, masks included. Include a reference policy as a row with coefficient 1 - sum c.
///
/// @return status, and log sum_a exp(sum_i c_i logits_i(a)): for rows of log-probabilities and weights at most
///   0, a measure of how much the policies disagree. `no_support` when no choice keeps mass; `out` is then untouched
/// @throws contract_error on shapes, a negative coefficient on a choice that its row masks and no other does, NaN or
///   plus infinity at an allowed choice of a row that is not ignored (naming the row), sums that overflow; in these two
///   cases `out` then holds nothing of use. Logits of masked choices are not looked at
/// @cost N V reads, V exponentials (2 V for probabilities); does not allocate, and needs no `workspace`
inline constexpr geometric_rule geometric{};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_GEOMETRIC_HPP
