// SPDX-License-Identifier: MIT
// A few states with a few choices, a reference, rewards and costs, and what is optimal there.
#ifndef REALIGN_TESTS_PREFERENCE_FINITE_PROBLEM_HPP
#define REALIGN_TESTS_PREFERENCE_FINITE_PROBLEM_HPP

#include <realign/policy/policy.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/distribution.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace realign_tests {

using row = std::array<double, 4>;

/// The index of each state doubles as the state of tabular policies.
struct finite_problem {
  static constexpr std::size_t states = 3, choices = 4;
  static constexpr std::array<std::size_t, states> index{0, 1, 2};
  static constexpr std::array<row, states> reference{
      row{0.2, -0.4, 0.9, 0.0}, row{-1.0, 0.3, 0.1, 0.5}, row{0.0, 0.0, 0.7, -0.6}};
  static constexpr std::array<row, states> reward{
      row{1.0, 0.2, -0.5, 0.4}, row{0.1, 0.9, 0.6, -0.3}, row{-0.2, 0.8, 0.3, 1.1}};
  static constexpr std::array<row, states> cost{
      row{0.9, 0.1, -0.3, 0.5}, row{-0.2, 1.2, 0.1, 0.0}, row{0.2, 0.4, -0.5, 0.8}};

  /// The logits of pi_ref exp((R - lambda C) / beta) in a state.
  static row tilted(std::size_t s, double lambda, double beta) {
    row out{}, gain{};
    for (std::size_t a = 0; a < choices; ++a) gain[a] = reward[s][a] - lambda * cost[s][a];
    const auto found = realign::kl_optimum<double>({reference[s].data(), choices},
                                                   {gain.data(), choices}, beta,
                                                   {out.data(), choices});
    return realign::succeeded(found.status) ? out : row{};
  }
  /// E[C] of that, over equally likely states.
  static double cost_at(double lambda, double beta) {
    double sum = 0;
    for (std::size_t s = 0; s < states; ++s) {
      const row l = tilted(s, lambda, beta);
      for (std::size_t a = 0; a < choices; ++a) sum += std::exp(l[a]) * cost[s][a] / states;
    }
    return sum;
  }
  /// The price at which E[C] is the limit, by bisection; 0 when it is met anyway.
  static double multiplier(double limit, double beta) {
    double low = 0, high = 1e3;
    for (int i = 0; i < 200; ++i)
      (cost_at((low + high) / 2, beta) > limit ? low : high) = (low + high) / 2;
    return low;
  }

  template <class T>
  static realign::tabular_policy<T> reference_policy() {
    realign::tabular_policy<T> p(states, choices);
    for (std::size_t s = 0; s < states; ++s)
      for (std::size_t a = 0; a < choices; ++a) p.row(s)[a] = static_cast<T>(reference[s][a]);
    return p;
  }

  /// One segment of one step for each choice of each state, number s * choices + a, and all pairs
  /// within a state; labels are the probabilities of the Bradley-Terry model for `value`.
  template <class State>
  static realign::preference_data<State> pairs(const std::array<row, states>& value,
                                               std::span<const State> seen) {
    realign::preference_data<State> data;
    for (std::size_t s = 0; s < states; ++s)
      for (std::size_t a = 0; a < choices; ++a) data.add({{&seen[s], a}});
    for (std::size_t s = 0; s < states; ++s)
      for (std::size_t a = 0; a < choices; ++a)
        for (std::size_t b = 0; b < a; ++b)
          data.pairs.push_back({.preferred = s * choices + a,
                                .rejected = s * choices + b,
                                .label = 1 / (1 + std::exp(value[s][b] - value[s][a]))});
    return data;
  }
  static std::array<row, states> negated(std::array<row, states> x) {
    for (row& r : x)
      for (double& v : r) v = -v;
    return x;
  }
};

/// KL(softmax(a) || softmax(b)).
template <class A, class B>
double kl(const A& a, const B& b) {
  double za = 0, zb = 0, sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    za += std::exp(static_cast<double>(a[i]));
    zb += std::exp(static_cast<double>(b[i]));
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double la = static_cast<double>(a[i]) - std::log(za);
    sum += std::exp(la) * (la - static_cast<double>(b[i]) + std::log(zb));
  }
  return sum;
}

/// E[C] of any policy, over equally likely states.
template <class State, class P>
double expected_cost(const P& policy, std::span<const State> seen) {
  using problem = finite_problem;
  double sum = 0;
  for (std::size_t s = 0; s < problem::states; ++s) {
    using T = typename P::scalar_type;
    std::array<T, problem::choices> logits{};
    realign::evaluate<T>(policy, seen[s], std::span<T>(logits));
    const std::vector<double> l(logits.begin(), logits.end());
    double z = 0, c = 0;
    for (std::size_t a = 0; a < problem::choices; ++a) {
      z += std::exp(l[a]);
      c += std::exp(l[a]) * problem::cost[s][a];
    }
    sum += c / z / problem::states;
  }
  return sum;
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_PREFERENCE_FINITE_PROBLEM_HPP
