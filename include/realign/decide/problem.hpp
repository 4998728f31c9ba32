// SPDX-License-Identifier: MIT
// The decision program: what is to be maximised, under which limits. Views only.
#ifndef REALIGN_DECIDE_PROBLEM_HPP
#define REALIGN_DECIDE_PROBLEM_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

/// How an expected cost is held against its budget.
enum class sense : unsigned char {
  at_most,   ///< E[cost] <= budget
  at_least,  ///< E[cost] >= budget
  equal,     ///< E[cost] == budget
};

/// One decision over V choices:
///
///     maximise over p   f(J, w) - beta KL(p || prior)      J_i = sum_a p_a objectives_ia
///     subject to        sum_a p_a costs_ja <= budgets_j    p on the simplex, zero where the prior is zero
///
/// An objective of minus infinity on a choice forbids that choice, if the objective has any weight; so does a cost
/// of plus infinity (minus infinity for `at_least`).
template <scalar T>
struct decision_problem {
  vector_view<const T> log_prior;             ///< V logits of the prior; minus infinity means never
  matrix_view<const T> objectives = {};       ///< m x V, larger is better; m may be 0
  matrix_view<const T> costs = {};            ///< k x V; k may be 0
  std::span<const double> budgets = {};       ///< k
  std::span<const sense> senses = {};         ///< k, or empty: all `at_most`
  mask_view allowed = {};                     ///< V bytes, zero means shielded off; or empty
  double beta = 1;                            ///< pull to the prior, > 0 (at least 1e-300)

  [[nodiscard]] std::size_t choice_count() const noexcept { return log_prior.size(); }
  [[nodiscard]] sense sense_of(std::size_t j) const noexcept {
    return senses.empty() ? sense::at_most : senses[j];
  }

  /// @throws contract_error when shapes disagree, or beta or a budget is not usable
  void check(std::size_t weight_count) const {
    const std::size_t v = choice_count();
    expects(v > 0, "log_prior", "at least one choice", "none");
    expects(objectives.rows() == 0 || objectives.cols() == v, "objectives", "one column per choice",
            objectives.cols(), " for ", v);
    expects(weight_count == objectives.rows(), "weights", "one per objective", weight_count, " for ",
            objectives.rows());
    expects(costs.rows() == 0 || costs.cols() == v, "costs", "one column per choice", costs.cols(),
            " for ", v);
    expects(budgets.size() == costs.rows(), "budgets", "one per cost", budgets.size(), " for ",
            costs.rows());
    expects(senses.empty() || senses.size() == costs.rows(), "senses", "one per cost, or none",
            senses.size(), " for ", costs.rows());
    expects(allowed.empty() || allowed.size() == v, "allowed", "one byte per choice, or none",
            allowed.size(), " for ", v);
    expects(is_finite(beta) && beta >= 1e-300, "beta", "a number > 0 whose inverse is one", beta);
    for (std::size_t j = 0; j < budgets.size(); ++j)
      expects(is_finite(budgets[j]), "budgets", "finite numbers", budgets[j], " at index ", j);
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_DECIDE_PROBLEM_HPP
