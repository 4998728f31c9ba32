// SPDX-License-Identifier: MIT
// What contenders with a network of their own share: where the values of its layers lie, and the parts of a step.
#ifndef REALIGN_BENCHMARKS_BASELINES_NETWORK_STEP_HPP
#define REALIGN_BENCHMARKS_BASELINES_NETWORK_STEP_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "network.hpp"

namespace bench {

/// Outputs of the layers and their derivatives.
template <class T>
struct net_values {
  std::vector<std::vector<T>> y, dy;

  net_values(const net_shape& shape, std::size_t rows) {
    for (std::size_t k = 0; k < shape.layers(); ++k) {
      y.emplace_back(rows * shape.widths[k + 1]);
      dy.emplace_back(rows * shape.widths[k + 1]);
    }
  }
};

// A contender's network: `forward(parameters, x, values)` fills the outputs; `backward(parameters, x, values,
// gradient)` goes from the derivatives of the last outputs to those of the parameters, which it adds to the gradient.

template <class Net, class T>
action forward_by(const network<T>& problem) {
  const net_values<T> values(problem.shape, problem.x.rows);
  return [in = problem, net = Net(problem.shape), v = values](std::size_t) mutable {
    net.forward(in.parameters.data(), in.x, v);
    std::copy(v.y.back().begin(), v.y.back().end(), in.y);
  };
}

template <class Net, class T>
action gradient_by(const network<T>& problem) {
  const net_values<T> values(problem.shape, problem.x.rows);
  return [in = problem, net = Net(problem.shape), v = values](std::size_t) mutable {
    net.forward(in.parameters.data(), in.x, v);
    std::copy(in.dy, in.dy + v.dy.back().size(), v.dy.back().begin());
    std::fill(in.gradient, in.gradient + in.shape.parameters(), T(0));
    net.backward(in.parameters.data(), in.x, v, in.gradient);
  };
}

/// @param Cpl   loss and gradient of a batch
/// @param Adam  moves n parameters; given the number of the step (from 1), gradient, mean, square
template <class Net, auto Cpl, auto Adam, class T>
action step_by(const training<T>& problem) {
  const std::size_t n = problem.net.parameters();
  const net_values<T> values(problem.net, problem.x.rows);
  return [in = problem, net = Net(problem.net), v = values, mean = std::vector<T>(n), square = std::vector<T>(n),
          steps = std::size_t{0}, n](std::size_t) mutable {
    net.forward(in.parameters.data(), in.x, v);
    Cpl(cpl_batch<T>{in.pairs, v.y.back().data(), in.actions, in.loss, v.dy.back().data()});
    std::fill(in.gradient.begin(), in.gradient.end(), T(0));
    net.backward(in.parameters.data(), in.x, v, in.gradient.data());
    Adam(++steps, n, in.gradient.data(), mean.data(), square.data(), in.parameters.data());
  };
}

template <class Net, auto Cpl, auto Adam, class T>
void offer_network(const char* name) {
  offer<network<T>>("network_forward", name, forward_by<Net, T>, plain);
  offer<network<T>>("network_gradient", name, gradient_by<Net, T>, plain);
  for (const char* kernel : {"step_mlp", "step_candidate"})
    offer<training<T>>(kernel, name, step_by<Net, Cpl, Adam, T>, plain);
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_NETWORK_STEP_HPP
