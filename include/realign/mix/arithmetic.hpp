// SPDX-License-Identifier: MIT
// The arithmetic mixture of policies.
#ifndef REALIGN_MIX_ARITHMETIC_HPP
#define REALIGN_MIX_ARITHMETIC_HPP

#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/mix/detail/calls.hpp>
#include <realign/mix/detail/far_power_mean.hpp>
#include <realign/mix/detail/overlap.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::mix {

/// The type of `arithmetic`.
struct arithmetic_rule : detail::calls<arithmetic_rule> {
  static constexpr bool reads_half = true;

  template <readable T>
  static outcome mix(const matrix_view<const T>& rows, std::span<const double> w, const detail::target<widened<T>>& to,
                     mask_view allowed, workspace<widened<T>>* work) {
    detail::check_shapes(rows, w, allowed, to.row.size());
    detail::check_weights(w);
    if (rows.cols() > detail::short_row && rows.rows() > 1) detail::check_long_apart(rows, w, to.row);
    if (!allowed.empty() && !any_mass(rows, w, allowed)) return no_mass(rows, w);
    if (!simd::fuses(rows, w, to.row)) return mix_apart(rows, w, to, allowed);
    double log_mass = 0;
    const std::size_t bad = fused(rows, w, to, allowed, work, log_mass);
    if (bad < rows.rows()) return {status::no_support, detail::checked_log_norm(rows.row(bad), bad)};
    if (!is_finite(log_mass)) return mix_far(rows, w, to, allowed);
    return {status::ok, log_mass};
  }

 private:
  template <readable T>
  static std::size_t fused(const matrix_view<const T>& rows, std::span<const double> w, const detail::target<widened<T>>& to,
                           mask_view allowed, workspace<widened<T>>* work, double& log_mass) {
    using number = widened<T>;
    const std::size_t n = rows.rows() * rows.cols();
    if (rows.cols() > detail::short_row && n <= detail::stack_room<number>) return on_stack(rows, w, to, allowed, log_mass);
    const bool stores =
        work != nullptr && rows.cols() > detail::short_row && n * sizeof(number) <= simd::most_kept_exps();
    return mix_into(rows, w, to, allowed, stores ? work->room(n) : std::span<number>{}, log_mass);
  }
  template <readable T>
  static std::size_t mix_into(const matrix_view<const T>& rows, std::span<const double> w, const detail::target<widened<T>>& to,
                              mask_view allowed, std::span<widened<T>> room, double& log_mass) noexcept {
    if (allowed.empty()) return simd::arithmetic_mix(rows, w, allowed, !to.probabilities, room, to.row);
    return simd::arithmetic_mix(rows, w, allowed, !to.probabilities, room, to.row, log_mass);
  }
  template <readable T>
  REALIGN_NOINLINE static std::size_t on_stack(const matrix_view<const T>& rows, std::span<const double> w,
                                               const detail::target<widened<T>>& to, mask_view allowed,
                                               double& log_mass) noexcept {
    using number = widened<T>;
    number numbers[detail::stack_room<number>];
    return mix_into(rows, w, to, allowed, std::span<number>(numbers), log_mass);
  }

  /// Rows of any layout and number: first their normalisers, then the mixture.
  template <readable T>
  static outcome mix_apart(const matrix_view<const T>& rows, std::span<const double> w, const detail::target<widened<T>>& to,
                           mask_view allowed) {
    detail::scratch log_norms(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      double& log_norm = log_norms.get()[i] = 0;
      if (w[i] > 0) log_norm = detail::checked_log_norm(rows.row(i), i);
      if (!is_finite(log_norm)) return {status::no_support, log_norm};
    }
    if (!any_mass(rows, w, allowed)) return {status::no_support, neg_infinity<double>()};
    if (to.probabilities && allowed.empty())
      simd::arithmetic_mix_probs(rows, w, log_norms.get(), allowed, to.row);
    else
      simd::arithmetic_mix(rows, w, log_norms.get(), allowed, to.row);
    if (allowed.empty()) return {status::ok, 0.0};
    const double log_z = simd::log_sum_exp(vector_view<const widened<T>>(to.row));
    if (!is_finite(log_z)) return mix_far(rows, w, to, allowed);
    detail::normalize(to, log_z);
    return {status::ok, log_z};
  }
  /// A mask that leaves so little mass that the row's type does not hold its log.
  template <readable T>
  REALIGN_COLD static outcome mix_far(const matrix_view<const T>& rows, std::span<const double> w,
                         const detail::target<widened<T>>& to, mask_view allowed) {
    detail::scratch log_norms(rows.rows()), scaled(rows.rows());
    double sum = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      log_norms.get()[i] = w[i] > 0 ? simd::log_sum_exp(rows.row(i)) : 0.0;
      sum += w[i];
    }
    const detail::far_power_mean<T> mean(rows, detail::summable(w, scaled), log_norms.get(), 1, allowed);
    if (!mean.possible()) return {status::no_support, neg_infinity<double>()};  // its only row lay where `out` does
    const double taken = mean.write(to.row), log_z = simd::log_sum_exp(vector_view<const widened<T>>(to.row));
    detail::normalize(to, log_z);
    return {status::ok, is_finite(taken) ? taken + log_z + libm::log(sum) : taken};
  }
  template <readable T>
  static bool any_mass(const matrix_view<const T>& rows, std::span<const double> w, mask_view allowed) noexcept {
    for (std::size_t i = 0; i < rows.rows(); ++i)
      if (w[i] > 0)
        for (std::size_t a = 0; a < rows.cols(); ++a)
          if (simd::detail::alive(allowed, a, rows(i, a))) return true;
    return false;
  }
  template <readable T>
  static outcome no_mass(const matrix_view<const T>& rows, std::span<const double> w) {
    for (std::size_t i = 0; i < rows.rows(); ++i)
      if (w[i] > 0) (void)detail::checked_log_norm(rows.row(i), i);
    return {status::no_support, neg_infinity<double>()};
  }
};

/// pi(a) = sum_i w_i pi_i(a), over the allowed choices, renormalised (the poster's Eq. 3).
///
/// `arithmetic(rows, w, out, allowed)`: rows N x V logits (a matrix, or a list of arrays of equal length); w
/// N weights; out V numbers: log-probabilities, or probabilities if wrapped with `as_probs`; allowed V bytes, or
/// nothing. Rows of `float16` or `bfloat16` are mixed into float. A choice that one weighted policy makes, the mixture
/// makes: a mask is the only way to forbid it. Weights are of order one: below 1e-290 one may count as zero, beyond 1e30
/// the row is of no use. They should sum to one, as `weights` do: under a mask the row is renormalised whatever their
/// sum, without one it sums to what they sum to. `out` may not overlap a row, whatever the rule (beyond 8 choices that
/// is checked); only this rule may write over its row, where there is but one and no mask.
///
/// @return status, and the log of the mass that the mask leaves (0 without a mask; minus infinity where no double holds
///   it, though `out` is right). `no_support` when a weighted policy has no choice at all, or the mask leaves none;
///   `out` is then untouched
/// @throws contract_error on shapes, negative weights, NaN or plus infinity in a row of positive weight (naming it),
///   also at a masked choice
/// @cost N V reads and exponentials for rows that fit in 32 KiB or, with a `workspace` as last argument, in 512 KiB; else
///   2 N V. Allocates only when the workspace grows, or for more than 32 policies
inline constexpr arithmetic_rule arithmetic{};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_ARITHMETIC_HPP
