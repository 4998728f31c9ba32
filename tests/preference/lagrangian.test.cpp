// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/lagrangian.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <vector>

#include <realign/core/random.hpp>

namespace ra = realign;

static_assert(ra::multiplier_rule<ra::dual_ascent> && ra::multiplier_rule<ra::pid_multiplier>);
static_assert(!ra::multiplier_rule<double>);

namespace {

/// The largest E[R] - beta KL on three choices at a given price: pi ~ q exp((R - lambda C) / beta).
double expected_cost(double lambda) {
  const double reward[] = {1.0, 0.5, 0.0}, cost[] = {2.0, 0.6, 0.1};
  double mass = 0, sum = 0;
  for (int a = 0; a < 3; ++a) {
    const double p = std::exp((reward[a] - lambda * cost[a]) / 0.5);
    mass += p;
    sum += p * cost[a];
  }
  return sum / mass;
}
/// The price at which the cost is `limit`, by bisection.
double exact_multiplier(double limit) {
  double low = 0, high = 100;
  for (int i = 0; i < 200; ++i) (expected_cost((low + high) / 2) > limit ? low : high) = (low + high) / 2;
  return low;
}
template <class Rule>
double settle(const Rule& rule, int updates) {
  auto state = rule.start();
  for (int i = 0; i < updates; ++i) (void)rule.update(state, expected_cost(state.multiplier));
  return state.multiplier;
}

}  // namespace

TEST_CASE("dual ascent by hand: up, down, and never below zero or above the cap") {
  const ra::dual_ascent rule{.limit = 1, .rate = 0.5, .initial = 0.25, .cap = 2};
  auto s = rule.start();
  CHECK(s.multiplier == 0.25);
  CHECK(rule.update(s, 2) == 0.75);
  CHECK(rule.update(s, 1) == 0.75);
  CHECK(rule.update(s, 0.5) == 0.5);
  CHECK(rule.update(s, -9) == 0.0);
  CHECK(rule.update(s, 1e6) == 2.0);
}

TEST_CASE("the window averages the last costs only") {
  const ra::dual_ascent rule{.rate = 1, .initial = 10, .window = 3};
  auto s = rule.start();
  CHECK(rule.update(s, 6) == 16);
  CHECK(rule.update(s, 0) == 19);
  CHECK(rule.update(s, 0) == 21);
  CHECK(rule.update(s, 3) == 22);
}

TEST_CASE("the logarithmic form is ascent on log lambda, stays positive and survives extremes") {
  const ra::dual_ascent rule{.limit = 0, .rate = 0.1, .initial = 1, .cap = 5, .logarithmic = true};
  auto s = rule.start();
  CHECK(rule.update(s, 2) == doctest::Approx(std::exp(0.2)));
  CHECK(rule.update(s, -1) == doctest::Approx(std::exp(0.2 - 0.1 * std::exp(0.2))));
  CHECK(rule.update(s, 1e300) == 5.0);
  CHECK(rule.update(s, -1e300) > 0.0);
  const auto published = ra::dual_ascent::safe_rlhf();
  CHECK(published.initial == 1.0);
  CHECK(published.cap == 5.0);
  CHECK(published.window == 128);
  CHECK(published.logarithmic);
}

TEST_CASE("PID by hand") {
  const ra::pid_multiplier rule{.limit = 1,
                                .k_p = 0.5,
                                .k_i = 0.25,
                                .k_d = 2,
                                .delay = 2,
                                .proportional_decay = 0.5,
                                .derivative_decay = 0.75,
                                .initial_integral = 0.1};
  auto s = rule.start();
  CHECK(s.multiplier == 0.1);
  // e = 2: E = 1, C = 0.75, I = 0.6, D = 0.75
  CHECK(rule.update(s, 3) == doctest::Approx(0.5 + 0.6 + 1.5));
  // e = 0: E = 0.5, C = 0.8125, I = 0.6, D = C - the start's 0
  CHECK(rule.update(s, 1) == doctest::Approx(0.25 + 0.6 + 1.625));
  // e = -1: E = -0.25, C = 0.609375, I = 0.35, D = [0.609375 - 0.75]_+
  CHECK(rule.update(s, 0) == doctest::Approx(-0.125 + 0.35));
  // e = -5: E = -2.625, I = 0
  CHECK(rule.update(s, -4) == 0.0);
  CHECK(s.integral == 0.0);
}

TEST_CASE("PID as OmniSafe runs it, written again with a queue") {
  const ra::pid_multiplier rule{.limit = 2};
  auto s = rule.start();
  std::deque<double> past{0.0};
  double e_mean = 0, c_mean = 0, integral = 0.001;
  ra::random_generator g(4);
  double largest = 0;
  for (int i = 0; i < 60; ++i) {
    const double cost = 4 * ra::uniform(g) + (i < 30 ? 1 : -1);
    e_mean = 0.95 * e_mean + 0.05 * (cost - 2);
    integral = (std::max)(0.0, integral + 0.01 * (cost - 2));
    c_mean = 0.95 * c_mean + 0.05 * cost;
    const double rise = (std::max)(0.0, c_mean - past.front());
    past.push_back(c_mean);
    if (past.size() > 10) past.pop_front();
    const double expected = (std::max)(0.0, 0.1 * e_mean + integral + 0.01 * rise);
    CHECK(rule.update(s, cost) == doctest::Approx(expected).epsilon(1e-12));
    largest = (std::max)(largest, expected);
  }
  CHECK(largest > 0.1);
}

TEST_CASE("PID as OSRL runs it, written again") {
  const auto rule = ra::pid_multiplier::osrl(1.5);
  auto s = rule.start();
  double sum = 0, old = 0;
  ra::random_generator g(5);
  for (int i = 0; i < 40; ++i) {
    const double e = 3 * ra::uniform(g) - 1.5;
    sum = (std::max)(0.0, sum + e);
    const double expected = 0.1 * (std::max)(0.0, e) + 0.003 * sum + 0.001 * (std::max)(0.0, e - old);
    old = e;
    CHECK(rule.update(s, e + 1.5) == doctest::Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("every rule finds the exact multiplier of a closed-form problem") {
  const double limit = 0.6, exact = exact_multiplier(limit);
  REQUIRE(exact > 0.1);
  REQUIRE(expected_cost(exact) == doctest::Approx(limit));
  CHECK(settle(ra::dual_ascent{.limit = limit}, 2000) == doctest::Approx(exact).epsilon(1e-9));
  CHECK(settle(ra::dual_ascent{.limit = limit, .initial = 1, .cap = 5, .logarithmic = true}, 5000) ==
        doctest::Approx(exact).epsilon(1e-9));
  CHECK(settle(ra::pid_multiplier{.limit = limit}, 5000) == doctest::Approx(exact).epsilon(1e-9));
  CHECK(settle(ra::pid_multiplier::osrl(limit), 20000) == doctest::Approx(exact).epsilon(1e-3));
  CHECK(settle(ra::dual_ascent{.limit = 2}, 100) == 0.0);
}

TEST_CASE("the derivative term damps the overshoot of the integral") {
  const double exact = exact_multiplier(0.6);
  const auto overshoot = [&](double k_d) {
    const ra::pid_multiplier rule{
        .limit = 0.6, .k_p = 0, .k_i = 0.1, .k_d = k_d, .proportional_decay = 0, .derivative_decay = 0};
    auto s = rule.start();
    double cost = 0, most = 0;
    for (int i = 0; i < 400; ++i) {  // the cost lags behind the multiplier
      cost += 0.05 * (expected_cost(s.multiplier) - cost);
      most = (std::max)(most, rule.update(s, cost));
    }
    return most - exact;
  };
  CHECK(overshoot(0) > 0.05);
  CHECK(overshoot(2) < 0.9 * overshoot(0));
}

TEST_CASE("the cap holds, and the penalised objective is bounded by both") {
  const ra::pid_multiplier rule{.limit = 0, .k_i = 1, .cap = 3};
  auto s = rule.start();
  CHECK(rule.update(s, 1e6) == 3.0);
  CHECK(ra::penalised(2, 5, 0) == 2.0);
  CHECK(ra::penalised(2, 5, 1) == -1.5);
  CHECK(ra::penalised(2, 5, 1e9) == doctest::Approx(-5));
}

#if REALIGN_EXCEPTIONS
TEST_CASE("numbers out of range and costs that are not finite are contract errors") {
  const double nan = ra::not_a_number<double>();
  const auto refused = [](const auto& rule) { CHECK_THROWS_AS((void)rule.start(), ra::contract_error); };
  refused(ra::dual_ascent{.limit = nan});
  refused(ra::dual_ascent{.rate = 0});
  refused(ra::dual_ascent{.initial = -1});
  refused(ra::dual_ascent{.initial = 2, .cap = 1});
  refused(ra::dual_ascent{.cap = 0});
  refused(ra::dual_ascent{.window = 0});
  refused(ra::dual_ascent{.initial = 0, .logarithmic = true});
  refused(ra::pid_multiplier{.limit = ra::pos_infinity<double>()});
  refused(ra::pid_multiplier{.k_p = -1});
  refused(ra::pid_multiplier{.k_i = nan});
  refused(ra::pid_multiplier{.k_d = -1});
  refused(ra::pid_multiplier{.delay = 0});
  refused(ra::pid_multiplier{.proportional_decay = 1});
  refused(ra::pid_multiplier{.derivative_decay = -0.1});
  refused(ra::pid_multiplier{.initial_integral = -1});
  refused(ra::pid_multiplier{.cap = 0});
  auto dual = ra::dual_ascent{}.start();
  auto pid = ra::pid_multiplier{}.start();
  CHECK_THROWS_AS(ra::dual_ascent{}.update(dual, nan), ra::contract_error);
  CHECK_THROWS_AS(ra::pid_multiplier{}.update(pid, ra::pos_infinity<double>()), ra::contract_error);
  CHECK(dual.multiplier == 0.0);
  CHECK(pid.multiplier == 0.001);
}
#endif
