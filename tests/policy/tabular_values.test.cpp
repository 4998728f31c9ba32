// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/policy/tabular_values.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "gradient_check.hpp"

namespace ra = realign;

static_assert(ra::trainable_policy<ra::tabular_values<float>>);
static_assert(ra::trainable_policy<ra::tabular_values<double>>);

namespace {
constexpr std::array<std::size_t, 3> states{0, 1, 2};
}

TEST_CASE_TEMPLATE("a step's value is its entry, not normalised", T, float, double) {
  ra::tabular_values<T> v(3, 2);
  for (const T& x : v.parameters()) CHECK(x == T(0));
  v.row(1)[0] = T(1e4);
  v.row(1)[1] = T(-2);
  v.row(2)[1] = T(5);
  const std::vector<ra::step<std::size_t, std::size_t>> steps = {
      {&states[1], 1}, {&states[2], 1}, {&states[1], 0}, {&states[0], 0}, {&states[1], 1}};
  std::vector<T> l(5);
  typename ra::tabular_values<T>::tape tape;
  v.log_probs(steps, tape, l);
  CHECK(l == std::vector<T>{T(-2), T(5), T(1e4), T(0), T(-2)});
  std::vector<T> gradient(6, T(1));
  v.backward(tape, std::vector<T>{T(1), T(2), T(4), T(8), T(16)}, gradient);
  CHECK(gradient == std::vector<T>{T(9), T(1), T(5), T(18), T(1), T(3)});
  v.log_probs({}, tape, std::span<T>());
  v.backward(tape, {}, gradient);
  CHECK(gradient[0] == T(9));
}

TEST_CASE("the gradient agrees with central differences") {
  ra::tabular_values<double> v(3, 2);
  v.row(0)[1] = 0.5;
  realign_tests::check_policy_gradient(v, {{&states[0], 1}, {&states[2], 0}, {&states[0], 1}});
}

#if REALIGN_EXCEPTIONS
TEST_CASE("steps outside the table and wrong lengths are contract errors") {
  CHECK_THROWS_AS((ra::tabular_values<double>(0, 2)), ra::contract_error);
  CHECK_THROWS_AS((ra::tabular_values<double>(2, 0)), ra::contract_error);
  ra::tabular_values<double> v(2, 2);
  ra::tabular_values<double>::tape tape;
  std::vector<double> one(1), four(4);
  using steps = std::vector<ra::step<std::size_t, std::size_t>>;
  CHECK_THROWS_AS(v.log_probs(steps{{&states[2], 0}}, tape, one), ra::contract_error);
  CHECK_THROWS_AS(v.log_probs(steps{{&states[0], 2}}, tape, one), ra::contract_error);
  CHECK_THROWS_AS(v.log_probs(steps{{nullptr, 0}}, tape, one), ra::contract_error);
  CHECK_THROWS_AS(v.log_probs(steps{{&states[0], 0}}, tape, four), ra::contract_error);
  v.log_probs(steps{{&states[0], 0}}, tape, one);
  CHECK_THROWS_AS(v.backward(tape, four, four), ra::contract_error);
  CHECK_THROWS_AS(v.backward(tape, one, one), ra::contract_error);
  CHECK_THROWS_AS((void)v.row(2), ra::contract_error);
}
#endif
