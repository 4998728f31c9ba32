// SPDX-License-Identifier: MIT
// Reward distillation: implicit rewards that match the gaps of reward models; CoPG.
#ifndef REALIGN_PREFERENCE_DISTILLATION_HPP
#define REALIGN_PREFERENCE_DISTILLATION_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// Reward-model distillation (Fisch et al. 2024): loss = (s+ - s- - (R+ - R-))^2,
/// s = beta sum (l - r).
///
/// A pair's `gap` is R+ - R-, in the units of the problem max E[R] - beta KL. The order of a pair
/// does not matter, nor does its label. The optimum is pi_ref exp(R / beta), normalised.
struct reward_distillation {
  double beta = 0.06;

  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::square> objective(const preference_pair& pair) const noexcept {
    return {.link = {0.0}, .gap = pair.gap, .label = pair.label};
  }
};

namespace link {

/// f(m) = (m^2 - gap^2) / (2 beta), the loss of CoPG at the margin m = s+ - s- - gap.
struct contrastive_gradient {
  double beta;
  double gap;

  [[nodiscard]] link_value operator()(double m) const noexcept {
    if (!is_finite(m)) return square{0.0}(m);
    return {(m - gap) * (m + gap) / (2 * beta), m / beta};
  }
};

}  // namespace link

/// Contrastive policy gradient (Flet-Berliac et al. 2024), as a loss to be minimised:
///
///     loss = -dR D + beta D^2 / 2 = ((beta D - dR)^2 - dR^2) / (2 beta),  D the log-ratio gap
///
/// A pair's `gap` is dR = R+ - R-. The gradient is that of `reward_distillation` / (2 beta).
struct copg {
  double beta = 0.06;  ///< the paper's best, stable from 0.03 to 0.1; > 0

  void validate() const { detail::expect_positive(beta, "beta"); }
  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::contrastive_gradient> objective(
      const preference_pair& pair) const noexcept {
    return {.link = {beta, pair.gap}, .gap = pair.gap, .label = pair.label};
  }
};

/// Pessimistic distillation from several reward models (Fisch et al. 2024), as an objective
/// on the scores of a batch; use with `evaluate_group` and `reward_distillation::score()`.
///
///     loss = min over models m of the mean over pairs of (s+ - s- - gap[m][pair])^2
///
/// The gradient is that of the model which is closest; of equal ones, the first.
struct ensemble_distillation {
  std::span<const preference_pair> pairs;  ///< their gaps and labels are not used
  matrix_view<const double> gaps;          ///< models x pairs, finite

  /// The mean squared error of one model. @param s one score per segment
  [[nodiscard]] double error(std::size_t model, std::span<const double> s) const noexcept {
    double sum = 0;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const double d = residual(model, p, s);
      sum += d * d;
    }
    return sum / static_cast<double>(pairs.size());
  }
  /// The model which is closest. @throws contract_error for wrong shapes, without pairs or models, or for a gap that
  /// is not finite
  [[nodiscard]] std::size_t selected(std::span<const double> s) const {
    detail::check_pairs(pairs, s.size());
    expects(!pairs.empty() && gaps.cols() == pairs.size() && gaps.rows() > 0, "gaps",
            "models x pairs, at least one of each", gaps.rows(), " x ", gaps.cols(), " for ",
            pairs.size(), " pairs");
    for (std::size_t m = 0; m < gaps.rows(); ++m)
      for (std::size_t p = 0; p < gaps.cols(); ++p)
        expects(is_finite(gaps(m, p)), "gaps", "finite numbers", gaps(m, p), " of model ", m, " for pair ", p);
    std::size_t best = 0;
    double least = error(0, s);
    for (std::size_t m = 1; m < gaps.rows(); ++m) {
      const double e = error(m, s);
      if (e < least) {
        least = e;
        best = m;
      }
    }
    return best;
  }

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    const std::size_t model = selected(s);
    const double share = 2 * weight / static_cast<double>(pairs.size());
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const double d = share * residual(model, p, s);
      ds[pairs[p].preferred] += d;
      ds[pairs[p].rejected] -= d;
    }
    return error(model, s);
  }

 private:
  [[nodiscard]] double residual(std::size_t model, std::size_t p,
                                std::span<const double> s) const noexcept {
    return s[pairs[p].preferred] - s[pairs[p].rejected] - gaps(model, p);
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_DISTILLATION_HPP
