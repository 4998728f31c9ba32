// SPDX-License-Identifier: MIT
// Random decision programs, and the checks that any answer to them must pass.
#ifndef REALIGN_TESTS_DECIDE_RANDOM_PROGRAM_HPP
#define REALIGN_TESTS_DECIDE_RANDOM_PROGRAM_HPP

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/decide/decide.hpp>

namespace realign_tests {

namespace ra = realign;

/// Owns the arrays of a decision program.
template <class T>
struct program {
  std::vector<T> log_prior, objectives, costs;
  std::vector<double> budgets, weights;
  std::vector<ra::sense> senses;
  std::vector<unsigned char> allowed;
  double beta = 1;

  [[nodiscard]] std::size_t choices() const { return log_prior.size(); }
  [[nodiscard]] ra::decision_problem<T> view() const {
    const std::size_t v = choices();
    return {.log_prior = {log_prior.data(), v},
            .objectives = {objectives.data(), weights.size(), v},
            .costs = {costs.data(), budgets.size(), v},
            .budgets = budgets,
            .senses = senses,
            .allowed = allowed,
            .beta = beta};
  }
  [[nodiscard]] double objective(std::size_t i, std::size_t a) const {
    return static_cast<double>(objectives[i * choices() + a]);
  }
  [[nodiscard]] double cost(std::size_t j, std::size_t a) const {
    return static_cast<double>(costs[j * choices() + a]);
  }
};

/// V choices, m objectives, k costs in [0, 1] with budgets a share `tightness` of the way from the least to the mean cost.
template <class T>
program<T> random_program(ra::random_generator& g, std::size_t v, std::size_t m, std::size_t k, double tightness) {
  program<T> p;
  for (std::size_t a = 0; a < v; ++a) p.log_prior.push_back(static_cast<T>(ra::normal(g)));
  for (std::size_t i = 0; i < m * v; ++i) p.objectives.push_back(static_cast<T>(ra::normal(g)));
  for (std::size_t i = 0; i < k * v; ++i) p.costs.push_back(static_cast<T>(ra::uniform(g)));
  double sum = 0;
  for (std::size_t i = 0; i < m; ++i) {
    p.weights.push_back(0.1 + ra::uniform(g));
    sum += p.weights.back();
  }
  for (double& w : p.weights) w /= sum;
  for (std::size_t j = 0; j < k; ++j) {
    double least = p.cost(j, 0), mean = 0;
    for (std::size_t a = 0; a < v; ++a) {
      least = std::min(least, p.cost(j, a));
      mean += p.cost(j, a) / static_cast<double>(v);
    }
    p.budgets.push_back(least + tightness * (mean - least));
  }
  p.beta = 0.05 + ra::uniform(g);
  return p;
}

/// p is a distribution, keeps the budgets, and its certificate closes.
template <class T>
void check_answer(const program<T>& p, const ra::decision<T>& d) {
  const double eps = sizeof(T) == 4 ? 1e-5 : 1e-10;
  REQUIRE(ra::succeeded(d.status));
  REQUIRE(d.probs.size() == p.choices());
  double sum = 0;
  for (std::size_t a = 0; a < p.choices(); ++a) {
    CHECK(d.probs[a] >= 0);
    sum += static_cast<double>(d.probs[a]);
  }
  CHECK(sum == doctest::Approx(1).epsilon(eps));
  CHECK(std::abs(d.gap) <= eps * (1 + std::abs(d.value)));
  CHECK(d.excess <= (sizeof(T) == 4 ? 1e-12 : 1e-14));
  for (std::size_t j = 0; j < p.budgets.size(); ++j) {
    double c = 0;
    for (std::size_t a = 0; a < p.choices(); ++a) c += static_cast<double>(d.probs[a]) * p.cost(j, a);
    CHECK(c <= p.budgets[j] + eps);
    // complementary slackness
    CHECK(std::abs(d.multipliers[j] * (d.cost_values[j] - p.budgets[j])) <= eps * (1 + std::abs(d.value)));
    CHECK(d.multipliers[j] >= 0);
  }
  // p is the tilt that its multipliers say
  double shift = 0;
  bool first = true;
  for (std::size_t a = 0; a < p.choices(); ++a) {
    if (!(d.probs[a] > 0)) continue;
    double s = static_cast<double>(p.log_prior[a]);
    for (std::size_t i = 0; i < p.weights.size(); ++i) s += d.prices[i] * p.objective(i, a) / p.beta;
    for (std::size_t j = 0; j < p.budgets.size(); ++j) s -= d.multipliers[j] * p.cost(j, a) / p.beta;
    const double constant = static_cast<double>(d.log_probs[a]) - s;
    if (first) shift = constant;
    first = false;
    CHECK(constant == doctest::Approx(shift).epsilon(1e-6).scale(1 + std::abs(s)));
  }
}

/// f(J) - beta KL of any distribution, by the definition.
template <class T, class F, class P>
double objective_at(const program<T>& p, const F& f, const P& probs) {
  std::vector<double> J(p.weights.size(), 0.0);
  double kl = 0, z = 0;
  for (std::size_t a = 0; a < p.choices(); ++a) z += std::exp(static_cast<double>(p.log_prior[a]));
  for (std::size_t a = 0; a < p.choices(); ++a) {
    const double q = static_cast<double>(probs[a]);
    for (std::size_t i = 0; i < J.size(); ++i) J[i] += q * p.objective(i, a);
    if (q > 0) kl += q * (std::log(q) - static_cast<double>(p.log_prior[a]) + std::log(z));
  }
  return ra::scalarize::value(f, J, p.weights) - p.beta * kl;
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_DECIDE_RANDOM_PROGRAM_HPP
