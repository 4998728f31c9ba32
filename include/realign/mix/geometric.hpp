// SPDX-License-Identifier: MIT
// The weighted geometric mean of policies.
#ifndef REALIGN_MIX_GEOMETRIC_HPP
#define REALIGN_MIX_GEOMETRIC_HPP

#include <realign/mix/detail/calls.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::mix {

/// The type of `geometric`.
struct geometric_rule : detail::calls<geometric_rule> {
  template <scalar T>
  static outcome mix(matrix_view<const T> rows, std::span<const double> c, detail::target<T> to, mask_view allowed,
                     workspace<T>* work) {
    detail::check_shapes(rows, c, allowed, to.row.size());
    bool extrapolates = false;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      expects(is_finite(c[i]), "coefficients", "finite numbers", c[i], " at index ", i);
      extrapolates = extrapolates || c[i] < 0;
    }
    if (extrapolates) check_rows(rows, c, allowed);
    const std::size_t n = rows.cols();
    if (work != nullptr) return mix_in(rows, c, to, allowed, work->room(n));
    if (n > detail::short_row && n <= detail::stack_room<T>) return on_stack(rows, c, to, allowed);
    return mix_in(rows, c, to, allowed, std::span<T>{});
  }
 private:
  template <scalar T>
  static outcome mix_in(matrix_view<const T> rows, std::span<const double> c, detail::target<T> to, mask_view allowed,
                        std::span<T> room) {
    const double log_z = simd::geometric_mix(rows, c, allowed, !to.probabilities, room, to.row);
    if (is_finite(log_z)) return {status::ok, log_z};
    return refused(rows, c, allowed, log_z);
  }
  template <scalar T>
  REALIGN_NOINLINE static outcome on_stack(matrix_view<const T> rows, std::span<const double> c, detail::target<T> to,
                                           mask_view allowed) {
    T numbers[detail::stack_room<T>];
    return mix_in(rows, c, to, allowed, std::span<T>(numbers));
  }
  template <scalar T>
  static outcome refused(matrix_view<const T> rows, std::span<const double> c, mask_view allowed, double log_z) {
    if (is_nan(log_z)) check_rows(rows, c, allowed);
    return {status::no_support, neg_infinity<double>()};
  }

  /// NaN and plus infinity are errors, and so is a negative coefficient on a choice that only its row masks:
  /// the mix would put infinite mass there.
  template <scalar T>
  static void check_rows(matrix_view<const T> rows, std::span<const double> c, mask_view allowed) {
    for (std::size_t i = 0; i < rows.rows(); ++i)
      if (c[i] > 0 || c[i] < 0) check_row(rows, c, allowed, i);
  }
  template <scalar T>
  static void check_row(matrix_view<const T> rows, std::span<const double> c, mask_view allowed,
                        std::size_t i) {
    for (std::size_t a = 0; a < rows.cols(); ++a) {
      const T& x = rows(i, a);
      expects(!is_nan(x) && !is_pos_inf(x), "logits", "numbers or minus infinity", x, " in row ", i);
      if (c[i] < 0 && is_neg_inf(x) && possible(rows, c, allowed, a))
        expects(false, "coefficients", "another row that masks what a negative one masks", c[i],
                " on row ", i, ", choice ", a);
    }
  }
  /// No row of positive coefficient masks the choice.
  template <scalar T>
  static bool possible(matrix_view<const T> rows, std::span<const double> c, mask_view allowed,
                       std::size_t a) noexcept {
    if (!allowed.empty() && allowed[a] == 0) return false;
    for (std::size_t i = 0; i < rows.rows(); ++i)
      if (c[i] > 0 && is_neg_inf(rows(i, a))) return false;
    return true;
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
/// @throws contract_error on shapes, NaN logits (naming the row), a negative coefficient on a choice that its row masks
///   and no other does
/// @cost N V reads for rows of at most 32 KiB or with a `workspace` as last argument, else 2 N V; V exponentials (2 V for
///   probabilities). Allocates only when the workspace grows
inline constexpr geometric_rule geometric{};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_GEOMETRIC_HPP
