// SPDX-License-Identifier: MIT
// Evaluates a loss on any of a data set's pairs, against the policy as it was at the start.
#ifndef REALIGN_PREFERENCE_DETAIL_PAIR_BATCH_HPP
#define REALIGN_PREFERENCE_DETAIL_PAIR_BATCH_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/policy/trainable.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/detail/recorded_batch.hpp>
#include <realign/preference/evaluate.hpp>

namespace realign::inline v0::detail {

/// The buffers for that. Reused from batch to batch they stop allocating.
template <trainable_policy P>
class pair_batch {
 public:
  using T = typename P::scalar_type;
  using data_type = preference_view<typename P::state_type, typename P::action_type>;

  /// @param with_reference  whether losses will ask for the log-probabilities of `start`
  pair_batch(const P& start, const data_type& data, bool with_reference)
      : data_(data), index_(data.segments.size()) {
    if (!with_reference) return;
    reference_.offsets.assign(1, 0);
    for (std::size_t k = 0; k < data_.segments.size(); ++k) {
      batch_.load(start, data_.segments, std::span<const std::size_t>(&k, 1), {});
      reference_.values.insert(reference_.values.end(), batch_.log_probs().begin(),
                               batch_.log_probs().end());
      reference_.offsets.push_back(reference_.values.size());
    }
  }

  /// The loss on the pairs with these numbers; keeps what `backward` needs.
  template <class Loss>
  [[nodiscard]] evaluation evaluate(const P& policy, const Loss& loss,
                                    std::span<const std::size_t> chosen) {
    index_.clear();
    pairs_.clear();
    for (const std::size_t p : chosen) {
      preference_pair pair = data_.pairs[p];
      pair.preferred = index_(pair.preferred);
      pair.rejected = index_(pair.rejected);
      pairs_.push_back(pair);
    }
    batch_.load(policy, data_.segments, index_.members(), reference_);
    return evaluate_pairs(loss, batch_.view(pairs_), workspace_);
  }
  /// grad += the gradient of the last loss that was evaluated.
  void backward(const P& policy, std::span<T> grad) { batch_.backward(policy, grad); }

 private:
  data_type data_;
  local_index index_;
  step_values<T> reference_;
  recorded_batch<P> batch_;
  batch_workspace workspace_;
  std::vector<preference_pair> pairs_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_PAIR_BATCH_HPP
