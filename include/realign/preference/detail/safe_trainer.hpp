// SPDX-License-Identifier: MIT
// The two loops behind safe training: ascent on exact expectations, descent against a frozen
// reference.
#ifndef REALIGN_PREFERENCE_DETAIL_SAFE_TRAINER_HPP
#define REALIGN_PREFERENCE_DETAIL_SAFE_TRAINER_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/core/status.hpp>
#include <realign/nn/adam.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/detail/pair_batch.hpp>
#include <realign/preference/detail/step_check.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/lagrangian.hpp>
#include <realign/preference/safe_training.hpp>
#include <realign/preference/training.hpp>

namespace realign::inline v0::detail {

/// A policy under an optimiser, with a copy of its parameters to go back to.
template <trainable_policy P>
class guarded_policy {
 public:
  using T = typename P::scalar_type;

  explicit guarded_policy(P& policy)
      : policy_(policy), adam_(policy.parameters().size()) {
    keep();
  }
  guarded_policy(const guarded_policy&) = delete;
  guarded_policy& operator=(const guarded_policy&) = delete;
  /// Steps that an exception of the caller's code cuts short are taken back.
  ~guarded_policy() {
    if (moved_) restore();
  }
  [[nodiscard]] P& get() noexcept { return policy_; }
  /// An empty gradient, to be filled before `apply`.
  [[nodiscard]] std::span<T> gradient() {
    gradient_.assign(policy_.parameters().size(), T(0));
    return gradient_;
  }
  [[nodiscard]] status apply(const nn::adam_options& how) {
    moved_ = true;
    return nn::adam_step<T>(how, adam_, gradient_, policy_.parameters());
  }
  void keep() {
    const std::span<const T> now = std::as_const(policy_).parameters();
    kept_.assign(now.begin(), now.end());
    moved_ = false;
  }
  void restore() {
    std::copy(kept_.begin(), kept_.end(), policy_.parameters().begin());
    moved_ = false;
  }

 private:
  P& policy_;
  nn::adam_state<T> adam_;
  std::vector<T> gradient_, kept_;
  bool moved_ = false;  // since `keep`
};

/// @throws contract_error, naming the state, unless the choices of each are those of the policy
template <trainable_policy P>
void check_choices_for(const P& policy, const scored_choices<typename P::state_type>& data) {
  step_check<P> check(policy, {"data", "choice", "state"});
  for (std::size_t i = 0; i < data.states(); ++i) {
    const auto steps = data.steps(i);
    check(steps, i);
    if constexpr (chooses_by_index<P>) {
      const std::size_t count = policy.choice_count(*steps[0].state);
      expects(steps.size() == count, "data", "every choice that the policy has in a state", steps.size(), " of ",
              count, " in state ", i);
    }
  }
}

/// Ascent on E[(R - lambda C) / (1 + lambda)] - beta / (1 + lambda) KL over the choices of states.
template <trainable_policy P>
class choice_ascent {
 public:
  using T = typename P::scalar_type;
  using choices = scored_choices<typename P::state_type>;
  using step_type = typename choices::step_type;

  choice_ascent(P& policy, const choices& data, const safe_train_options& options)
      : policy_(policy), data_(data), options_(options), random_(options.seed) {
    order_.resize(data.states());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    all_ = order_;
    offsets_.push_back(0);
    for (std::size_t i = 0; i < data.states(); ++i) {
      offsets_.push_back(offsets_.back() + data.steps(i).size());
      total_share_ += data.share(i);
    }
  }

  /// Log-probabilities of all choices under the policy as it is.
  [[nodiscard]] status take_reference() {
    load(all_);
    reference_ = log_probs_;
    for (std::size_t i = 0; i < data_.states(); ++i) {
      bool possible = false;
      for (std::size_t a = offsets_[i]; a < offsets_[i + 1]; ++a) {
        if (is_nan(reference_[a])) return status::diverged;
        possible = possible || !is_neg_inf(reference_[a]);
      }
      if (!possible) return status::no_support;
    }
    return status::ok;
  }

  [[nodiscard]] status step(double lambda) {
    const std::span<const std::size_t> batch = next_batch();
    load(batch);
    dl_.assign(steps_.size(), T(0));
    const double scale = static_cast<double>(data_.states()) /
                         (static_cast<double>(batch.size()) * total_share_);
    std::size_t at = 0;
    for (const std::size_t i : batch) {
      const std::size_t n = data_.steps(i).size();
      const std::span<const T> l = std::span<const T>(log_probs_).subspan(at, n);
      gains_.resize(n);
      double mean = 0;
      for (std::size_t a = 0; a < n; ++a) {
        if (is_nan(l[a])) return status::diverged;
        gains_[a] = 0;
        if (is_neg_inf(l[a])) continue;
        gains_[a] = penalised(data_.rewards(i)[a], data_.costs(i)[a], lambda) -
                    options_.beta / (1 + lambda) * log_ratio(l[a], i, a);
        mean += probability(l[a]) * gains_[a];
      }
      const double weight = data_.share(i) * scale;
      for (std::size_t a = 0; a < n; ++a)  // Adam goes down
        dl_[at + a] = static_cast<T>(-weight * probability(l[a]) * (gains_[a] - mean));
      at += n;
    }
    policy_.get().backward(tape_, std::span<const T>(dl_), policy_.gradient());
    return policy_.apply(options_.optimiser());
  }

  /// Expectations over all states.
  [[nodiscard]] status measure(safe_progress& out) {
    load(all_);
    for (std::size_t i = 0; i < data_.states(); ++i)
      for (std::size_t a = 0; a < data_.steps(i).size(); ++a) {
        const T& l = log_probs_[offsets_[i] + a];
        if (is_neg_inf(l)) continue;
        const double p = probability(l) * data_.share(i) / total_share_;
        out.reward += p * data_.rewards(i)[a];
        out.cost += p * data_.costs(i)[a];
        out.kl += p * log_ratio(l, i, a);
      }
    return is_finite(out.reward) && is_finite(out.cost) && is_finite(out.kl) ? status::ok
                                                                            : status::diverged;
  }
  void keep() { policy_.keep(); }
  void restore() { policy_.restore(); }

 private:
  void load(std::span<const std::size_t> states) {
    steps_.clear();
    for (const std::size_t i : states)
      steps_.insert(steps_.end(), data_.steps(i).begin(), data_.steps(i).end());
    log_probs_.resize(steps_.size());
    std::as_const(policy_.get())
        .log_probs(std::span<const step_type>(steps_), tape_, std::span<T>(log_probs_));
  }
  [[nodiscard]] std::span<const std::size_t> next_batch() {
    if (options_.batch_size == 0 || options_.batch_size >= order_.size()) return all_;
    if (next_ + options_.batch_size > order_.size()) next_ = 0;
    if (next_ == 0) shuffle(random_, order_);
    const std::size_t begin = std::exchange(next_, next_ + options_.batch_size);
    return std::span<const std::size_t>(order_).subspan(begin, options_.batch_size);
  }
  [[nodiscard]] static double probability(const T& l) noexcept {
    return is_neg_inf(l) ? 0.0 : std::exp(static_cast<double>(l));
  }
  /// log pi - log pi_ref; what the policy can do, it could do at the start.
  [[nodiscard]] double log_ratio(const T& l, std::size_t i, std::size_t a) const noexcept {
    return static_cast<double>(l) - static_cast<double>(reference_[offsets_[i] + a]);
  }

  guarded_policy<P> policy_;
  const choices& data_;
  safe_train_options options_;
  random_generator random_;
  std::vector<std::size_t> order_, all_, offsets_;
  std::size_t next_ = 0;
  double total_share_ = 0;
  std::vector<step_type> steps_;
  std::vector<T> log_probs_, reference_, dl_;
  std::vector<double> gains_;
  typename P::tape tape_{};
};

/// Epochs of a loss over pairs whose reference is the policy as it was when this was made.
template <trainable_policy P>
class referenced_descent {
 public:
  using data_type = typename pair_batch<P>::data_type;

  referenced_descent(P& policy, const data_type& data, const train_options& options)
      : policy_(policy),
        pairs_(policy, data, true),
        options_(options),
        random_(options.seed),
        order_(data.pairs.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  template <class Loss>
  [[nodiscard]] status epoch(const Loss& loss) {
    shuffle(random_, order_);
    for (std::size_t begin = 0; begin < order_.size(); begin += options_.batch_size) {
      const std::size_t n = (std::min)(options_.batch_size, order_.size() - begin);
      const evaluation found = pairs_.evaluate(
          policy_.get(), loss, std::span<const std::size_t>(order_).subspan(begin, n));
      if (!succeeded(found.status)) return found.status;
      if (!is_finite(found.loss)) return status::diverged;
      pairs_.backward(policy_.get(), policy_.gradient());
      const status applied = policy_.apply(options_.optimiser());
      if (!succeeded(applied)) return applied;
    }
    return status::ok;
  }
  void keep() { policy_.keep(); }
  void restore() { policy_.restore(); }

 private:
  guarded_policy<P> policy_;
  pair_batch<P> pairs_;
  train_options options_;
  random_generator random_;
  std::vector<std::size_t> order_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_SAFE_TRAINER_HPP
