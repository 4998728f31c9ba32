// SPDX-License-Identifier: MIT
// Contrastive preference learning (CPL) in all its forms: plain, conservative, with a reference,
// with cloning.
#ifndef REALIGN_PREFERENCE_CPL_HPP
#define REALIGN_PREFERENCE_CPL_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/all_pairs.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// CPL (Hejna et al., ICLR 2024): the regret preference model with A* = alpha log pi*.
///
///     s    = alpha sum_t gamma^t l_t             (l_t - r_t with a reference)
///     loss = log(1 + exp(-(s+ - lambda s-))) + bc_weight * mean of -l over steps
///
/// Defaults are those of the paper's state-based runs. Differences from its code: the discount is
/// used (the code loads it and never reads it), segments may be ragged and masked, labels may be
/// soft, and the loss is exact at any margin.
///
/// lambda < 1 keeps the likelihood of the data high, but is not invariant to a constant added to
/// every l_t: with continuous actions the dropped normaliser of a density changes the loss. Without
/// a reference, ragged segments are biased: each further step of a discrete policy lowers the
/// score.
struct cpl {
  double alpha = 0.1;           ///< temperature of the policy, >= 0
  double gamma = 1.0;           ///< discount in [0, 1]
  double lambda = 0.5;          ///< weight of the losing score in [0, 1]; 1 is the plain loss
  double bc_weight = 0.0;       ///< weight of the cloning term, >= 0
  sides bc_data = sides::both;  ///< whose steps are cloned
  bool reference = false;       ///< subtract the log-probabilities of a reference policy

  /// CPL-BC of the paper: the plain loss with a cloning term (1.0 for states, 1.5 for images).
  [[nodiscard]] static constexpr cpl with_cloning(double weight = 1.0) noexcept {
    return {.lambda = 1.0, .bc_weight = weight};
  }
  /// CPL-KL of the paper: relative to the policy at the end of behaviour cloning.
  [[nodiscard]] static constexpr cpl with_reference() noexcept {
    return {.alpha = 0.2, .lambda = 0.75, .reference = true};
  }

  /// @throws contract_error for lambda outside [0, 1]; `score` and `nll` check the rest
  void validate() const {
    expects(!is_nan(lambda) && lambda >= 0 && lambda <= 1, "lambda", "a weight in [0, 1]", lambda);
  }
  [[nodiscard]] realign::score score() const {
    return {reference ? potential::log_ratio : potential::log_prob, reduction::sum, alpha, gamma};
  }
  [[nodiscard]] pairwise<link::logistic> objective(const preference_pair& pair) const noexcept {
    return {.link = {}, .lambda = lambda, .gap = pair.gap, .label = pair.label};
  }
  [[nodiscard]] nll regulariser() const noexcept { return {.weight = bc_weight, .data = bc_data}; }

  /// The form for more than two segments: the mean over all pairs of a ranking; see
  /// `evaluate_group`.
  ///
  /// @param ranks  one per segment, larger is better
  [[nodiscard]] all_pairs<> ranking(std::span<const double> ranks) const noexcept {
    return {.ranks = ranks, .lambda = lambda};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_CPL_HPP
