// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/env/point_mass.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace ra = realign;
namespace env = realign::env;

TEST_CASE("one step by hand") {
  const env::point_mass system({.time_step = 0.5, .drag = 0.2, .noise = 0.1, .max_position = 5});
  // v' = 1 + 0.5 (0.4 - 0.2) + 0.1 * 2 = 1.3, x' = 0.25 + 0.65
  const env::axis_state next = system.next({0.25, 1.0}, 0.4, 2.0);
  CHECK(next.velocity == doctest::Approx(1.3));
  CHECK(next.position == doctest::Approx(0.9));
  // -0.5 (0.0625 + 0.1 + 0.1 * 0.16)
  CHECK(system.reward({0.25, 1.0}, 0.4) == doctest::Approx(-0.08925));
}

TEST_CASE("the force is bounded: beyond the bound nothing changes, neither motion nor cost") {
  const env::point_mass system;
  for (const double sign : {-1.0, 1.0}) {
    CHECK(system.force(sign * 7) == sign);
    CHECK(system.next({0.1, 0.2}, sign * 7, 0).velocity == system.next({0.1, 0.2}, sign, 0).velocity);
    CHECK(system.reward({0.1, 0.2}, sign * 7) == system.reward({0.1, 0.2}, sign));
  }
}

TEST_CASE("walls hold the mass and take its velocity") {
  const env::point_mass system;
  const env::axis_state at_wall = system.next({1.95, 1.9}, 1, 0);
  CHECK(at_wall.position == 2.0);
  CHECK(at_wall.velocity == 0.0);
  const env::axis_state other = system.next({-1.95, -1.9}, -1, 0);
  CHECK(other.position == -2.0);
  CHECK(other.velocity == 0.0);
  CHECK(system.next({0, 1.9}, 1, 1e4).velocity == 2.0);
  CHECK(system.next({0, 1.9}, 1, -1e4).velocity == -2.0);
}

TEST_CASE("drag alone brings the mass to rest") {
  const env::point_mass system({.noise = 0});
  env::axis_state s{0, 1};
  for (int t = 0; t < 400; ++t) s = system.next(s, 0, 0);
  CHECK(std::fabs(s.velocity) < 1e-6);
  CHECK(s.position == doctest::Approx(0.1 * 0.95 / 0.05).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("both coordinates: sums of rewards, features, seeded noise", T, float, double) {
  const env::point_mass system;
  const env::point_mass_state s{{{0.5, -0.25}, {-1, 0.75}}};
  const std::array<T, 2> action{T(0.5), T(-2)};
  const std::span<const T> a(action);
  CHECK(system.reward(s, a) ==
        doctest::Approx(system.reward(s[0], 0.5) + system.reward(s[1], -1)));
  std::array<T, 4> seen{};
  env::point_mass::write_features(s, std::span<T>(seen));
  CHECK(seen == std::array<T, 4>{T(0.5), T(-1), T(-0.25), T(0.75)});

  ra::random_generator g(1), again(1), other(2);
  const env::point_mass_state next = system.next(s, a, g);
  CHECK(next[1].velocity == system.next(s, a, again)[1].velocity);
  CHECK(next[1].velocity != system.next(s, a, other)[1].velocity);
  double mean = 0, square = 0;
  constexpr int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    const double z = (system.next(s, a, g)[0].velocity - system.next(s[0], 0.5, 0).velocity) / 0.05;
    mean += z / draws;
    square += z * z / draws;
  }
  CHECK(std::fabs(mean) < 0.08);
  CHECK(square == doctest::Approx(1).epsilon(0.12));
}

TEST_CASE("episodes start at rest within half of the walls, on all sides") {
  const env::point_mass system;
  ra::random_generator g(3);
  double least = 0, most = 0;
  for (int i = 0; i < 1000; ++i)
    for (const env::axis_state& s : system.start(g)) {
      CHECK(s.velocity == 0.0);
      least = (std::min)(least, s.position);
      most = (std::max)(most, s.position);
    }
  CHECK(least >= -1);
  CHECK(least < -0.95);
  CHECK(most <= 1);
  CHECK(most > 0.95);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("constants and shapes out of range are contract errors") {
  const double nan = ra::not_a_number<double>();
  const auto refused = [](const env::point_mass_options& o) {
    CHECK_THROWS_AS(env::point_mass{o}, ra::contract_error);
  };
  refused({.time_step = 0});
  refused({.time_step = nan});
  refused({.drag = -1});
  refused({.drag = 11});
  refused({.max_force = 0});
  refused({.noise = -1});
  refused({.max_position = ra::pos_infinity<double>()});
  refused({.max_velocity = 0});
  refused({.velocity_cost = -1});
  refused({.force_cost = nan});
  const env::point_mass system;
  const std::array<float, 3> three{};
  std::array<float, 3> out{};
  CHECK_THROWS_AS((void)system.reward(env::point_mass_state{}, std::span<const float>(three)),
                  ra::contract_error);
  CHECK_THROWS_AS(env::point_mass::write_features(env::point_mass_state{}, std::span<float>(out)),
                  ra::contract_error);
}
#endif
