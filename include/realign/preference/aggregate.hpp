// SPDX-License-Identifier: MIT
// Several losses as one (Panacea): weighted sum, largest weighted regret, and its smooth form.
#ifndef REALIGN_PREFERENCE_AGGREGATE_HPP
#define REALIGN_PREFERENCE_AGGREGATE_HPP

#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/objective.hpp>

namespace realign::inline v0 {

// These are objectives on the values of losses: `ds[i]` is what the gradient of loss i is weighted
// with. The weighted sum is `linear_objective`.

/// max_i w_i (L_i - z_i) (Zhong et al. 2024). The gradient goes to the first maximiser
/// alone.
struct chebyshev_objective {
  std::span<const double> weights;  ///< >= 0, one per loss
  std::span<const double> ideal;    ///< z_i, the least each loss can be; empty: 0

  [[nodiscard]] double term(std::span<const double> losses, std::size_t i) const noexcept {
    return detail::scaled(weights[i], losses[i] - (ideal.empty() ? 0.0 : ideal[i]));
  }
  /// @throws contract_error for wrong sizes, no losses, or bad weights
  void validate(std::size_t losses) const {
    expects(losses > 0 && weights.size() == losses, "weights", "one per loss, at least one",
            weights.size(), " for ", losses);
    expects(ideal.empty() || ideal.size() == losses, "ideal", "one per loss, or none",
            ideal.size());
    for (const double& w : weights)
      expects(is_finite(w) && w >= 0, "weights", "finite numbers >= 0", w);
  }
  /// The first maximiser.
  [[nodiscard]] std::size_t worst(std::span<const double> losses) const noexcept {
    std::size_t at = 0;
    for (std::size_t i = 1; i < losses.size(); ++i)
      if (term(losses, i) > term(losses, at)) at = i;
    return at;
  }

  double operator()(std::span<const double> losses, std::span<double> d,
                    double weight = 1.0) const {
    validate(losses.size());
    const std::size_t at = worst(losses);
    d[at] += weight * weights[at];
    return term(losses, at);
  }
};

/// mu log sum_i exp(w_i (L_i - z_i) / mu): above the maximum by at most mu log(number of losses).
struct smooth_chebyshev_objective {
  chebyshev_objective sharp;
  double mu = 0.1;  ///< smoothing, > 0

  double operator()(std::span<const double> losses, std::span<double> d,
                    double weight = 1.0) const {
    sharp.validate(losses.size());
    expects(is_finite(mu) && mu > 0, "mu", "a finite number > 0", mu);
    const double top = sharp.term(losses, sharp.worst(losses));
    const auto share = [&](std::size_t i) { return std::exp((sharp.term(losses, i) - top) / mu); };
    double sum = 0;
    for (std::size_t i = 0; i < losses.size(); ++i) sum += share(i);
    for (std::size_t i = 0; i < losses.size(); ++i)
      d[i] += weight * sharp.weights[i] * share(i) / sum;
    return top + mu * std::log(sum);
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_AGGREGATE_HPP
