// SPDX-License-Identifier: MIT
// What `train_objectives` does for each label column.
#ifndef REALIGN_PREFERENCE_DETAIL_TRAIN_COLUMNS_HPP
#define REALIGN_PREFERENCE_DETAIL_TRAIN_COLUMNS_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/status.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/bc.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/segment.hpp>
#include <realign/preference/train.hpp>
#include <realign/preference/training.hpp>

namespace realign::inline v0::detail {

/// X holds losses of one type one behind the other: a vector, an array or a span of them.
template <class X>
concept holds_losses = preference_loss<typename X::value_type> &&
                       requires(const X& x) { std::span<const typename X::value_type>(x); };

/// Trains copies of one cloned policy, one per label column.
template <trainable_policy P, class Data, class LossOf, class Progress>
[[nodiscard]] std::vector<trained<P>> train_columns(const P& initial, const Data& data,
                                                    const LossOf& loss_of,
                                                    const train_options& options,
                                                    Progress& on_progress) {
  options.validate();
  P cloned = initial;
  train_report cloning;
  if (options.bc_epochs > 0) {
    train_options how = options;
    how.epochs = options.bc_epochs;
    cloning = train(cloned, training_data<P>{data.segments, data.pairs}, bc{}, how);
  }
  train_options how = options;
  how.bc_epochs = 0;
  std::vector<trained<P>> out;
  for (std::size_t k = 0; k < data.objectives(); ++k) {
    out.push_back({cloned, cloning});
    if (!succeeded(cloning.status)) continue;
    const std::vector<preference_pair> pairs = data.column(k), held_out = data.held_out_column(k);
    const auto tell = [&](const train_progress& p) { return on_progress(k, p); };
    train_report found = train(out[k].policy, training_data<P>{data.segments, pairs, held_out},
                               loss_of(k), how, tell);
    out[k].report.status = found.status;
    out[k].report.curve.insert(out[k].report.curve.end(), found.curve.begin(), found.curve.end());
  }
  return out;
}

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_TRAIN_COLUMNS_HPP
