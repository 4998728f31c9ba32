// SPDX-License-Identifier: MIT
// CREAM: preferences of a self-rewarding model, trusted as far as two of its rounds agree.
#ifndef REALIGN_PREFERENCE_CREAM_HPP
#define REALIGN_PREFERENCE_CREAM_HPP

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

/// Kendall's rank correlation of two lists: (agreeing - disagreeing pairs) / all pairs.
///
/// A pair that either list ties agrees and disagrees with nothing. 1 for fewer than two items.
/// O(n^2), no allocation.
/// @throws contract_error for lists of different lengths, or NaN
[[nodiscard]] inline double kendall_tau(std::span<const double> x, std::span<const double> y) {
  expects(x.size() == y.size(), "y", "as many numbers as x", y.size(), " for ", x.size());
  double sum = 0, pairs = 0;
  const auto sign = [](double a, double b) { return a > b ? 1 : (a < b ? -1 : 0); };
  for (std::size_t i = 0; i < x.size(); ++i) {
    expects(!is_nan(x[i]) && !is_nan(y[i]), "scores", "numbers", "NaN at index ", i);
    for (std::size_t j = 0; j < i; ++j) {
      sum += sign(x[i], x[j]) * sign(y[i], y[j]);
      pairs += 1;
    }
  }
  return pairs > 0 ? sum / pairs : 1.0;
}

/// C = (tau + 1) / 2: how far the rankings of one prompt's answers by two rounds agree.
///
/// @param now, before  implicit reward of each answer under the current and the previous round
[[nodiscard]] inline double consistency_rate(std::span<const double> now,
                                             std::span<const double> before) {
  return 0.5 * (kendall_tau(now, before) + 1);
}

/// The label that a consistency rate makes of a label: C y + (1 - C)(1 - y). Kept in the pair
/// itself, so that no skipped prompt can shift the rates of the others.
///
/// @param label, rate  y and C, in [0, 1]
/// @throws contract_error for another number
[[nodiscard]] inline double consistent_label(double label, double rate) {
  detail::expect_probability(label, "label");
  detail::expect_probability(rate, "rate");
  return rate * label + (1 - rate) * (1 - label);
}

/// CREAM (Wang et al. 2024): loss = C sp(-h) + (1 - C) sp(h), h = s+ - s-.
///
/// One rate for a data set. For a rate of its own per prompt set the pair's label with
/// `consistent_label` and use `dpo`. C < 1/2 reverses the preference.
struct cream {
  double beta = 0.1;
  double consistency = 1.0;  ///< C in [0, 1], the mean of `consistency_rate` over the prompts

  void validate() const { detail::expect_probability(consistency, "consistency"); }
  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::tilt> objective(const preference_pair& pair) const noexcept {
    return {.link = {1 - consistency}, .label = pair.label};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_CREAM_HPP
