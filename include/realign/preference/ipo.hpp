// SPDX-License-Identifier: MIT
// Identity preference optimisation (IPO): a target margin instead of an ever larger one.
#ifndef REALIGN_PREFERENCE_IPO_HPP
#define REALIGN_PREFERENCE_IPO_HPP

#include <realign/preference/dpo.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// IPO (Azar et al. 2023, Eq. 17): loss = (s+ - s- - 1 / (2 beta))^2, s = sum or mean of (l - r).
///
/// The paper sums over steps; the authors' results, as they confirmed, divide by their number. With
/// the mean, the target is 1 / (2 beta) nats per step. beta means something else in the two, so
/// there is no default for the reduction.
struct ipo {
  reduction reduce;
  double beta;  ///< pull to the reference, > 0; 0.1 goes with the mean

  explicit constexpr ipo(reduction reduce_steps, double pull = 0.1) noexcept
      : reduce(reduce_steps), beta(pull) {}

  void validate() const { detail::expect_positive(beta, "beta"); }
  [[nodiscard]] realign::score score() const { return {potential::log_ratio, reduce, 1.0}; }
  [[nodiscard]] pairwise<link::square> objective(const preference_pair& pair) const noexcept {
    return {.link = {1 / (2 * beta)}, .label = pair.label};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_IPO_HPP
