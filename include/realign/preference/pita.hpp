// SPDX-License-Identifier: MIT
// PITA: a value model learned from comparisons with the reference, and the offsets it adds to
// logits.
#ifndef REALIGN_PREFERENCE_PITA_HPP
#define REALIGN_PREFERENCE_PITA_HPP

#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>

namespace realign::inline v0 {

/// The value loss of PITA (Bobbili et al. 2025), an objective on the logits z of K prefixes:
///
///     loss = mean of sp(-z) + (1 - y) z,    y = share of continuations that beat the reference's
///     own
///
/// Prefixes of one sampled answer share their y: what counts as data is the number of answers.
struct pita_value {
  std::span<const double> labels;  ///< y in [0, 1], one per logit

  /// @throws contract_error for wrong sizes or labels
  double operator()(std::span<const double> z, std::span<double> dz, double weight = 1.0) const {
    expects(!z.empty() && labels.size() == z.size(), "labels", "one per logit, at least one",
            labels.size(), " for ", z.size());
    const double share = 1 / static_cast<double>(z.size());
    double loss = 0;
    for (std::size_t k = 0; k < z.size(); ++k) {
      expects(is_finite(labels[k]) && labels[k] >= 0 && labels[k] <= 1, "labels",
              "numbers in [0, 1]", labels[k]);
      const link_value at = link::tilt{1 - labels[k]}(z[k]);
      loss += share * at.value;
      dz[k] += weight * share * at.slope;
    }
    return loss;
  }
};

/// eta z: what is added to the reference's logit when the reward is a Bradley-Terry logit z.
[[nodiscard]] constexpr double pita_expectation_offset(double z, double eta) noexcept {
  return eta * z;
}

/// log(1 + e^(eta + z)) - log(1 + e^z) = log E[e^(eta r)] for r in {0, 1} with P(r = 1) =
/// sigmoid(z).
///
/// Without cancellation, between 0 (z to minus infinity) and eta (z to infinity).
[[nodiscard]] inline double pita_bernoulli_offset(double z, double eta) noexcept {
  const auto softplus = [](double x) { return link::logistic{}(-x).value; };
  if (std::fabs(eta) <= 1) return std::log1p(std::expm1(eta) * -link::logistic{}(-z).slope);
  if (z > 0) return eta + (softplus(-(eta + z)) - softplus(-z));
  return softplus(eta + z) - softplus(z);
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_PITA_HPP
