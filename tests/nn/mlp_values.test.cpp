// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/nn/mlp_values.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../policy/gradient_check.hpp"

namespace ra = realign;

static_assert(ra::trainable_policy<ra::mlp_values<float>>);
static_assert(ra::trainable_policy<ra::mlp_values<double, ra::nn::relu>>);

TEST_CASE_TEMPLATE("a step's value is the network's output for its action", T, float, double) {
  ra::mlp_values<T> v({2, 5, 3}, 4);
  for (T& x : v.parameters()) x *= T(3);
  const std::vector<std::vector<T>> states = {{T(0.5), T(-1)}, {T(2), T(1)}};
  const std::vector<ra::step<std::vector<T>, std::size_t>> steps = {
      {&states[1], 2}, {&states[0], 0}, {&states[1], 0}, {&states[1], 2}};
  std::vector<T> l(4), first(3), second(3);
  typename ra::mlp_values<T>::tape tape;
  v.log_probs(steps, tape, l);
  v.values(states[0], first);
  v.values(states[1], second);
  CHECK(static_cast<double>(l[0]) == doctest::Approx(static_cast<double>(second[2])));
  CHECK(static_cast<double>(l[1]) == doctest::Approx(static_cast<double>(first[0])));
  CHECK(static_cast<double>(l[2]) == doctest::Approx(static_cast<double>(second[0])));
  CHECK(l[3] == l[0]);
  CHECK(std::fabs(second[2] - second[0]) > T(1e-4));
}

TEST_CASE("the gradient agrees with central differences") {
  ra::mlp_values<double> v({2, 4, 3}, 1);
  ra::random_generator g(2);
  for (double& x : v.parameters()) x = 0.5 * ra::normal(g);
  const std::vector<std::vector<double>> states = {{0.5, -1}, {2, 1}, {-0.3, 0.2}};
  realign_tests::check_policy_gradient(
      v, {{&states[1], 2}, {&states[0], 0}, {&states[1], 0}, {&states[2], 1}, {&states[1], 2}});
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong shapes and features that are not finite are contract errors") {
  ra::mlp_values<double> v({2, 3}, 1);
  const std::vector<double> state{1, 2}, short_state{1}, bad{1, ra::pos_infinity<double>()};
  std::vector<double> out(3), two(2), one(1);
  ra::mlp_values<double>::tape tape;
  using steps = std::vector<ra::step<std::vector<double>, std::size_t>>;
  CHECK_THROWS_AS(v.values(state, two), ra::contract_error);
  CHECK_THROWS_AS(v.values(short_state, out), ra::contract_error);
  CHECK_THROWS_AS(v.values(bad, out), ra::contract_error);
  CHECK_THROWS_AS(v.log_probs(steps{{&state, 3}}, tape, one), ra::contract_error);
  CHECK_THROWS_AS(v.log_probs(steps{{&state, 0}}, tape, two), ra::contract_error);
  v.log_probs(steps{{&state, 0}}, tape, one);
  CHECK_THROWS_AS(v.backward(tape, two, v.parameters()), ra::contract_error);
  CHECK_THROWS_AS(v.backward(tape, one, two), ra::contract_error);
}
#endif
