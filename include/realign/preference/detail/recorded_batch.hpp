// SPDX-License-Identifier: MIT
// The buffers of one training batch: recorded segments through a policy into views, and gradients
// back.
#ifndef REALIGN_PREFERENCE_DETAIL_RECORDED_BATCH_HPP
#define REALIGN_PREFERENCE_DETAIL_RECORDED_BATCH_HPP

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/policy/trainable.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0::detail {

/// Numbers the segments of a batch in order of first use. Clearing costs what was used.
class local_index {
 public:
  explicit local_index(std::size_t segments) : local_of_(segments, none) {}

  std::size_t operator()(std::size_t segment) {
    std::size_t& local = local_of_[segment];
    if (local == none) {
      local = members_.size();
      members_.push_back(segment);
    }
    return local;
  }
  [[nodiscard]] std::span<const std::size_t> members() const noexcept { return members_; }
  void clear() noexcept {
    for (const std::size_t k : members_) local_of_[k] = none;
    members_.clear();
  }

 private:
  static constexpr std::size_t none = (std::numeric_limits<std::size_t>::max)();
  std::vector<std::size_t> local_of_;
  std::vector<std::size_t> members_;
};

/// One log-probability per recorded step, kept for a whole data set.
template <scalar T>
struct step_values {
  std::vector<T> values;
  std::vector<std::size_t> offsets;  // segments + 1; empty: there are none

  [[nodiscard]] vector_view<const T> of(std::size_t k) const noexcept {
    if (offsets.empty()) return {};
    return {values.data() + offsets[k], offsets[k + 1] - offsets[k]};
  }
};

/// Steps, log-probabilities and step gradients of some segments; all segments in one call of the
/// policy.
template <trainable_policy P>
class recorded_batch {
 public:
  using T = typename P::scalar_type;
  using step_type = step<typename P::state_type, typename P::action_type>;
  using segments_type = std::span<const std::vector<step_type>>;

  /// Evaluates the policy on the steps of the segments `which` and sets all gradients to zero.
  void load(const P& policy, segments_type data, std::span<const std::size_t> which,
            const step_values<T>& reference) {
    steps_.clear();
    for (const std::size_t k : which) steps_.insert(steps_.end(), data[k].begin(), data[k].end());
    log_probs_.resize(steps_.size());
    gradients_.assign(steps_.size(), T(0));
    if (!steps_.empty())
      policy.log_probs(std::span<const step_type>(steps_), tape_, std::span<T>(log_probs_));
    segments_.clear();
    views_.clear();
    std::size_t begin = 0;
    for (const std::size_t k : which) {
      const std::size_t n = data[k].size();
      segments_.push_back(
          {.log_probs = {log_probs_.data() + begin, n}, .reference = reference.of(k)});
      views_.push_back({gradients_.data() + begin, n});
      begin += n;
    }
  }

  [[nodiscard]] preference_batch<T> view(
      std::span<const preference_pair> pairs = {}) const noexcept {
    return {segments_, pairs, views_};
  }
  [[nodiscard]] std::span<const T> log_probs() const noexcept { return log_probs_; }

  /// grad += the step gradients through the policy.
  void backward(const P& policy, std::span<T> grad) {
    if (!steps_.empty()) policy.backward(tape_, std::span<const T>(gradients_), grad);
  }

 private:
  std::vector<step_type> steps_;
  std::vector<T> log_probs_, gradients_;
  std::vector<segment<T>> segments_;
  std::vector<vector_view<T>> views_;
  typename P::tape tape_{};
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_RECORDED_BATCH_HPP
