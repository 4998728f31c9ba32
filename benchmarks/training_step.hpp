// SPDX-License-Identifier: MIT
// One step of training - forward, CPL, backward, Adam - by the library, by loops and by Eigen.
#ifndef REALIGN_BENCHMARKS_TRAINING_STEP_HPP
#define REALIGN_BENCHMARKS_TRAINING_STEP_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/core/status.hpp>
#include <realign/nn/adam.hpp>
#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/mlp_policy.hpp>

#include "harness.hpp"
#include "network_baselines.hpp"
#include "preference_baselines.hpp"
#include "preference_cases.hpp"

namespace bench {

/// Pairs of segments in which every step has a state of its own.
template <class T>
struct training_case {
  cpl_shape shape;
  net_shape net;
  net_input<T> input;  // one row per state, or one per choice
  std::vector<T> parameters;
  std::vector<std::size_t> actions;
};

/// Weights of the usual size, and biases.
template <class T>
std::vector<T> random_parameters(const net_shape& net) {
  std::vector<T> p = normals<T>(net.parameters(), 1.0, net.parameters());
  for (std::size_t k = 0; k < net.layers(); ++k) {
    const double scale =
        k == 0 && net.widths[0] > 1000 ? 1.0 : 1 / std::sqrt(static_cast<double>(net.widths[k]));
    for (std::size_t i = net.offset(k); i < net.offset(k + 1); ++i)
      p[i] = static_cast<T>(scale * static_cast<double>(p[i]));
  }
  return p;
}

/// States of 32 features, two hidden layers of 64, 16 actions.
template <class T>
training_case<T> mlp_case() {
  training_case<T> c{{32, 16, 16}, {{32, 64, 64, 16}}, {}, {}, {}};
  c.input = {c.shape.rows(), normals<T>(c.shape.rows() * 32, 1.0, 1)};
  c.parameters = random_parameters<T>(c.net);
  c.actions = random_actions(c.shape.rows(), c.shape.choices);
  return c;
}

/// Four choices of 40 entries among 4096 features, one hidden layer of 32.
template <class T>
training_case<T> candidate_case() {
  constexpr std::size_t entries = 40, dimension = 4096;
  training_case<T> c{{32, 8, 4}, {{dimension, 32, 1}}, {}, {}, {}};
  const std::size_t rows = c.shape.logits();
  realign::random_generator random(7);
  c.input = {rows, normals<T>(rows * entries, 1 / std::sqrt(40.0), 2)};
  for (std::size_t r = 0; r <= rows; ++r) c.input.offsets.push_back(static_cast<int>(r * entries));
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t e = 0; e < entries; ++e)
      c.input.indices.push_back(static_cast<int>(e * 100 + realign::uniform_index(random, 100)));
  c.parameters = random_parameters<T>(c.net);
  c.actions = random_actions(c.shape.rows(), c.shape.choices);
  return c;
}

/// The parameters, their gradient and Adam's memory.
template <class T>
struct training_state {
  std::vector<T> parameters, gradient, mean, square;
  std::size_t steps = 0;

  explicit training_state(const std::vector<T>& start)
      : parameters(start), gradient(start.size()), mean(start.size()), square(start.size()) {}
};

/// Plain loops or Eigen all the way.
template <class T, template <class> class Net, auto Cpl, auto Adam>
struct hand_written {
  const training_case<T>& c;
  Net<T> net;
  net_values<T> values;
  training_state<T> state;

  explicit hand_written(const training_case<T>& given)
      : c(given), net{c.net}, values(c.net, c.input.rows), state(c.parameters) {}

  T step() {
    const std::span<T> p(state.parameters), g(state.gradient);
    std::fill(g.begin(), g.end(), T(0));
    net.forward(p, c.input, values);
    const T loss = Cpl(c.shape, std::span<const T>(values.y.back()), c.actions,
                       std::span<T>(values.dy.back()));
    net.backward(p, c.input, values, g);
    Adam(++state.steps, std::span<const T>(g), std::span<T>(state.mean), std::span<T>(state.square),
         p);
    return loss;
  }
  [[nodiscard]] const std::vector<T>& gradient() const { return state.gradient; }
  [[nodiscard]] std::span<const T> parameters() const { return state.parameters; }
};
template <class T>
using loop_step = hand_written<T, loop::net, loop::cpl<T>, loop::adam<T>>;
template <class T>
using eigen_step = hand_written<T, eigen::net, eigen::cpl<T>, eigen::adam<T>>;

template <class T>
realign::nn::mlp<T> network_of(const training_case<T>& c) {
  realign::nn::mlp<T> net(c.net.widths);
  std::copy(c.parameters.begin(), c.parameters.end(), net.parameters().begin());
  return net;
}

template <class T>
std::vector<std::vector<T>> states_for(const training_case<T>& c, const realign::mlp_policy<T>&) {
  std::vector<std::vector<T>> states;
  const std::size_t width = c.net.widths[0];
  for (std::size_t r = 0; r < c.shape.rows(); ++r)
    states.emplace_back(&c.input.values[r * width], &c.input.values[r * width] + width);
  return states;
}
template <class T>
std::vector<realign::candidate_set<T>> states_for(const training_case<T>& c,
                                                  const realign::candidate_policy<T>&) {
  std::vector<realign::candidate_set<T>> states;
  for (std::size_t r = 0; r < c.shape.logits(); ++r) {
    if (r % c.shape.choices == 0) states.emplace_back(c.net.widths[0]);
    const auto begin = c.input.offsets[r], end = c.input.offsets[r + 1];
    states.back().add({{c.input.indices.begin() + begin, c.input.indices.begin() + end},
                       {c.input.values.begin() + begin, c.input.values.begin() + end}});
  }
  return states;
}

/// What the trainer does with a batch.
template <class T, class Policy>
class library_step {
 public:
  explicit library_step(const training_case<T>& c)
      : policy_(network_of(c)),
        states_(states_for(c, policy_)),
        batch_(2 * c.shape.pairs, c.shape.steps),
        gradient_(c.parameters.size()),
        adam_(c.parameters.size()) {
    for (std::size_t r = 0; r < states_.size(); ++r) steps_.push_back({&states_[r], c.actions[r]});
  }

  T step() {
    policy_.log_probs(std::span<const typename Policy::step_type>(steps_), tape_,
                      batch_.log_probs());
    const double loss = batch_.evaluate();
    std::fill(gradient_.begin(), gradient_.end(), T(0));
    policy_.backward(tape_, std::span<const T>(batch_.gradient()), std::span<T>(gradient_));
    const realign::status done =
        realign::nn::adam_step<T>({.learning_rate = adam_rate, .epsilon = adam_epsilon}, adam_,
                                  std::span<const T>(gradient_), policy_.parameters());
    return succeeded(done) ? static_cast<T>(loss) : std::numeric_limits<T>::quiet_NaN();
  }
  [[nodiscard]] const std::vector<T>& gradient() const { return gradient_; }
  [[nodiscard]] std::span<const T> parameters() const { return policy_.parameters(); }

 private:
  Policy policy_;
  std::vector<typename Policy::state_type> states_;
  std::vector<typename Policy::step_type> steps_;
  typename Policy::tape tape_ = {};
  library_batch<T> batch_;
  std::vector<T> gradient_;
  realign::nn::adam_state<T> adam_;
};

/// The first step: loss and gradient, and how far the parameters moved.
template <class W>
struct first_step {
  result<W> at_start;
  std::vector<W> move;
};

template <class T, class Step>
struct training_job {
  const training_case<T>& c;
  const first_step<wide<T>>& expected;
  double tolerance;
  Step step = Step(c);
  T loss = 0;
  double elements = static_cast<double>(c.shape.logits());  // logits
  double bytes = static_cast<double>((c.input.values.size() + 7 * c.parameters.size()) * sizeof(T));

  void run() { loss = step.step(); }
  [[nodiscard]] double error() const {
    std::vector<T> move(step.parameters().begin(), step.parameters().end());
    for (std::size_t i = 0; i < move.size(); ++i) move[i] -= c.parameters[i];
    // a float parameter holds only some digits of so small a move
    const double moved =
        gradient_error(std::span<const T>(move), std::span<const wide<T>>(expected.move));
    const double digits = std::is_same_v<T, float> ? 1e-2 : 1e-9;
    if (!(moved <= digits)) return moved;
    result<T> found;
    found.loss = loss;
    found.gradient = step.gradient();
    return result_error(found, expected.at_start);
  }
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_TRAINING_STEP_HPP
