// SPDX-License-Identifier: MIT
// The Bradley-Terry loss of reward models, with graded margins and centering.
#ifndef REALIGN_PREFERENCE_REWARD_MODEL_HPP
#define REALIGN_PREFERENCE_REWARD_MODEL_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// s = sum of what a model gives per step, unscaled: the value of a segment. The model's outputs
/// stand where log-probabilities stand for a policy.
[[nodiscard]] inline score segment_value() { return {potential::log_prob, reduction::sum, 1.0}; }

/// loss = (s_0 + s_1)^2.
struct squared_sum {
  /// @throws contract_error unless there are two scores
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    detail::expect_two(s);
    const double sum = s[0] + s[1];
    ds[0] += weight * 2 * sum;
    ds[1] += weight * 2 * sum;
    return sum * sum;
  }
};

/// How much better: the four grades of Llama 2 (Touvron et al. 2023).
enum class preference_grade : unsigned char { negligibly, slightly, better, significantly };

/// The margin of a grade: 0, 1/3, 2/3, 1 (Llama 2, the small margins).
[[nodiscard]] constexpr double graded_margin(preference_grade grade) noexcept {
  return static_cast<double>(grade) / 3;
}

/// Bradley-Terry (1952) on the values of segments:
///
///     loss = sp(-(R+ - R- - m)) + center (R+ + R-)^2
///
/// m is the pair's `gap`. Centering settles the constant that the first term leaves open.
struct bradley_terry {
  double center = 0.01;  ///< >= 0 (Eisenstein et al. 2023)

  void validate() const {
    expects(is_finite(center) && center >= 0, "center", "a finite number >= 0", center);
  }
  [[nodiscard]] realign::score score() const { return segment_value(); }
  [[nodiscard]] sum_of<pairwise<link::logistic>, weighted<squared_sum>> objective(
      const preference_pair& pair) const {
    return sum_of{pairwise<link::logistic>{.link = {}, .gap = pair.gap, .label = pair.label},
                  weighted{center, squared_sum{}}};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_REWARD_MODEL_HPP
