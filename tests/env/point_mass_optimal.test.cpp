// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/env/point_mass_optimal.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace ra = realign;
namespace env = realign::env;

namespace {

/// The discounted linear-quadratic regulator of one coordinate without bounds: V = -(s'Ps + c).
struct regulator {
  double p11 = 0, p12 = 0, p22 = 0, constant = 0;
  double gain_x = 0, gain_v = 0;  // f = -(gain_x x + gain_v v)

  regulator(const env::point_mass_options& o, double gamma) {
    // s' = A s + B f + N z with A = [1, dt m; 0, m], B = [dt^2; dt], N = noise [dt; 1]
    const double dt = o.time_step, m = 1 - o.drag * dt, r = dt * o.force_cost;
    const double b1 = dt * dt, b2 = dt, a12 = dt * m, a22 = m;
    for (int i = 0; i < 5000; ++i) {
      const double pb1 = p11 * b1 + p12 * b2, pb2 = p12 * b1 + p22 * b2;
      const double bpb = b1 * pb1 + b2 * pb2;
      const double h1 = pb1, h2 = a12 * pb1 + a22 * pb2;  // A' P B
      const double scale = gamma / (r + gamma * bpb);
      const double apa11 = p11, apa12 = a12 * p11 + a22 * p12;
      const double apa22 = a12 * (a12 * p11 + a22 * p12) + a22 * (a12 * p12 + a22 * p22);
      p11 = dt + gamma * (apa11 - scale * h1 * h1);
      p12 = gamma * (apa12 - scale * h1 * h2);
      p22 = dt * o.velocity_cost + gamma * (apa22 - scale * h2 * h2);
      gain_x = scale * h1;
      gain_v = scale * h2;
    }
    const double npn = o.noise * o.noise * (dt * dt * p11 + 2 * dt * p12 + p22);
    constant = gamma / (1 - gamma) * npn;
  }
  double value(const env::axis_state& s) const {
    const double x = s.position, v = s.velocity;
    return -(p11 * x * x + 2 * p12 * x * v + p22 * v * v + constant);
  }
  double force(const env::axis_state& s) const { return -(gain_x * s.position + gain_v * s.velocity); }
};

constexpr std::array<env::axis_state, 5> states = {
    {{0.8, 0}, {-0.5, 0.3}, {0.2, -0.6}, {0, 0.9}, {-1, -0.2}}};

}  // namespace

TEST_CASE("without active bounds it is the linear-quadratic regulator") {
  const env::point_mass_options o{
      .max_force = 6, .noise = 0.03, .max_position = 3, .max_velocity = 4};
  const env::point_mass_optimal best(env::point_mass(o),
                                     {.points = 121, .forces = 61, .discount = 0.9});
  const regulator exact(o, 0.9);
  for (const env::axis_state& s : states) {
    REQUIRE(std::fabs(exact.force(s)) < 6);
    const double value = best.action_value(s, best.force(s));
    CAPTURE(s.position);
    CAPTURE(s.velocity);
    CHECK(value == doctest::Approx(exact.value(s)).epsilon(0.01));
    CHECK(value <= exact.value(s) + 1e-6);  // bilinear interpolation of a concave function
    CHECK(std::fabs(best.force(s) - exact.force(s)) < 0.2);
    // The regret of an action is r + gamma B'PB times the square of its distance from the best.
    const double dt = o.time_step, b1 = dt * dt;
    const double bend = dt * o.force_cost +
                        0.9 * (b1 * b1 * exact.p11 + 2 * b1 * dt * exact.p12 + dt * dt * exact.p22);
    for (const double off : {-2.0, 2.0})
      CHECK(best.advantage(s, exact.force(s) + off) == doctest::Approx(-bend * 4).epsilon(0.1));
  }
}

TEST_CASE("without a future the best force is none") {
  const env::point_mass system;
  const env::point_mass_optimal best(system, {.discount = 0});
  for (const env::axis_state& s : states) {
    CHECK(best.force(s) == doctest::Approx(0));
    CHECK(best.action_value(s, 0) == system.reward(s, 0));
    CHECK(best.advantage(s, 0.5) == doctest::Approx(system.reward(s, 0.5) - system.reward(s, 0)));
  }
}

TEST_CASE("advantages are at most zero, and zero for the best force; both sides are alike") {
  const env::point_mass_optimal best{env::point_mass{}};
  ra::random_generator g(5);
  for (int i = 0; i < 300; ++i) {
    const env::axis_state s{3 * ra::uniform(g) - 1.5, 3 * ra::uniform(g) - 1.5};
    const env::axis_state mirrored{-s.position, -s.velocity};
    const double a = 2 * ra::uniform(g) - 1;
    CHECK(best.advantage(s, a) <= 0);
    CHECK(std::fabs(best.advantage(s, best.force(s))) < 1e-12);
    CHECK(best.advantage(s, a) == doctest::Approx(best.advantage(mirrored, -a)).epsilon(1e-4));
  }
  CHECK(best.force({-1, 0}) == 1.0);
  CHECK(best.force({1, 0}) == -1.0);
  CHECK(best.force({-0.1, 1}) == -1.0);
}

TEST_CASE_TEMPLATE("the plane is the sum of its coordinates", T, float, double) {
  const env::point_mass_optimal best{env::point_mass{}};
  const env::point_mass_state s{{{0.5, -0.25}, {-1, 0.75}}};
  const std::array<T, 2> a{T(0.5), T(-0.25)};
  CHECK(best.advantage(s, std::span<const T>(a)) ==
        best.advantage(s[0], 0.5) + best.advantage(s[1], -0.25));
  CHECK(best.value(s) == doctest::Approx(best.action_value(s[0], best.force(s[0])) +
                                         best.action_value(s[1], best.force(s[1]))));
}

TEST_CASE("the tabulated force collects what its value promises, and more than others") {
  const env::point_mass system;
  const env::point_mass_optimal best(system, {.discount = 0.9});
  const auto collected = [&](double share) {
    double sum = 0;
    for (std::uint64_t k = 0; k < 200; ++k) {
      ra::random_generator g(k);
      env::axis_state s{-0.8, 0.2};
      double w = 1;
      for (int t = 0; t < 120; ++t, w *= 0.9) {
        const double f = share * best.force(s);
        sum += w * system.reward(s, f) / 200;
        s = system.next(s, f, ra::normal(g));
      }
    }
    return sum;
  };
  const double promised = best.action_value({-0.8, 0.2}, best.force({-0.8, 0.2}));
  CHECK(collected(1) == doctest::Approx(promised).epsilon(0.01));
  CHECK(collected(1) > collected(0.6) + 0.002);
  CHECK(collected(1) > collected(0));
}

TEST_CASE("a tolerance below rounding ends where rounding does") {
  const env::point_mass system;
  for (const double discount : {0.0, 0.9, 0.99}) {
    const env::point_mass_grid usual{.points = 11, .forces = 11, .discount = discount, .tolerance = 1e-9};
    const env::point_mass_optimal rough(system, usual);
    for (const double tolerance : {1e-17, 1e-300}) {
      env::point_mass_grid grid = usual;
      grid.tolerance = tolerance;
      const env::point_mass_optimal fine(system, grid);
      for (const env::axis_state& s : states)
        // a change of 1e-9 is followed by less than 1e-9 / (1 - gamma)
        CHECK(std::fabs(fine.action_value(s, 0.5) - rough.action_value(s, 0.5)) <= 1e-9 / (1 - discount));
    }
  }
}

#if REALIGN_EXCEPTIONS
TEST_CASE("grids out of range are contract errors") {
  const auto refused = [](const env::point_mass_grid& grid) {
    CHECK_THROWS_AS(env::point_mass_optimal(env::point_mass{}, grid), ra::contract_error);
  };
  refused({.points = 2});
  refused({.forces = 2});
  refused({.discount = 1});
  refused({.discount = -0.1});
  refused({.tolerance = 0});
  const env::point_mass_optimal best{env::point_mass{}, {.points = 5, .discount = 0.5}};
  const std::array<double, 1> one{};
  CHECK_THROWS_AS((void)best.advantage(env::point_mass_state{}, std::span<const double>(one)),
                  ra::contract_error);
}
#endif
