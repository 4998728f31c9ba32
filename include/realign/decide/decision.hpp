// SPDX-License-Identifier: MIT
// The answer of the decision program, with its certificate.
#ifndef REALIGN_DECIDE_DECISION_HPP
#define REALIGN_DECIDE_DECISION_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/random.hpp>
#include <realign/core/status.hpp>

namespace realign::inline v0 {

/// What `decide` answers. Everything points into the workspace, until its next decision, of which it may be no part.
///
/// | status                  | filled in                                                                       |
/// | ----------------------- | ------------------------------------------------------------------------------- |
/// | `ok`, `face`            | everything but the proof; `face`: some choices had to get probability exactly 0 |
/// | `not_converged`         | the same; `gap` and `excess` say how far it is from optimal and feasible        |
/// | `infeasible`            | `proof`, `least_violation`                                                      |
/// | `no_gain`, `no_support` | nothing                                                                         |
template <scalar T>
struct [[nodiscard]] decision {
  realign::status status = realign::status::no_support;

  std::span<const T> probs = {};      ///< V; exactly 0 where a choice may not be made
  std::span<const T> log_probs = {};  ///< V; minus infinity there

  double value = 0;  ///< f(J, w) - beta KL(p || prior)
  double kl = 0;     ///< KL(p || prior), nats
  std::span<const double> objective_values = {};  ///< J_i; objectives without weight included, NaN where their row is
  std::span<const double> cost_values = {};       ///< E[cost_j]

  /// m numbers nu: the linear weights that f implicitly uses here. With the multipliers they are the tilt,
  ///
  ///     p proportional to prior * exp((prices . objectives - multipliers . costs) / beta)
  std::span<const double> prices = {};
  /// k numbers lambda: the price of each budget, dvalue/dbudget; that of an `at_least` limit enters with the other
  /// sign.
  std::span<const double> multipliers = {};

  double gap = 0;     ///< dual bound minus value: no feasible p is better than value + gap
  double excess = 0;  ///< largest violation of a budget by p; rounding only, unless `not_converged`

  /// k numbers y, sum |y| = 1 (y >= 0 but for `equal` limits): sum_j y_j (cost_j(a) - budget_j) >= least_violation > 0
  /// for every choice that could be made (signs turned for `at_least`), so no distribution meets the budgets.
  std::span<const double> proof = {};
  double least_violation = 0;  ///< the smallest achievable largest violation

  std::size_t passes = 0;  ///< passes over the choices that the solver took
};

/// Draws a choice.
/// @throws contract_error when the decision has no distribution
template <scalar T, class Generator>
[[nodiscard]] std::size_t sample(const decision<T>& d, Generator& g) {
  expects(!d.probs.empty(), "decision", "one with a distribution", to_string(d.status));
  return draw(g, d.probs);
}

}  // namespace realign::inline v0

#endif  // REALIGN_DECIDE_DECISION_HPP
