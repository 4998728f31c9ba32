// SPDX-License-Identifier: MIT
// Solves the decision program exactly, with a certificate, or proves that it cannot be done.
#ifndef REALIGN_DECIDE_DECIDE_HPP
#define REALIGN_DECIDE_DECIDE_HPP

#include <cstddef>
#include <span>

#include <realign/decide/decision.hpp>
#include <realign/decide/detail/solver.hpp>
#include <realign/decide/problem.hpp>
#include <realign/decide/workspace.hpp>
#include <realign/scalarize/linear.hpp>
#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0 {

/// Solves
///
///     maximise over p   f(J, w) - beta KL(p || prior)     subject to   E_p[cost_j] <= budget_j
///
/// by Newton's method on its dual: the optimum is p_a proportional to prior_a exp((nu.objectives_a -
/// lambda.costs_a)/beta), and (nu, lambda) minimise a smooth convex function in at most m + k variables. Limits that can
/// only be met by giving up choices are found exactly (`face`), and so are limits that cannot be met (`infeasible`, with a
/// Farkas proof). A cost counts as equal to its budget when they differ by 2e-6 of the larger (float), 1e-12 (double):
/// relative to these two numbers alone, so that costs of very different size may meet in a row.
///
/// @param problem  V choices, m objectives, k costs; views only
/// @param f        linear, Chebyshev, max-min, Nash, alpha-fair, soft-min, or any `priced_scalarization`
/// @param w        m weights >= 0; an objective of weight 0 is ignored (but by max-min): its row may hold anything, and only
///   its `objective_values` depend on it
/// @return a `decision`; see there what each status fills in
/// @throws contract_error on shapes, NaN, beta <= 0, negative weights
/// @cost each Newton step is one pass over m + k + 1 rows; 3 to 10 steps as a rule, more on tight budgets. Feasibility
///   takes one pass if some single choice is within every budget, a few otherwise. Allocates only while `work` grows
template <scalar T, scalarize::priced_scalarization F>
decision<T> decide(const decision_problem<T>& problem, const F& f, std::span<const double> w,
                   decision_workspace<T>& work) {
  return detail::solver<T, F>(problem, f, w, work).run();
}

/// Without objectives: the KL projection of the prior on the limits, p = argmin KL(p || prior).
template <scalar T>
decision<T> decide(const decision_problem<T>& problem, decision_workspace<T>& work) {
  return decide(problem, scalarize::linear{}, std::span<const double>{}, work);
}

}  // namespace realign::inline v0

#endif  // REALIGN_DECIDE_DECIDE_HPP
