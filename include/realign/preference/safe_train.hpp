// SPDX-License-Identifier: MIT
// Safe fine-tuning: the best reward near a reference under a limit on cost, by a moving multiplier.
#ifndef REALIGN_PREFERENCE_SAFE_TRAIN_HPP
#define REALIGN_PREFERENCE_SAFE_TRAIN_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <utility>

#include <realign/core/contract.hpp>
#include <realign/core/status.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/detail/safe_trainer.hpp>
#include <realign/preference/detail/step_check.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/lagrangian.hpp>
#include <realign/preference/modpo.hpp>
#include <realign/preference/sacpo.hpp>
#include <realign/preference/safe_training.hpp>
#include <realign/preference/train.hpp>

namespace realign::inline v0 {

/// Safe-RLHF on finite choices: maximises E[reward] - beta KL(pi || pi_ref) with E[cost] <= d.
///
/// Each step is one of Adam on the exact expectation over the choices of a batch of states,
///
///     (E[R] - lambda E[C] - beta KL) / (1 + lambda),
///
/// where lambda moves by `rule` with the expected cost. pi_ref is the policy as it comes. The
/// optimum is pi_ref exp((R - lambda* C) / beta) in each state, normalised.
///
/// @param data   every choice of the states, with what models (or the truth) say of it
/// @param rule   such as `dual_ascent` or `pid_multiplier`; it holds the limit
/// @param on_progress  called after each update of the multiplier; may return false to stop there
/// @return status, multiplier and curve; `empty` without choices; `no_support` when the reference has
///         no possible choice in a state; `diverged` when something stopped being finite: the policy
///         is then that of the last update
/// @throws contract_error for data or options out of range, before the first step: a state whose choices are not
///         those of the policy (where it has `choice_count`), or what the policy refuses, is named
/// @cost one forward pass over all choices; per step one forward and one backward pass over the choices of
///       the batch
/// Source: Dai et al. 2023 (Safe RLHF), with its sampled expectation replaced by the exact one
template <trainable_policy P, multiplier_rule Rule, class Progress = no_safe_progress>
  requires std::same_as<typename P::action_type, std::size_t>
[[nodiscard]] safe_report train_safe(P& policy,
                                     const scored_choices<typename P::state_type>& data,
                                     const Rule& rule, const safe_train_options& options = {},
                                     Progress&& on_progress = {}) {
  options.validate();
  safe_report report;
  auto multiplier = rule.start();
  report.multiplier = multiplier.multiplier;
  if (data.states() == 0) {
    report.status = status::empty;
    return report;
  }
  detail::check_choices_for(policy, data);
  detail::choice_ascent<P> ascent(policy, data, options);
  report.status = ascent.take_reference();
  for (std::size_t u = 1; succeeded(report.status) && u <= options.updates; ++u) {
    safe_progress told{.update = u, .multiplier = multiplier.multiplier};
    for (std::size_t s = 0; s < options.steps_per_update && succeeded(report.status); ++s)
      report.status = ascent.step(multiplier.multiplier);
    if (succeeded(report.status)) report.status = ascent.measure(told);
    if (!succeeded(report.status)) {
      ascent.restore();
      break;
    }
    ascent.keep();
    report.multiplier = rule.update(multiplier, told.cost);
    report.curve.push_back(told);
    if (!detail::goes_on(on_progress, told)) break;
  }
  return report;
}

/// Options of the second stage of SACPO under a moving multiplier.
struct sacpo_limits {
  double beta = 0.1;                   ///< pull to the reference, > 0
  std::size_t updates = 200;           ///< of the multiplier
  std::size_t epochs_per_update = 1;   ///< over the safety pairs, >= 1
};

/// SACPO with the multiplier found on the way: maximises E[R] - beta KL with E[cost] <= d, from pairs
/// by reward and pairs by safety.
///
/// Stage 1 is DPO on the reward pairs (`options.epochs`, after `options.bc_epochs` of cloning). Its
/// result pi_R is the reference of stage 2, which goes on minimising
///
///     lambda log(1 + exp(-(beta / lambda) D)) / max(1, lambda),  D of log pi - log pi_R
///
/// over the safety pairs, as bounded MODPO does for small weights: DPO with beta / lambda, defined
/// down to lambda = 0. After each round lambda moves by `rule` with `cost(policy)`. Where safety is
/// G, the optimum is pi_ref exp((R + lambda* G) / beta), normalised.
///
/// @param reward  pairs whose `preferred` is the better answer
/// @param safety  pairs whose `preferred` is the safer answer, of the same or other segments
/// @param cost    `cost(policy)`: the expected cost that the limit is about, measured or estimated
/// @return the report of stage 1 and that of stage 2, in which reward and KL are 0: they are unknown;
///         a stage that fails leaves the policy as after the last round
/// @throws contract_error for data, parameters or options out of range, before the first step, as `train`
/// Source: Wachi et al. 2024, where lambda is chosen by hand; the moving multiplier is ours
template <trainable_policy P, multiplier_rule Rule, class Cost, class Progress = no_safe_progress>
[[nodiscard]] sacpo_report train_sacpo(P& policy, const training_data<P>& reward,
                                       const training_data<P>& safety, const Cost& cost,
                                       const Rule& rule, const sacpo_limits& limits = {},
                                       const train_options& options = {},
                                       Progress&& on_progress = {}) {
  options.validate();
  detail::expect_positive(limits.beta, "beta");
  expects(limits.epochs_per_update > 0, "epochs_per_update", "at least 1", limits.epochs_per_update);
  safety.validate();
  detail::check_segments_for<P>(policy, safety.segments);
  sacpo_report report;
  auto multiplier = rule.start();
  report.safety.multiplier = multiplier.multiplier;
  report.reward = train(policy, reward, dpo{.beta = limits.beta}, options);
  report.safety.status = succeeded(report.reward.status) && safety.pairs.empty()
                             ? status::empty
                             : report.reward.status;
  if (!succeeded(report.safety.status)) return report;

  detail::referenced_descent<P> descent(policy, safety, options);
  for (std::size_t u = 1; u <= limits.updates; ++u) {
    safe_progress told{.update = u, .multiplier = multiplier.multiplier};
    const double scale = (std::max)(1.0, multiplier.multiplier);
    const bounded_modpo loss{.beta = limits.beta / scale, .weight = multiplier.multiplier / scale};
    for (std::size_t e = 0; e < limits.epochs_per_update && succeeded(report.safety.status); ++e)
      report.safety.status = descent.epoch(loss);
    if (!succeeded(report.safety.status)) {
      descent.restore();
      break;
    }
    descent.keep();
    told.cost = static_cast<double>(cost(std::as_const(policy)));
    report.safety.multiplier = rule.update(multiplier, told.cost);
    report.safety.curve.push_back(told);
    if (!detail::goes_on(on_progress, told)) break;
  }
  return report;
}

/// SACPO with lambda chosen by hand: two runs of DPO, see `sacpo`.
///
/// @return the reports of stage 1 and 2; the second is `empty` without training when the first fails
/// @throws contract_error as `train`, for either stage before the first step
template <trainable_policy P, class Progress = no_progress>
[[nodiscard]] std::pair<train_report, train_report> train_sacpo(
    P& policy, const training_data<P>& reward, const training_data<P>& safety, const sacpo& p,
    const train_options& options = {}, Progress&& on_progress = {}) {
  p.validate();
  safety.validate();
  detail::check_segments_for<P>(policy, safety.segments);
  std::pair<train_report, train_report> out;
  out.first = train(policy, reward, p.first(), options, on_progress);
  out.second.status = status::empty;
  train_options second = options;
  second.bc_epochs = 0;
  if (succeeded(out.first.status))
    out.second = train(policy, safety, p.second(), second, on_progress);
  return out;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SAFE_TRAIN_HPP
