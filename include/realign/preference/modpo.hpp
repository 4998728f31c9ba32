// SPDX-License-Identifier: MIT
// Multi-objective DPO (MODPO): preferences of one objective, the others as frozen margins.
#ifndef REALIGN_PREFERENCE_MODPO_HPP
#define REALIGN_PREFERENCE_MODPO_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// The gap that a pair must carry for MODPO: sum over the other objectives of w_i (R_i+ - R_i-).
///
/// @param weights  of the other objectives, >= 0
/// @param preferred, rejected  their rewards, one per weight; finite where the weight is not 0, where it is they are
/// not read
/// @throws contract_error for other lengths, weights or rewards
[[nodiscard]] inline double margin_gap(std::span<const double> weights,
                                       std::span<const double> preferred,
                                       std::span<const double> rejected) {
  expects(preferred.size() == weights.size() && rejected.size() == weights.size(), "rewards",
          "one per weight", preferred.size(), " and ", rejected.size(), " for ", weights.size());
  double gap = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    expects(is_finite(weights[i]) && weights[i] >= 0, "weights", "finite numbers >= 0", weights[i]);
    if (!(weights[i] > 0)) continue;
    expects(is_finite(preferred[i]) && is_finite(rejected[i]), "rewards", "finite numbers where the weight is not 0",
            preferred[i], " and ", rejected[i], " at index ", i);
    gap += weights[i] * (preferred[i] - rejected[i]);
  }
  return gap;
}

/// MODPO (Zhou et al. 2024): pairs are labelled by objective k.
///
///     loss = sp(-y / w_k),    y = beta D - sum_{i != k} w_i (R_i+ - R_i-)
///
/// A pair's `gap` is that sum, see `margin_gap`. The optimum is pi_ref exp(w . R / beta),
/// normalised. The gradient grows like 1 / w_k: see `bounded_modpo`. w_k = 1 without a gap is
/// `dpo`.
struct modpo {
  double beta = 0.1;
  double weight = 1.0;  ///< w_k in (0, 1]: the weight of the objective that labelled the pairs

  void validate() const {
    expects(is_finite(weight) && weight > 0 && weight <= 1, "weight", "a number in (0, 1]", weight);
  }
  [[nodiscard]] realign::score score() const {
    validate();
    return implicit_reward(beta / weight);
  }
  [[nodiscard]] pairwise<link::logistic> objective(const preference_pair& pair) const noexcept {
    return {.link = {}, .gap = pair.gap / weight, .label = pair.label};
  }
};

namespace link {

/// f(h) = w log(1 + e^(-h / w)); for w = 0 its limit max(0, -h), whose slope is -1/2 at the corner.
struct scaled_logistic {
  double w;

  [[nodiscard]] link_value operator()(double h) const noexcept {
    if (!(w > 0)) {
      const link_value at = hinge{0.0}(h);
      return h > 0 || h < 0 || is_nan(h) ? at : link_value{0.0, -0.5};
    }
    const link_value at = logistic{}(h / w);
    return {w * at.value, at.slope};
  }
};

}  // namespace link

/// MODPO times w_k: the same minimiser, a gradient bounded by beta, and a limit at w_k = 0.
///
///     loss = w_k sp(-y / w_k)
struct bounded_modpo {
  double beta = 0.1;
  double weight = 1.0;  ///< w_k in [0, 1]

  void validate() const { detail::expect_probability(weight, "weight"); }
  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::scaled_logistic> objective(
      const preference_pair& pair) const noexcept {
    return {.link = {weight}, .gap = pair.gap, .label = pair.label};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_MODPO_HPP
