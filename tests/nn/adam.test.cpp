// SPDX-License-Identifier: MIT
#include <realign/nn/adam.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ra = realign;
namespace nn = realign::nn;

namespace {
template <class T>
ra::status step(const nn::adam_options& o, nn::adam_state<T>& s, const std::vector<T>& g,
                std::vector<T>& p) {
  return nn::adam_step(o, s, std::span<const T>(g), std::span<T>(p));
}
}  // namespace

TEST_CASE_TEMPLATE("three steps by hand", T, float, double) {
  // gradients 4, -2, 6: m = 2, 0, 3 and v = 4, 4, 12; unbiased 4, 0, 24/7 and 16, 64/7, 768/37
  nn::adam_options o{.learning_rate = 0.1, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 1.0};
  nn::adam_state<T> state(1);
  std::vector<T> p{1};
  CHECK(step(o, state, {4}, p) == ra::status::ok);
  CHECK(state.mean[0] == doctest::Approx(2));
  CHECK(state.square[0] == doctest::Approx(4));
  CHECK(p[0] == doctest::Approx(1 - 0.1 * 4 / (4 + 1.0)));
  CHECK(step(o, state, {-2}, p) == ra::status::ok);
  CHECK(state.square[0] == doctest::Approx(4));
  CHECK(p[0] == doctest::Approx(0.92));
  CHECK(step(o, state, {6}, p) == ra::status::ok);
  CHECK(p[0] == doctest::Approx(0.92 - 0.1 * (24.0 / 7) / (std::sqrt(768.0 / 37) + 1)));
  CHECK(state.steps == 3);
}

TEST_CASE_TEMPLATE("the first step has the length of the learning rate, whatever the scale", T,
                   float, double) {
  nn::adam_state<T> state(3);
  std::vector<T> p(3, T(0));
  CHECK(step({}, state, {T(1e-3), T(-5), T(2e4)}, p) == ra::status::ok);
  CHECK(p[0] == doctest::Approx(-1e-3).epsilon(2e-5));
  CHECK(p[1] == doctest::Approx(1e-3).epsilon(2e-5));
  CHECK(p[2] == doctest::Approx(-1e-3).epsilon(2e-5));
}

TEST_CASE_TEMPLATE("clipping scales the whole gradient and leaves the caller's alone", T, float,
                   double) {
  const nn::adam_options o{.max_gradient_norm = 1};
  nn::adam_state<T> state(2);
  std::vector<T> p(2, T(0));
  const std::vector<T> g{30, 40};
  CHECK(step(o, state, g, p) == ra::status::ok);
  CHECK(g == std::vector<T>{30, 40});
  CHECK(state.mean[0] == doctest::Approx(0.1 * 0.6));
  CHECK(state.mean[1] == doctest::Approx(0.1 * 0.8));
  nn::adam_state<T> short_one(2);
  CHECK(step(o, short_one, {T(0.3), T(0.4)}, p) == ra::status::ok);
  CHECK(short_one.mean[1] == doctest::Approx(0.04));
}

TEST_CASE_TEMPLATE("warm-up grows the learning rate linearly", T, float, double) {
  const nn::adam_options o{.learning_rate = 1, .warm_up_steps = 4};
  nn::adam_state<T> state(1);
  std::vector<T> p{0};
  const double lengths[] = {0.25, 0.5, 0.75, 1,
                            1};  // a constant gradient: every step has the length of the rate
  for (const double length : lengths) {
    const T before = p[0];
    CHECK(step(o, state, {2}, p) == ra::status::ok);
    CHECK(before - p[0] == doctest::Approx(length).epsilon(1e-5));
  }
}

TEST_CASE_TEMPLATE("weight decay acts on the parameters, not through the moments", T, float,
                   double) {
  const nn::adam_options o{.learning_rate = 0.1, .weight_decay = 0.5};
  nn::adam_state<T> state(1);
  std::vector<T> p{2};
  CHECK(step(o, state, {0}, p) == ra::status::ok);
  CHECK(p[0] == doctest::Approx(2 * 0.95));
  CHECK(state.mean[0] == T(0));
}

TEST_CASE_TEMPLATE("more parameters than a block: all are moved alike", T, float, double) {
  const std::size_t n = 2500;
  nn::adam_state<T> state(n);
  std::vector<T> p(n, T(0)), g(n, T(3));
  CHECK(step({}, state, g, p) == ra::status::ok);
  for (const T x : p) REQUIRE(x == p[0]);
  CHECK(p[0] < T(0));
}

TEST_CASE_TEMPLATE("a minimum is found", T, float, double) {
  const nn::adam_options o{.learning_rate = 0.05};
  nn::adam_state<T> state(2);
  std::vector<T> p{5, -3};
  for (int i = 0; i < 2000; ++i)
    REQUIRE(step(o, state, {2 * (p[0] - 1), 40 * (p[1] + 2)}, p) == ra::status::ok);
  CHECK(p[0] == doctest::Approx(1).epsilon(1e-3));
  CHECK(p[1] == doctest::Approx(-2).epsilon(1e-3));
}

TEST_CASE_TEMPLATE("a gradient that is not finite changes nothing", T, float, double) {
  nn::adam_state<T> state(2);
  std::vector<T> p{1, 2};
  CHECK(step({}, state, {1, ra::not_a_number<T>()}, p) == ra::status::diverged);
  CHECK(step({}, state, {ra::pos_infinity<T>(), 0}, p) == ra::status::diverged);
  CHECK(p == std::vector<T>{1, 2});
  CHECK(state.steps == 0);
  CHECK(state.mean == std::vector<T>{0, 0});
}

TEST_CASE_TEMPLATE("an epsilon below the smallest number of the type still holds a parameter without a gradient", T,
                   float, double) {
  nn::adam_state<T> state(2);
  std::vector<T> p{1, 1};
  for (int i = 0; i < 3; ++i) CHECK(step({.epsilon = 1e-300}, state, {0, 1}, p) == ra::status::ok);
  CHECK(p[0] == T(1));
  CHECK(p[1] == doctest::Approx(1 - 3e-3));
}

TEST_CASE("a gradient whose square is beyond its type is divergence, and changes nothing") {
  nn::adam_state<float> state(2);
  std::vector<float> p{1, 2};
  CHECK(step({}, state, {1e20F, 0}, p) == ra::status::diverged);
  CHECK(step({}, state, {0, -1.9e19F}, p) == ra::status::diverged);
  CHECK(p == std::vector<float>{1, 2});
  CHECK(state.steps == 0);
  CHECK(state.square == std::vector<float>{0, 0});
  CHECK(step({}, state, {1.8e19F, 1.8e19F}, p) == ra::status::ok);  // longer together than either may be
  CHECK(p[0] == doctest::Approx(1 - 1e-3));
  nn::adam_state<float> clipped(2);
  CHECK(step({.max_gradient_norm = 1}, clipped, {1e20F, 0}, p) == ra::status::ok);
  CHECK(clipped.mean[0] == doctest::Approx(0.1));

  nn::adam_state<double> wide(1);
  std::vector<double> q{1};
  CHECK(step({}, wide, {1e200}, q) == ra::status::diverged);
  CHECK(step({}, wide, {1e150}, q) == ra::status::ok);
  CHECK(q[0] == doctest::Approx(1 - 1e-3));
}

TEST_CASE("wrong use") {
  nn::adam_state<double> state(2);
  std::vector<double> p(2), three(3);
  CHECK_THROWS_AS((void)step({}, state, three, p), ra::contract_error);
  CHECK_THROWS_AS((void)step({}, state, three, three), ra::contract_error);
  const std::vector<double> g(2);
  const double nan = ra::not_a_number<double>();
  CHECK_THROWS_WITH_AS((void)step({.learning_rate = 0}, state, g, p),
                       "learning_rate: expected a number > 0, got 0", ra::contract_error);
  CHECK_THROWS_AS((void)step({.learning_rate = nan}, state, g, p), ra::contract_error);
  CHECK_THROWS_AS((void)step({.beta1 = 1}, state, g, p), ra::contract_error);
  CHECK_THROWS_AS((void)step({.beta2 = -0.1}, state, g, p), ra::contract_error);
  CHECK_THROWS_AS((void)step({.epsilon = 0}, state, g, p), ra::contract_error);
  CHECK_THROWS_AS((void)step({.weight_decay = -1}, state, g, p), ra::contract_error);
  CHECK_THROWS_AS((void)step({.max_gradient_norm = -1}, state, g, p), ra::contract_error);
}

TEST_CASE_TEMPLATE("decays near one lose nothing in float; vectors and spans are taken", T, float, double) {
  for (const double beta : {0.9999, 0.999999, 0.99999999})
    for (const bool second : {false, true}) {
      CAPTURE(beta);
      CAPTURE(second);
      ra::nn::adam_options o;
      (second ? o.beta2 : o.beta1) = beta;
      ra::nn::adam_state<T> s(1);
      std::vector<T> p{T(1)};
      const std::vector<T> g{T(0.125)};
      CHECK(ra::nn::adam_step(o, s, g, std::span(p)) == ra::status::ok);
      CHECK(static_cast<double>(p[0]) == doctest::Approx(1 - o.learning_rate).epsilon(1e-6));
    }
}
