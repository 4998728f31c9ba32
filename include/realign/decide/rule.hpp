// SPDX-License-Identifier: MIT
// How policies' rows become a decision program: a mix that the limits project, or a welfare of their advantages.
#ifndef REALIGN_DECIDE_RULE_HPP
#define REALIGN_DECIDE_RULE_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/core/weights.hpp>
#include <realign/decide/decide.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0 {

/// What the prior of a welfare program is made of.
enum class prior : unsigned char {
  mixture,           ///< the arithmetic mean of the policies, each counting the same, whatever its weight
  weighted_mixture,  ///< the arithmetic mean under the user's weights (the poster's Eq. 3)
  uniform,           ///< every choice alike
};

/// Settings of `maximize`.
struct maximize_options {
  std::vector<double> alpha = {};  ///< temperatures of the advantages A_i = alpha_i log pi_i; none given: all 1
  double beta = 1;                 ///< pull to the prior, > 0
  realign::prior prior = realign::prior::mixture;
};

/// The rule made by `maximize`.
template <scalarize::priced_scalarization F>
struct welfare_rule {
  F f;
  maximize_options options;
};

/// The rule: maximise f(J, w) - beta KL(p || prior) with J_i = E[A_i], A_i = alpha_i log pi_i (the poster's Eq. 2).
template <scalarize::priced_scalarization F>
[[nodiscard]] welfare_rule<F> maximize(F f, maximize_options options = {}) {
  expects(is_finite(options.beta) && options.beta > 0, "beta", "a number > 0", options.beta);
  for (std::size_t i = 0; i < options.alpha.size(); ++i)
    expects(is_finite(options.alpha[i]) && options.alpha[i] > 0, "alpha", "numbers > 0", options.alpha[i],
            " at index ", i);
  return {std::move(f), std::move(options)};
}

namespace detail {

/// The rows that a rule prepares, and what it decides on.
template <scalar T>
struct rule_rows {
  std::size_t policies = 0, choices = 0;
  std::vector<T> logits;      // N x V
  std::vector<T> advantages;  // N x V
  std::vector<T> log_prior;   // V

  [[nodiscard]] matrix_view<const T> view() const noexcept { return {logits.data(), policies, choices}; }
};

/// A mix is the prior itself; the limits then project it.
template <scalar T, mix::rule<T> Rule>
decision<T> decide_by(const Rule& rule, rule_rows<T>& rows, const weights& w, decision_problem<T>& problem,
                      decision_workspace<T>& work) {
  rows.log_prior.resize(rows.choices);
  const vector_view<T> row(rows.log_prior.data(), rows.choices);
  const mix::outcome mixed = rule(rows.view(), w, row, mask_view{});
  if (mixed.status != status::ok) return {.status = mixed.status};
  problem.log_prior = row;
  return decide(problem, work);
}

/// Writes A_i = alpha_i log pi_i; NaN for a policy without weight that is no distribution, of which nothing is asked.
/// @return false when a policy that matters makes no choice
template <scalar T, class F>
[[nodiscard]] bool fill_advantages(const F& f, const weights& w, rule_rows<T>& rows, std::span<const double> alpha) {
  expects(alpha.empty() || alpha.size() == rows.policies, "alpha", "one per policy, or none", alpha.size(),
          " for ", rows.policies);
  rows.advantages.resize(rows.policies * rows.choices);
  for (std::size_t i = 0; i < rows.policies; ++i) {
    const vector_view<T> row(rows.advantages.data() + i * rows.choices, rows.choices);
    const double log_z = simd::log_softmax(rows.view().row(i), row);
    if (!is_finite(log_z)) {
      const bool counts = matters(f, w[i]);
      expects(!is_nan(log_z) || !counts, "logits", "numbers or minus infinity", "NaN or plus infinity in row ", i);
      if (counts) return false;
      std::fill_n(row.data(), rows.choices, not_a_number<T>());
      continue;
    }
    if (alpha.empty()) continue;
    for (std::size_t a = 0; a < rows.choices; ++a)
      if (!is_neg_inf(row[a])) row[a] = static_cast<T>(alpha[i] * static_cast<double>(row[a]));
  }
  return true;
}

template <scalar T, class F>
decision<T> decide_by(const welfare_rule<F>& rule, rule_rows<T>& rows, const weights& w,
                      decision_problem<T>& problem, decision_workspace<T>& work) {
  if (!fill_advantages(rule.f, w, rows, rule.options.alpha)) return {.status = status::no_support};
  rows.log_prior.assign(rows.choices, T(0));
  const vector_view<T> row(rows.log_prior.data(), rows.choices);
  if (rule.options.prior != prior::uniform) {
    const bool weighted = rule.options.prior == prior::weighted_mixture;
    work.weights.assign(rows.policies, 1 / static_cast<double>(rows.policies));
    const std::span<const double> mixing = weighted ? std::span<const double>(w) : work.weights;
    const mix::outcome mixed = mix::arithmetic(rows.view(), mixing, row);
    if (mixed.status != status::ok) return {.status = mixed.status};
  }
  problem.log_prior = row;
  problem.objectives = matrix_view<const T>(rows.advantages.data(), rows.policies, rows.choices);
  problem.beta = rule.options.beta;
  return decide(problem, rule.f, w, work);
}

/// A mix rule, or a welfare of advantages.
template <class R, class T>
concept decision_rule = requires(const R& r, rule_rows<T>& rows, const weights& w,
                                 decision_problem<T>& problem, decision_workspace<T>& work) {
  detail::decide_by(r, rows, w, problem, work);
};

}  // namespace detail

}  // namespace realign::inline v0

#endif  // REALIGN_DECIDE_RULE_HPP
