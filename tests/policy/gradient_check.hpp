// SPDX-License-Identifier: MIT
// Compares hand-written gradients with central differences.
#ifndef REALIGN_TESTS_POLICY_GRADIENT_CHECK_HPP
#define REALIGN_TESTS_POLICY_GRADIENT_CHECK_HPP

#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/policy/trainable.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace realign_tests {

/// Checks `gradient[i]` against (f(p_i + h) - f(p_i - h)) / 2h to 1e-6, relative to the entry or,
/// for entries that are thousand times smaller than the largest, to a thousandth of the largest.
/// `value()` reads `p`.
template <class Value>
void check_gradient(std::span<double> p, std::span<const double> gradient, const Value& value) {
  REQUIRE(p.size() == gradient.size());
  double largest = 0;
  for (const double g : gradient) largest = (std::max)(largest, std::fabs(g));
  CHECK(largest > 1e-6);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double held = p[i];
    const double h = 1e-5 * (std::max)(1.0, std::fabs(held));
    p[i] = held + h;
    const double above = value();
    p[i] = held - h;
    const double below = value();
    p[i] = held;
    const double expected = (above - below) / (2 * h);
    const double scale = (std::max)(std::fabs(expected), 1e-3 * largest);
    CAPTURE(i);
    CAPTURE(expected);
    CAPTURE(gradient[i]);
    CHECK(std::fabs(gradient[i] - expected) <= 1e-6 * scale);
  }
}

template <class P>
using step_of = realign::step<typename P::state_type, typename P::action_type>;

/// The gradient of sum_t c_t l_t with random c_t, by `backward` and by differences. Also checks
/// that gradients accumulate and that a second pass on the same tape gives the same numbers.
template <realign::trainable_policy P>
void check_policy_gradient(P policy, const std::vector<step_of<P>>& steps) {
  using steps_view = std::span<const step_of<P>>;
  realign::random_generator random(7);
  std::vector<double> c(steps.size()), l(steps.size());
  for (double& x : c) x = realign::normal(random);
  typename P::tape tape;
  const auto value = [&] {
    policy.log_probs(steps_view(steps), tape, l);
    double sum = 0;
    for (std::size_t t = 0; t < l.size(); ++t) sum += c[t] * l[t];
    return sum;
  };
  std::vector<double> gradient(policy.parameters().size(), 0.0), twice(gradient.size(), 1.0);
  value();
  policy.backward(tape, std::span<const double>(c), std::span<double>(gradient));
  check_gradient(policy.parameters(), gradient, value);
  value();
  policy.backward(tape, std::span<const double>(c), std::span<double>(twice));
  for (std::size_t i = 0; i < gradient.size(); ++i)
    CHECK(twice[i] == doctest::Approx(1.0 + gradient[i]));
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_POLICY_GRADIENT_CHECK_HPP
