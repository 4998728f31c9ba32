// SPDX-License-Identifier: MIT
// The power mean of policies.
#ifndef REALIGN_MIX_POWER_MEAN_HPP
#define REALIGN_MIX_POWER_MEAN_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/mix/detail/calls.hpp>
#include <realign/mix/detail/far_power_mean.hpp>
#include <realign/mix/detail/overlap.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/power_mix.hpp>

namespace realign::inline v0::mix {

namespace detail {

/// Some allowed choice that one, or every, weighted policy makes.
template <scalar T>
[[nodiscard]] bool any_choice(matrix_view<const T> rows, std::span<const double> w, mask_view allowed,
                              bool by_all) noexcept {
  for (std::size_t a = 0; a < rows.cols(); ++a) {
    if (!allowed.empty() && allowed[a] == 0) continue;
    std::size_t weighted = 0, makers = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (!(w[i] > 0)) continue;
      ++weighted;
      makers += is_neg_inf(rows(i, a)) ? 0U : 1U;
    }
    if (makers > 0 && (!by_all || makers == weighted)) return true;
  }
  return false;
}

/// Below this the log of the mass takes digits from the logs of the choices that T cannot spare, however little they
/// differ.
template <scalar T>
inline constexpr double far_log_mass = sizeof(T) == 4 ? -32 : -4096;

/// Some choice has a policy that hardly counts under a small p, as if it ruled the choice out.
template <scalar T>
[[nodiscard]] bool rules_out(matrix_view<const T> rows, std::span<const double> w, std::span<const double> log_norms,
                             double p) noexcept {
  for (std::size_t i = 0; i < rows.rows(); ++i)
    for (std::size_t a = 0; a < rows.cols() && w[i] > 0; ++a)
      if (is_neg_inf(rows(i, a)) || p * (static_cast<double>(rows(i, a)) - log_norms[i]) < -1) return true;
  return false;
}

}  // namespace detail

/// pi(a) proportional to (sum_i w_i pi_i(a)^p)^(1/p) over the allowed choices: from consensus to veto.
///
/// `power_mean(p)(rows, w, out, allowed)`, arguments as in `arithmetic`; weights are scaled to sum to one. p is any
/// number or plus or minus infinity: 1 is the arithmetic mixture, 0 the geometric one, -1 the harmonic mean, infinity the
/// largest and minus infinity the smallest probability. For p > 0 a choice stays when any policy makes it, else when all
/// do: the lower p, the more each policy can veto. As p falls to zero the choices keep mass that policies of the
/// largest total weight make, each by the geometric mean of these.
///
/// @return status, and the log of the mass before normalising: minus infinity where no double holds it, though `out` is
///   right, as when every choice is ruled out by some policy and p is 1e-320. `no_support` when a weighted policy has
///   no choice at all, or no choice is left; `out` is then untouched
/// @throws contract_error on shapes, negative weights, NaN for p, NaN or plus infinity in a row of positive weight
///   (naming it), also at a masked choice
/// @cost 2 N V reads, (2 N + 2) V exponentials or logarithms; allocates only for more than 32 policies
struct power_mean : detail::calls<power_mean> {
  double p;

  explicit power_mean(double exponent) : p(exponent) {
    expects(!is_nan(exponent), "p", "a number, or plus or minus infinity", exponent);
  }

  template <scalar T>
  outcome mix(const matrix_view<const T>& rows, std::span<const double> w, const detail::target<T>& to,
              mask_view allowed, workspace<T>*) const {
    detail::check_shapes(rows, w, allowed, to.row.size());
    detail::check_weights(w);
    detail::check_apart(rows, w, to.row);
    detail::scratch log_norms(rows.rows()), scaled(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      double& log_norm = log_norms.get()[i] = 0;
      if (w[i] > 0) log_norm = detail::checked_log_norm(rows.row(i), i);
      if (!is_finite(log_norm)) return none();
    }
    if (!detail::any_choice(rows, w, allowed, !(p > 0))) return none();
    return mean(rows, detail::summable(w, scaled), log_norms.get(), to, allowed);
  }

 private:
  template <scalar T>
  [[nodiscard]] outcome mean(const matrix_view<const T>& rows, std::span<const double> w,
                             std::span<const double> log_norms, const detail::target<T>& to,
                             mask_view allowed) const noexcept {
    const vector_view<const T> logs = to.row;
    simd::power_mix(rows, w, log_norms, p, allowed, to.row);
    double log_z = simd::log_sum_exp(logs), taken = 0;
    if (is_far(rows, w, log_norms, log_z)) {
      taken = detail::far_power_mean<T>(rows, w, log_norms, p, allowed).write(to.row);
      log_z = simd::log_sum_exp(logs);
    }
    detail::normalize(to, log_z);
    return {status::ok, is_finite(taken) ? log_z + taken : taken};
  }
  /// Policies that disagree that much are few: most are told by one comparison.
  template <scalar T>
  [[nodiscard]] bool is_far(const matrix_view<const T>& rows, std::span<const double> w,
                            std::span<const double> log_norms, const double& log_z) const noexcept {
    constexpr double few = detail::far_log_mass<T>;
    if (!is_finite(log_z)) return true;
    return log_z < few && (log_z < 256 * few || (p > 0 && detail::rules_out(rows, w, log_norms, p)));
  }
  [[nodiscard]] static outcome none() noexcept { return {status::no_support, neg_infinity<double>()}; }
};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_POWER_MEAN_HPP
