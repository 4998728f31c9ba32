// SPDX-License-Identifier: MIT
// Trains a policy offline: from recorded segments by cloning, from pairs of them by any preference
// loss.
#ifndef REALIGN_PREFERENCE_TRAIN_HPP
#define REALIGN_PREFERENCE_TRAIN_HPP

#include <utility>

#include <realign/core/status.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/bc.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/detail/step_check.hpp>
#include <realign/preference/detail/trainer.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/training.hpp>

namespace realign::inline v0 {

/// A progress callback that does nothing.
struct no_progress {
  constexpr void operator()(const train_progress&) const noexcept {}
};

/// Data that a policy can be trained on. Not constrained itself, so that compilers say what P lacks.
template <class P>
using training_data = preference_view<typename P::state_type, typename P::action_type>;

/// Trains `policy` on preference pairs.
///
/// `options.bc_epochs` of behaviour cloning on both sides of all pairs; then, with a fresh
/// optimiser, `options.epochs` of the loss. A loss with a reference is relative to the policy as it
/// is between the two, whose log-probabilities are taken once.
///
/// @param data         `preference_data` or views of it; its held-out pairs are only evaluated
/// @param loss         such as `cpl{.alpha = 0.1, .lambda = 0.5}`
/// @param on_progress  called after each epoch with a `train_progress`; may return false to stop
/// there
/// @return status and curves; on failure the policy is that of the last finished epoch, also when a
///         loss or a policy throws
/// @throws contract_error for data, parameters or options out of range, before the first step. What the policy
///         refuses is named by segment and step, of all segments; without exceptions only its actions are
/// @cost one forward pass for each segment; per epoch one forward and one backward pass for each
///       segment in each batch that needs it; a state that comes often in a batch is evaluated once.
///       Buffers are allocated in the first batches
template <trainable_policy P, preference_loss Loss, class Progress = no_progress>
[[nodiscard]] train_report train(P& policy, const training_data<P>& data, const Loss& loss,
                                 const train_options& options = {}, Progress&& on_progress = {}) {
  options.validate();
  detail::validate_loss(loss);
  data.validate();
  train_report report;
  if (data.pairs.empty()) {
    report.status = status::empty;
    return report;
  }
  detail::check_segments_for<P>(policy, data.segments);
  detail::trainer<P> run(policy, data, options);
  if (options.bc_epochs == 0 || run.clone(sides::both, options.bc_epochs, on_progress, report))
    run.prefer(loss, options.epochs, on_progress, report);
  return report;
}

/// Trains `policy` by behaviour cloning alone: `options.epochs` over the segments of the training
/// pairs, or over all segments when there are no pairs. The supervised baseline is this on both
/// sides, then on `sides::preferred`.
/// @throws contract_error as above, before the first step
template <trainable_policy P, class Progress = no_progress>
[[nodiscard]] train_report train(P& policy, const training_data<P>& data, const bc& loss,
                                 const train_options& options = {}, Progress&& on_progress = {}) {
  options.validate();
  data.validate();
  train_report report;
  detail::check_segments_for<P>(policy, data.segments);
  detail::trainer<P> run(policy, data, options);
  run.clone(loss.data, options.epochs, on_progress, report);
  return report;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_TRAIN_HPP
