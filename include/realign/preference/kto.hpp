// SPDX-License-Identifier: MIT
// KTO: segments that are desirable or not, without pairs, against a baseline of the batch.
#ifndef REALIGN_PREFERENCE_KTO_HPP
#define REALIGN_PREFERENCE_KTO_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>

namespace realign::inline v0 {

/// The baseline of KTO: max(0, mean score of segments that do not belong to their states), an
/// estimate of beta KL(pi || pi_ref). The gradient holds it constant.
///
/// @param mismatched  scores of answers paired with the states of others, finite, at least one
[[nodiscard]] inline double kto_baseline(std::span<const double> mismatched) {
  expects(!mismatched.empty(), "mismatched", "at least one score", "none");
  double mean = 0;
  for (const double& s : mismatched) {
    expects(is_finite(s), "mismatched", "finite scores", s);
    mean += s / static_cast<double>(mismatched.size());
  }
  return mean > 0 ? mean : 0.0;
}

/// KTO (Ethayarajh et al. 2024), an objective on the scores of a batch; use with
/// `evaluate_group` and `implicit_reward(0.1)`.
///
///     loss = mean over k of w_D (1 - sg(s_k - z)) if k is desirable, else w_U (1 - sg(z - s_k))
struct kto {
  std::span<const unsigned char> desirable;  ///< one byte per score
  double baseline = 0.0;                     ///< z, see `kto_baseline`
  double desirable_weight = 1.0;             ///< >= 0
  double undesirable_weight = 1.0;  ///< >= 0; the paper keeps w_D n_D / (w_U n_U) in [1, 4/3]

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    expects(!s.empty() && desirable.size() == s.size(), "desirable", "one byte per score",
            desirable.size(), " for ", s.size());
    expects(is_finite(baseline) && baseline >= 0, "baseline", "a finite number >= 0", baseline);
    for (const double& w : {desirable_weight, undesirable_weight})
      expects(is_finite(w) && w >= 0, "weights", "finite numbers >= 0", w);
    const double share = 1 / static_cast<double>(s.size());
    double loss = 0;
    for (std::size_t k = 0; k < s.size(); ++k) {
      const double sign = desirable[k] != 0 ? 1.0 : -1.0;
      const double w = share * (desirable[k] != 0 ? desirable_weight : undesirable_weight);
      // 1 - sg(h) is minus the slope of the logistic loss at h, and sg(h) that at -h.
      const double h = sign * (s[k] - baseline);
      const double missed = -link::logistic{}(h).slope, met = -link::logistic{}(-h).slope;
      loss += w * missed;
      ds[k] -= weight * w * sign * missed * met;
    }
    return loss;
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_KTO_HPP
