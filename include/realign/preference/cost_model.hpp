// SPDX-License-Identifier: MIT
// The loss of cost models (Safe-RLHF): pairs say which is less safe, verdicts where the boundary
// is.
#ifndef REALIGN_PREFERENCE_COST_MODEL_HPP
#define REALIGN_PREFERENCE_COST_MODEL_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/reward_model.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// A pair for a cost model. The score is a cost, so the pair's first segment is the one with more.
///
/// @param less_safe, safer  indices of segments
/// @param of_less_safe, of_safer  whether each is unsafe by itself
[[nodiscard]] constexpr preference_pair cost_pair(std::size_t less_safe, std::size_t safer,
                                                  verdict of_less_safe, verdict of_safer) noexcept {
  return {.preferred = less_safe,
          .rejected = safer,
          .preferred_is = of_less_safe,
          .rejected_is = of_safer};
}

/// Two costs and what is known of them.
struct cost_objective {
  pairwise<link::logistic> order;
  verdict verdicts[2];
  double regularization;

  [[nodiscard]] double margin(std::span<const double> s) const { return order.margin(s); }
  /// @throws contract_error unless there are two scores
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    double loss = order(s, ds, weight);
    for (std::size_t k = 0; k < 2; ++k) {
      if (const double sign = static_cast<double>(verdicts[k]); sign > 0 || sign < 0) {
        const link_value at = link::logistic{}(sign * s[k]);
        loss += at.value;
        ds[k] += weight * sign * at.slope;
      }
      if (!(regularization > 0)) continue;
      loss += 0.5 * regularization * s[k] * s[k];
      ds[k] += weight * regularization * s[k];
    }
    return loss;
  }
};

/// The cost model of Safe-RLHF (Dai et al. 2023), sign = +1 for unsafe:
///
///     loss = sp(-(C_u - C_s)) + sp(-sign_u C_u) + sp(-sign_s C_s) + regularization (C_u^2 + C_s^2)
///     / 2
///
/// u is the less safe segment, see `cost_pair`. The sign terms put the zero of C where safety ends,
/// which a limit E[C] <= 0 needs; a segment that nobody judged has none. The published data sets
/// mark +1 for *safe*: `verdict` names what is meant.
struct safe_rlhf_cost {
  double regularization = 0.0;  ///< weight of the mean square of all costs, >= 0

  void validate() const {
    expects(is_finite(regularization) && regularization >= 0, "regularization",
            "a finite number >= 0", regularization);
  }
  [[nodiscard]] realign::score score() const { return segment_value(); }
  [[nodiscard]] cost_objective objective(const preference_pair& pair) const noexcept {
    return {
        {.link = {}, .label = pair.label}, {pair.preferred_is, pair.rejected_is}, regularization};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_COST_MODEL_HPP
