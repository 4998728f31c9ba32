// SPDX-License-Identifier: MIT
// Direct preference optimisation (DPO) and the losses that differ from it in the link or in an
// added likelihood.
#ifndef REALIGN_PREFERENCE_DPO_HPP
#define REALIGN_PREFERENCE_DPO_HPP

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// s = beta sum_t (l_t - r_t): the implicit reward of a segment.
[[nodiscard]] inline score implicit_reward(double beta) {
  return {potential::log_ratio, reduction::sum, beta};
}

namespace detail {

inline void expect_positive(double x, const char* name) {
  expects(is_finite(x) && x > 0, name, "a finite number > 0", x);
}
inline void expect_probability(double x, const char* name) {
  expects(is_finite(x) && x >= 0 && x <= 1, name, "a number in [0, 1]", x);
}

}  // namespace detail

/// DPO (Rafailov et al. 2023, Eq. 7): loss = log(1 + exp(-(s+ - s-))), s = beta sum (l - r).
///
/// Labels may be soft. The likelihood of the preferred segment usually falls while the margin
/// grows: only the margin is trained. `rpo`, `dpo_nll`, `cpl` with lambda < 1 and `ipo` hold it.
/// The optimum is pi_ref exp(R / beta), normalised.
struct dpo {
  double beta = 0.1;  ///< pull to the reference, >= 0; the authors use 0.1 to 0.5

  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::logistic> objective(const preference_pair& pair) const noexcept {
    return {.link = {}, .label = pair.label};
  }
};

/// Conservative DPO (Mitchell 2023): labels are flipped with probability epsilon.
///
///     loss = (1 - epsilon) sp(-h) + epsilon sp(h),    h* = log((1 - epsilon) / epsilon)
struct cdpo {
  double beta = 0.1;
  double epsilon = 0.1;  ///< in [0, 1]; above 1/2 it reverses the preference

  void validate() const { detail::expect_probability(epsilon, "epsilon"); }
  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::tilt> objective(const preference_pair& pair) const noexcept {
    return {.link = {epsilon}, .label = pair.label};
  }
};

/// Robust DPO (Chowdhury et al. 2024): unbiased for the loss without flipped labels.
///
///     loss = [(1 - epsilon) sp(-h) - epsilon sp(h)] / (1 - 2 epsilon)
///
/// Unbounded below: the slope never vanishes, so stop early or add a regulariser.
struct robust_dpo {
  double beta = 0.1;
  double epsilon = 0.1;  ///< share of flipped labels, in [0, 1/2)

  void validate() const {
    expects(is_finite(epsilon) && epsilon >= 0 && epsilon < 0.5, "epsilon", "a number in [0, 1/2)",
            epsilon);
  }
  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::tilt> objective(const preference_pair& pair) const noexcept {
    return {.link = {-epsilon / (1 - 2 * epsilon)}, .label = pair.label};
  }
};

/// The hinge on implicit rewards (RSO, Liu et al. 2023, "hinge-norm"): loss = max(0, 1 - (s+ -
/// s-)). The slope is 0 at the corner.
struct hinge {
  double beta = 0.05;  ///< the paper's best for the hinge

  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::hinge> objective(const preference_pair& pair) const noexcept {
    return {.link = {1.0}, .label = pair.label};
  }
};

/// DPO plus the likelihood of the preferred segment (Pang et al. 2024, iterative reasoning
/// preference optimisation).
///
///     loss = DPO + nll_weight * mean of -l over the preferred steps, as `mean` says
struct dpo_nll {
  double beta = 0.1;
  double nll_weight = 1.0;  ///< >= 0
  nll_mean mean = nll_mean::batch_steps;

  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::logistic> objective(const preference_pair& pair) const noexcept {
    return {.link = {}, .label = pair.label};
  }
  [[nodiscard]] nll regulariser() const noexcept {
    return {.weight = nll_weight, .data = sides::preferred, .mean = mean};
  }
};

/// RPO = DPO + SFT (Liu et al. 2024, "provably mitigating overoptimization").
///
///     loss = DPO - eta beta sum_t l+_t
///
/// The coefficient is eta times beta, on the sum over a segment's steps: 5e-5 per step by default.
struct rpo {
  double beta = 0.01;
  double eta = 0.005;  ///< >= 0

  /// The authors' second form, for reasoning: weight 0.2 on the mean over a segment's steps.
  [[nodiscard]] static constexpr dpo_nll with_mean_likelihood() noexcept {
    return {.beta = 0.5, .nll_weight = 0.2, .mean = nll_mean::segment_steps};
  }

  [[nodiscard]] realign::score score() const { return implicit_reward(beta); }
  [[nodiscard]] pairwise<link::logistic> objective(const preference_pair& pair) const noexcept {
    return {.link = {}, .label = pair.label};
  }
  [[nodiscard]] nll regulariser() const noexcept {
    return {.weight = eta * beta, .data = sides::preferred, .mean = nll_mean::segment_sum};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_DPO_HPP
