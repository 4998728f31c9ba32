// SPDX-License-Identifier: MIT
// Evaluates a loss on a batch: step log-probabilities in; loss, margins, accuracy and step
// gradients out.
#ifndef REALIGN_PREFERENCE_EVALUATE_HPP
#define REALIGN_PREFERENCE_EVALUATE_HPP

#include <cstddef>

#include <realign/core/status.hpp>
#include <realign/preference/batch.hpp>
#include <realign/preference/detail/pair_evaluation.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>

namespace realign::inline v0 {

/// Evaluates any objective on the scores of a group of segments: a ranking, for instance.
///
///     loss = o(s_1 .. s_K),   gradients_k[t] += dloss/ds_k * ds_k/dl_t
///
/// @param batch  segments and gradients; its pairs are not used
/// @return `ok`; `empty` without segments; `no_support` when the loss or a derivative is undefined
/// because of
///         impossible actions (both sides of a pair, or policy and reference, are -inf; a square
///         link on -inf); `diverged` when a log-probability is NaN. The gradients are untouched
///         unless `ok`. A loss of +inf with finite derivatives is `ok`: training can recover from
///         it.
/// @cost two passes over the steps and the objective; allocates only when `ws` grows
/// @throws contract_error for wrong shapes
template <scalar T, objective O>
[[nodiscard]] evaluation evaluate_group(const score& map, const O& o,
                                        const preference_batch<T>& batch, batch_workspace& ws) {
  detail::check_batch(batch, map.needs_reference());
  evaluation out;
  if (batch.segments.empty()) return out;
  ws.resize(batch.segments.size(), 0);
  if (!detail::differentiate(map, o, batch.segments, ws, out)) return out;
  detail::backward_all(map, batch, ws.derivatives());
  out.status = status::ok;
  return out;
}

/// Evaluates a loss on the pairs of a batch; a segment takes one backward pass however many pairs
/// it is in.
///
///     loss = mean over pairs of loss.objective(pair)(s_preferred, s_rejected) + regulariser
///
/// @param batch  segments (with reference if the loss needs one), pairs, gradients (empty: forward
/// only)
/// @param ws     afterwards: scores, derivatives, per-pair losses and margins
/// @return as `evaluate_group`; `empty` when there are no pairs
/// @cost O(steps + pairs), twice with a regulariser; allocates only when `ws` grows
/// @throws contract_error for wrong shapes, labels outside [0, 1], bad parameters of the loss
template <scalar T, preference_loss Loss>
[[nodiscard]] evaluation evaluate_pairs(const Loss& loss, const preference_batch<T>& batch,
                                        batch_workspace& ws) {
  detail::validate_loss(loss);
  const detail::pair_evaluation<T, Loss> run(loss, batch, ws);
  evaluation out;
  if (batch.pairs.empty()) return out;
  run.compare(run.whole());
  const bool sound = run.sound(run.whole(), out);
  run.conclude(out);
  if (!sound) return out;
  run.backward(run.whole());
  out.status = status::ok;
  return out;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_EVALUATE_HPP
