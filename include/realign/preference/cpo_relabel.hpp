// SPDX-License-Identifier: MIT
// Labels of controllable preference optimisation (CPO): answers ordered by how well they meet
// conditions.
#ifndef REALIGN_PREFERENCE_CPO_RELABEL_HPP
#define REALIGN_PREFERENCE_CPO_RELABEL_HPP

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/pairing.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// What one objective asks of an answer.
struct rating_condition {
  double weight = 1.0;                ///< >= 0
  std::optional<double> target = {};  ///< the rating that is asked for; none: the more the better
  double strictness = 1.0;            ///< kappa >= 0: weight of the distance to the target
};

/// V = sum_k weight_k (-kappa_k |P_k - c_k| where a target c_k is given, else P_k) of one answer
/// (Guo et al. 2024).
///
/// @param ratings  P_k, one per condition, finite
/// @throws contract_error for a rating or a target that is not finite, or a weight or strictness that is below 0
[[nodiscard]] inline double conditioned_value(std::span<const double> ratings,
                                              std::span<const rating_condition> conditions) {
  expects(ratings.size() == conditions.size(), "ratings", "one per condition", ratings.size(),
          " for ", conditions.size());
  double value = 0;
  for (std::size_t k = 0; k < ratings.size(); ++k) {
    const rating_condition& c = conditions[k];
    expects(is_finite(ratings[k]), "ratings", "finite numbers", ratings[k], " at index ", k);
    expects(is_finite(c.weight) && c.weight >= 0 && is_finite(c.strictness) && c.strictness >= 0,
            "conditions", "finite weight and strictness >= 0", c.weight, " and ", c.strictness);
    expects(!c.target.has_value() || is_finite(*c.target), "conditions", "a finite target or none",
            c.target.value_or(0), " at index ", k);
    const double term =
        c.target.has_value() ? -c.strictness * std::fabs(ratings[k] - *c.target) : ratings[k];
    value += c.weight * term;
  }
  return value;
}

/// Every two answers whose values differ, the better one preferred. Train with `dpo`, the
/// conditions in the state.
///
/// @param values  one per answer
/// @param tie     largest difference that is none; covers the rounding of weighted sums
[[nodiscard]] inline std::vector<preference_pair> strict_pairs(std::span<const double> values,
                                                               double tie = 1e-9) {
  std::vector<preference_pair> pairs;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = i + 1; j < values.size(); ++j) {
      const preference_pair p = compare_by(values, i, j, tie);
      if (p.label > 0.5) pairs.push_back(p);
    }
  return pairs;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_CPO_RELABEL_HPP
