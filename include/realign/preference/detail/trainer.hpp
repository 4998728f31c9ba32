// SPDX-License-Identifier: MIT
// The training loop behind `train`: epochs of mini-batches, with a way back from divergence.
#ifndef REALIGN_PREFERENCE_DETAIL_TRAINER_HPP
#define REALIGN_PREFERENCE_DETAIL_TRAINER_HPP

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/core/status.hpp>
#include <realign/nn/adam.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/bc.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/detail/epoch_means.hpp>
#include <realign/preference/detail/recorded_batch.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/training.hpp>

namespace realign::inline v0::detail {

/// One training run. Phases share the buffers and the random numbers, never the optimiser.
template <trainable_policy P>
class trainer {
 public:
  using T = typename P::scalar_type;
  using data_type = preference_view<typename P::state_type, typename P::action_type>;

  trainer(P& policy, const data_type& data, const train_options& options)
      : policy_(policy),
        data_(data),
        options_(options),
        random_(options.seed),
        index_(data.segments.size()) {
    keep();
  }
  trainer(const trainer&) = delete;
  trainer& operator=(const trainer&) = delete;
  /// An epoch that an exception of the caller's code ends is taken back.
  ~trainer() {
    if (unfinished_) restore();
  }

  /// Clones the segments of the pairs (all segments when there are no pairs). False when training
  /// is over.
  template <class Progress>
  bool clone(sides which, std::size_t epochs, Progress& on_progress, train_report& report) {
    std::vector<std::size_t> items = cloned_segments(which);
    if (std::all_of(items.begin(), items.end(),
                    [&](auto k) { return data_.segments[k].empty(); })) {
      report.status = status::empty;
      return false;
    }
    const auto load_and_evaluate = [&](std::span<const std::size_t> segments) {
      batch_.load(policy_, data_.segments, segments, {});
      return std::pair{evaluate_cloning(batch_.view(), workspace_),
                       static_cast<double>(batch_.log_probs().size())};
    };
    const train_progress start{.phase = train_phase::cloning, .epochs = epochs};
    return run(
        start, items, 2 * options_.batch_size, load_and_evaluate, [](train_progress&) {},
        on_progress, report);
  }

  /// Trains on the pairs, relative to the policy as it is now if the loss asks for a reference.
  template <class Loss, class Progress>
  bool prefer(const Loss& loss, std::size_t epochs, Progress& on_progress, train_report& report) {
    const step_values<T> reference = loss.score().needs_reference() ? snapshot() : step_values<T>{};
    std::vector<std::size_t> items(data_.pairs.size());
    std::iota(items.begin(), items.end(), std::size_t{0});
    const auto load_and_evaluate = [&](std::span<const std::size_t> chosen) {
      load_pairs(data_.pairs, chosen, reference);
      return std::pair{evaluate_pairs(loss, batch_.view(pairs_), workspace_),
                       static_cast<double>(chosen.size())};
    };
    const auto judge = [&](train_progress& p) {
      if (!data_.held_out.empty()) p.held_out = held_out(loss, reference);
    };
    const train_progress start{.phase = train_phase::preference, .epochs = epochs};
    return run(start, items, options_.batch_size, load_and_evaluate, judge, on_progress, report);
  }

 private:
  /// The epochs of one phase, with an optimiser of its own.
  template <class Evaluate, class Judge, class Progress>
  bool run(train_progress progress, std::vector<std::size_t>& items, std::size_t per_batch,
           const Evaluate& evaluate_batch, const Judge& judge, Progress& on_progress,
           train_report& report) {
    nn::adam_state<T> adam(policy_.parameters().size());
    for (progress.epoch = 1; progress.epoch <= progress.epochs; ++progress.epoch) {
      shuffle(random_, items);
      epoch_means means;
      for (std::size_t begin = 0; begin < items.size(); begin += per_batch) {
        const std::size_t n = (std::min)(per_batch, items.size() - begin);
        const auto [found, weight] =
            evaluate_batch(std::span<const std::size_t>(items).subspan(begin, n));
        if (found.status == status::empty) continue;
        report.status = apply(found, adam);
        if (!succeeded(report.status)) return restore();
        means.add(found, weight);
      }
      if (!parameters_sound()) {
        report.status = status::diverged;
        return restore();
      }
      keep();
      means.write(progress);
      judge(progress);
      report.curve.push_back(progress);
      if (!keep_going(on_progress, progress)) return false;
    }
    return true;
  }

  /// One step of the optimiser.
  [[nodiscard]] status apply(const evaluation& found, nn::adam_state<T>& adam) {
    const bool impossible = found.status == status::no_support || is_pos_inf(found.loss);
    if (impossible && steps_ == 0) return status::no_support;
    if (!succeeded(found.status) || !is_finite(found.loss)) return status::diverged;
    gradient_.assign(policy_.parameters().size(), T(0));
    batch_.backward(policy_, gradient_);
    ++steps_;
    unfinished_ = true;
    return nn::adam_step<T>(options_.optimiser(), adam, gradient_, policy_.parameters());
  }

  void load_pairs(std::span<const preference_pair> from, std::span<const std::size_t> chosen,
                  const step_values<T>& reference) {
    index_.clear();
    pairs_.clear();
    for (const std::size_t p : chosen) {
      preference_pair pair = from[p];
      pair.preferred = index_(pair.preferred);
      pair.rejected = index_(pair.rejected);
      pairs_.push_back(pair);
    }
    batch_.load(policy_, data_.segments, index_.members(), reference);
  }

  template <class Loss>
  [[nodiscard]] evaluation held_out(const Loss& loss, const step_values<T>& reference) {
    evaluation out{.status = status::ok};
    epoch_means means;
    std::vector<std::size_t> chosen;
    for (std::size_t begin = 0; begin < data_.held_out.size(); begin += options_.batch_size) {
      chosen.resize((std::min)(options_.batch_size, data_.held_out.size() - begin));
      std::iota(chosen.begin(), chosen.end(), begin);
      load_pairs(data_.held_out, chosen, reference);
      preference_batch<T> batch = batch_.view(pairs_);
      batch.gradients = {};
      const evaluation found = evaluate_pairs(loss, batch, workspace_);
      if (!succeeded(found.status)) return found;
      out.empty += found.empty;
      means.add(found, static_cast<double>(chosen.size()));
    }
    means.write(out);
    return out;
  }

  /// The log-probabilities of all recorded steps under the policy as it is.
  [[nodiscard]] step_values<T> snapshot() {
    step_values<T> out;
    out.offsets.assign(1, 0);
    std::vector<std::size_t> chosen;
    for (std::size_t begin = 0; begin < data_.segments.size(); begin += options_.batch_size) {
      chosen.resize((std::min)(options_.batch_size, data_.segments.size() - begin));
      std::iota(chosen.begin(), chosen.end(), begin);
      batch_.load(policy_, data_.segments, chosen, {});
      out.values.insert(out.values.end(), batch_.log_probs().begin(), batch_.log_probs().end());
      for (const std::size_t k : chosen)
        out.offsets.push_back(out.offsets.back() + data_.segments[k].size());
    }
    return out;
  }

  [[nodiscard]] std::vector<std::size_t> cloned_segments(sides which) {
    const nll taking{.data = which};
    index_.clear();
    for (const preference_pair& p : data_.pairs) {
      if (taking.takes_first(p)) index_(p.preferred);
      if (taking.takes_second(p)) index_(p.rejected);
    }
    if (data_.pairs.empty())
      for (std::size_t k = 0; k < data_.segments.size(); ++k) index_(k);
    return {index_.members().begin(), index_.members().end()};
  }

  void keep() {
    const std::span<const T> now = std::as_const(policy_).parameters();
    kept_.assign(now.begin(), now.end());
    unfinished_ = false;
  }
  /// Parameters of the last finished epoch; always false, as training is over.
  bool restore() {
    std::copy(kept_.begin(), kept_.end(), policy_.parameters().begin());
    unfinished_ = false;
    return false;
  }
  /// No parameter that was finite has stopped being so; minus infinity may rule a choice out from
  /// the start.
  [[nodiscard]] bool parameters_sound() const {
    const std::span<const T> now = std::as_const(policy_).parameters();
    for (std::size_t i = 0; i < kept_.size(); ++i)
      if (is_finite(kept_[i]) && !is_finite(now[i])) return false;
    return true;
  }

  P& policy_;
  data_type data_;
  train_options options_;
  random_generator random_;
  local_index index_;
  std::size_t steps_ = 0;
  bool unfinished_ = false;  // the parameters have moved since `keep`
  recorded_batch<P> batch_;
  batch_workspace workspace_;
  std::vector<preference_pair> pairs_;
  std::vector<T> gradient_, kept_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_TRAINER_HPP
