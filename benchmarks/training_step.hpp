// SPDX-License-Identifier: MIT
// One step of training by the library: what its trainer does with a batch.
#ifndef REALIGN_BENCHMARKS_TRAINING_STEP_HPP
#define REALIGN_BENCHMARKS_TRAINING_STEP_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/status.hpp>
#include <realign/nn/adam.hpp>
#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/preference/preference.hpp>

#include "baselines/network.hpp"

namespace bench::library {

inline const realign::cpl cpl_loss{.alpha = cpl_alpha, .gamma = cpl_gamma, .lambda = cpl_lambda};

/// Pairs of segments of equal length over one array of log-probabilities, and one of derivatives.
template <class T>
class pairs_of {
 public:
  explicit pairs_of(const cpl_shape& shape) : l_(shape.rows()), dl_(shape.rows()) {
    for (std::size_t k = 0; k < 2 * shape.pairs; ++k) {
      segments_.push_back({.log_probs = {l_.data() + k * shape.steps, shape.steps}});
      gradients_.push_back({dl_.data() + k * shape.steps, shape.steps});
    }
    for (std::size_t b = 0; b < shape.pairs; ++b) pairs_.push_back({.preferred = b, .rejected = shape.pairs + b});
  }
  [[nodiscard]] std::span<T> log_probs() { return l_; }
  [[nodiscard]] std::span<const T> derivatives() const { return dl_; }
  double evaluate() {
    std::fill(dl_.begin(), dl_.end(), T(0));
    return realign::evaluate_pairs(cpl_loss, realign::preference_batch<T>{segments_, pairs_, gradients_}, work_).loss;
  }

 private:
  std::vector<T> l_, dl_;
  std::vector<realign::segment<T>> segments_;
  std::vector<realign::vector_view<T>> gradients_;
  std::vector<realign::preference_pair> pairs_;
  realign::batch_workspace work_;
};

template <class T>
std::vector<std::vector<T>> states_for(const training<T>& in, const realign::mlp_policy<T>&) {
  std::vector<std::vector<T>> states;
  const std::size_t width = in.net.widths[0];
  for (std::size_t r = 0; r < in.x.rows; ++r)
    states.emplace_back(&in.x.values[r * width], &in.x.values[r * width] + width);
  return states;
}
template <class T>
std::vector<realign::candidate_set<T>> states_for(const training<T>& in, const realign::candidate_policy<T>&) {
  std::vector<realign::candidate_set<T>> states;
  for (std::size_t r = 0; r < in.x.rows; ++r) {
    if (r % in.pairs.choices == 0) states.emplace_back(in.net.widths[0]);
    const auto begin = in.x.offsets[r], end = in.x.offsets[r + 1];
    states.back().add({{in.x.indices.begin() + begin, in.x.indices.begin() + end},
                       {in.x.values.begin() + begin, in.x.values.begin() + end}});
  }
  return states;
}

template <class T, class Policy>
class training_step {
 public:
  explicit training_step(const training<T>& in)
      : in_(in),
        policy_(network_of(in)),
        states_(states_for(in, policy_)),
        batch_(in.pairs),
        gradient_(in.parameters.size()),
        adam_(in.parameters.size()) {
    for (std::size_t r = 0; r < states_.size(); ++r) steps_.push_back({&states_[r], in.actions[r]});
  }
  training_step(const training_step&) = delete;
  training_step& operator=(const training_step&) = delete;

  void step() {
    policy_.log_probs(std::span<const typename Policy::step_type>(steps_), tape_, batch_.log_probs());
    const double loss = batch_.evaluate();
    std::fill(gradient_.begin(), gradient_.end(), T(0));
    policy_.backward(tape_, batch_.derivatives(), std::span<T>(gradient_));
    const realign::status done =
        realign::nn::adam_step<T>({.learning_rate = adam_rate, .epsilon = adam_epsilon}, adam_,
                                  std::span<const T>(gradient_), policy_.parameters());
    if (!std::exchange(shown_, true) && succeeded(done)) show(loss);
  }

 private:
  static realign::nn::mlp<T> network_of(const training<T>& in) {
    realign::nn::mlp<T> net(in.net.widths);
    std::copy(in.parameters.begin(), in.parameters.end(), net.parameters().begin());
    return net;
  }
  /// For the check of the first step.
  void show(double loss) {
    *in_.loss = static_cast<T>(loss);
    std::copy(gradient_.begin(), gradient_.end(), in_.gradient.begin());
    std::copy(policy_.parameters().begin(), policy_.parameters().end(), in_.parameters.begin());
  }

  training<T> in_;
  Policy policy_;
  std::vector<typename Policy::state_type> states_;
  std::vector<typename Policy::step_type> steps_;
  typename Policy::tape tape_ = {};
  pairs_of<T> batch_;
  std::vector<T> gradient_;
  realign::nn::adam_state<T> adam_;
  bool shown_ = false;
};

}  // namespace bench::library

#endif  // REALIGN_BENCHMARKS_TRAINING_STEP_HPP
