// SPDX-License-Identifier: MIT
// The group loss of R2M: a pair loss on the best and the worst of a group, plus the entropy of its
// standardised rewards.
#ifndef REALIGN_PREFERENCE_GROUP_HPP
#define REALIGN_PREFERENCE_GROUP_HPP

#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>

namespace realign::inline v0 {

/// H(softmax(z)), z = (R - mean R) / std R, of the rewards of a group.
///
///     dH/dR_i = (e_i - sum e / K - z_i (e . z) / (K - ddof)) / std,    e_j = -p_j (log p_j + H)
///
/// Shift and scale of R do not change it, so its gradient is orthogonal to both: it changes only
/// the shape of the rewards. Equal rewards: log K, without a gradient.
struct group_entropy {
  std::size_t ddof = 0;  ///< the standard deviation divides by K - ddof; 0 or 1

  double operator()(std::span<const double> r, std::span<double> dr, double weight = 1.0) const {
    expects(!r.empty(), "scores", "at least one", "none");
    expects(ddof <= 1, "ddof", "0 or 1", ddof);
    const double k = static_cast<double>(r.size()), freedom = k - static_cast<double>(ddof);
    double mean = 0, squares = 0, top = r[0];
    for (const double& x : r) {
      mean += x / k;
      if (x > top) top = x;
    }
    for (const double& x : r) squares += (x - mean) * (x - mean);
    const double deviation = freedom > 0 ? std::sqrt(squares / freedom) : 0.0;
    if (is_nan(squares)) return squares;
    if (!(deviation > 0)) return std::log(k);
    const auto z = [&](std::size_t j) { return (r[j] - mean) / deviation; };
    double sum = 0, expected = 0;  // of e^(z - z_top), and of z - z_top under softmax
    for (const double& x : r) {
      const double below = (x - top) / deviation;
      sum += std::exp(below);
      expected += std::exp(below) * below;
    }
    const double log_sum = std::log(sum), entropy = log_sum - expected / sum;
    const auto e = [&](std::size_t j) {
      const double log_p = (r[j] - top) / deviation - log_sum;
      return -std::exp(log_p) * (log_p + entropy);
    };
    double e_sum = 0, e_z = 0;
    for (std::size_t j = 0; j < r.size(); ++j) {
      e_sum += e(j);
      e_z += e(j) * z(j);
    }
    for (std::size_t j = 0; j < r.size(); ++j)
      dr[j] += weight * (e(j) - e_sum / k - z(j) * e_z / freedom) / deviation;
    return entropy;
  }
};

/// R2M (Huang et al. 2026): the loss that refreshes a reward model on a group of its policy's
/// answers.
///
///     loss = (1 - alpha) sp(-(R_winner - R_loser)) + alpha H(softmax((R - mean R) / std R))
struct r2m {
  std::size_t winner;
  std::size_t loser;
  double alpha = 0.3;    ///< in [0, 1]
  std::size_t ddof = 0;  ///< the paper does not say which

  double operator()(std::span<const double> r, std::span<double> dr, double weight = 1.0) const {
    expects(is_finite(alpha) && alpha >= 0 && alpha <= 1, "alpha", "a number in [0, 1]", alpha);
    expects(winner < r.size() && loser < r.size() && winner != loser, "winner, loser",
            "two indices below the number of scores", winner, " and ", loser, " of ", r.size());
    const double two[2] = {r[winner], r[loser]};
    double d[2] = {0.0, 0.0};
    const weighted order{1 - alpha, pairwise<link::logistic>{}};
    const weighted entropy{alpha, group_entropy{ddof}};
    const double loss = order(two, d, weight) + entropy(r, dr, weight);
    dr[winner] += d[0];
    dr[loser] += d[1];
    return loss;
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_GROUP_HPP
