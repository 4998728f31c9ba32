// SPDX-License-Identifier: MIT
// Sequence likelihood calibration (SLiC-HF): a hinge on plain log-likelihoods.
#ifndef REALIGN_PREFERENCE_SLIC_HPP
#define REALIGN_PREFERENCE_SLIC_HPP

#include <realign/preference/dpo.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// SLiC-HF (Zhao et al. 2023), with the preferred segment as the target:
///
///     loss = max(0, delta - sum l+ + sum l-) - reg_weight sum l+
struct slic {
  double delta = 1.0;       ///< margin, > 0
  double reg_weight = 0.1;  ///< weight of the likelihood, >= 0; the paper tunes it from 0.1 to 10

  void validate() const { detail::expect_positive(delta, "delta"); }
  [[nodiscard]] realign::score score() const { return {potential::log_prob, reduction::sum, 1.0}; }
  [[nodiscard]] pairwise<link::hinge> objective(const preference_pair& pair) const noexcept {
    return {.link = {delta}, .label = pair.label};
  }
  [[nodiscard]] nll regulariser() const noexcept {
    return {.weight = reg_weight, .data = sides::preferred, .mean = nll_mean::segment_sum};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SLIC_HPP
