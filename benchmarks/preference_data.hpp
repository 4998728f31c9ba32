// SPDX-License-Identifier: MIT
// Batches of preference pairs, rankings, and training steps on networks.
#ifndef REALIGN_BENCHMARKS_PREFERENCE_DATA_HPP
#define REALIGN_BENCHMARKS_PREFERENCE_DATA_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "baselines/network.hpp"
#include "baselines/preference.hpp"
#include "harness.hpp"

namespace bench {

/// A loss and a gradient.
template <class T>
struct result {
  T loss = 0;
  std::vector<T> gradient;

  explicit result(std::size_t n) : gradient(n) {}
  void forget() {
    loss = std::numeric_limits<T>::quiet_NaN();
    std::fill(gradient.begin(), gradient.end(), loss);
  }
  template <class W>
  [[nodiscard]] double error(const result<W>& expected) const {
    return (std::max)(
        largest_error(std::span<const T>(gradient), std::span<const W>(expected.gradient), compare::largest),
        largest_error(std::span<const T>(&loss, 1), std::span<const W>(&expected.loss, 1), compare::absolute));
  }
};

/// CPL on a batch of logits.
template <class T>
class cpl_data : public judged_once<cpl_data<T>> {
 public:
  explicit cpl_data(const cpl_shape& shape)
      : shape_(shape),
        logits_(normals<T>(shape.logits(), 2.0, shape.choices)),
        actions_(indices(shape.rows(), shape.choices, shape.logits())),
        found_(shape.logits()),
        expected_(shape.logits()) {
    using W = wide<T>;
    const std::vector<W> logits = converted<W>(logits_);
    W* gradient = expected_.gradient.data();
    run_reference("cpl", cpl_batch<W>{shape, logits.data(), actions_.data(), &expected_.loss, gradient});
  }
  [[nodiscard]] cpl_batch<T> problem() {
    return {shape_, logits_.data(), actions_.data(), &found_.loss, found_.gradient.data()};
  }
  void forget() { found_.forget(); }
  [[nodiscard]] double judge() const { return found_.error(expected_); }

 private:
  cpl_shape shape_;
  std::vector<T> logits_;
  std::vector<std::size_t> actions_;
  result<T> found_;
  result<wide<T>> expected_;
};

/// All pairs of a ranking.
template <class T>
class ranking_data : public judged_once<ranking_data<T>> {
 public:
  static constexpr std::size_t steps = 16;

  explicit ranking_data(std::size_t segments)
      : log_probs_(normals<T>(segments * steps, 1.0, segments)),
        ranks_(normals<double>(segments, 1.0, 3)),
        found_(segments * steps),
        expected_(segments * steps) {
    for (T& l : log_probs_) l = -std::abs(l);
    using W = wide<T>;
    const std::vector<W> l = converted<W>(log_probs_);
    W* gradient = expected_.gradient.data();
    run_reference("all_pairs", ranking<W>{segments, steps, l.data(), ranks_, &expected_.loss, gradient});
  }
  [[nodiscard]] ranking<T> problem() {
    return {ranks_.size(), steps, log_probs_.data(), ranks_, &found_.loss, found_.gradient.data()};
  }
  void forget() { found_.forget(); }
  [[nodiscard]] double judge() const { return found_.error(expected_); }

 private:
  std::vector<T> log_probs_;
  std::vector<double> ranks_;
  result<T> found_;
  result<wide<T>> expected_;
};

/// Weights of the usual size, and biases.
template <class T>
std::vector<T> random_parameters(const net_shape& net, bool sparse = false) {
  std::vector<T> p = normals<T>(net.parameters(), 1.0, net.parameters());
  for (std::size_t k = 0; k < net.layers(); ++k) {
    const double scale = k == 0 && sparse ? 1.0 : 1 / std::sqrt(static_cast<double>(net.widths[k]));
    for (std::size_t i = net.offset(k); i < net.offset(k + 1); ++i)
      p[i] = static_cast<T>(scale * static_cast<double>(p[i]));
  }
  return p;
}

/// Pairs of segments in which every step has a state of its own; the arrays of the states, dense or sparse.
template <class T>
struct training_inputs {
  cpl_shape pairs;
  net_shape net;
  std::size_t rows;
  std::vector<T> values;
  std::vector<int> offsets = {}, columns = {};

  /// States of 32 features, two hidden layers of 64, 16 actions.
  static training_inputs mlp() {
    const cpl_shape pairs{32, 16, 16};
    return {pairs, {{32, 64, 64, 16}}, pairs.rows(), normals<T>(pairs.rows() * 32, 1.0, 1)};
  }
  /// Four choices of 40 entries among 4096 features, one hidden layer of 32.
  static training_inputs candidate() {
    constexpr std::size_t entries = 40, dimension = 4096;
    const cpl_shape pairs{32, 8, 4};
    const std::size_t rows = pairs.logits();
    training_inputs x{pairs, {{dimension, 32, 1}}, rows, normals<T>(rows * entries, 1 / std::sqrt(40.0), 2)};
    const std::vector<std::size_t> within = indices(rows * entries, 100, 7);
    for (std::size_t r = 0; r <= rows; ++r) x.offsets.push_back(static_cast<int>(r * entries));
    for (std::size_t e = 0; e < within.size(); ++e)
      x.columns.push_back(static_cast<int>(e % entries * 100 + within[e]));
    return x;
  }
};

/// The first step of training from given parameters.
template <class T>
class training_data : public judged_once<training_data<T>> {
 public:
  explicit training_data(training_inputs<T> (*make)())
      : in_(make()),
        actions_(indices(in_.pairs.rows(), in_.pairs.choices, in_.rows)),
        start_(random_parameters<T>(in_.net, !in_.offsets.empty())),
        parameters_(start_),
        found_(start_.size()),
        expected_(start_.size()),
        move_(converted<W>(start_)) {
    const std::vector<W> values = converted<W>(in_.values);
    run_reference("step_mlp", training<W>{in_.net, {in_.rows, values, in_.offsets, in_.columns}, in_.pairs,
                                          actions_.data(), move_, &expected_.loss, expected_.gradient});
    for (std::size_t i = 0; i < move_.size(); ++i) move_[i] -= static_cast<W>(start_[i]);
  }
  /// From the start: whoever was timed before has moved the parameters.
  [[nodiscard]] training<T> problem() {
    parameters_ = start_;
    return {in_.net,     {in_.rows, in_.values, in_.offsets, in_.columns},
            in_.pairs,   actions_.data(),
            parameters_, &found_.loss,
            found_.gradient};
  }
  void forget() { found_.forget(); }
  /// Of loss and gradient, once the parameters have moved where they should: a float holds only some digits of so small
  /// a move.
  [[nodiscard]] double judge() const {
    std::vector<T> move(parameters_);
    for (std::size_t i = 0; i < move.size(); ++i) move[i] -= start_[i];
    const double moved = largest_error(std::span<const T>(move), std::span<const W>(move_), compare::largest);
    return moved <= (sizeof(T) == sizeof(float) ? 1e-2 : 1e-9) ? found_.error(expected_) : moved;
  }

 private:
  using W = wide<T>;

  training_inputs<T> in_;
  std::vector<std::size_t> actions_;
  std::vector<T> start_, parameters_;
  result<T> found_;
  result<W> expected_;
  std::vector<W> move_;
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_PREFERENCE_DATA_HPP
