// SPDX-License-Identifier: MIT
#include <realign/decide/decision.hpp>

#include <doctest/doctest.h>

#include <array>

namespace ra = realign;

TEST_CASE_TEMPLATE("sample draws with the probabilities, never a zero", T, float, double) {
  const std::array<T, 4> probs{T(0.25), T(0), T(0.75), T(0)};
  ra::decision<T> d;
  d.status = ra::status::ok;
  d.probs = probs;
  ra::random_generator g(3);
  std::array<int, 4> seen{};
  for (int i = 0; i < 20000; ++i) ++seen[ra::sample(d, g)];
  CHECK(seen[1] == 0);
  CHECK(seen[3] == 0);
  CHECK(seen[0] == doctest::Approx(5000).epsilon(0.05));
}

TEST_CASE("a decision begins as none") {
  const ra::decision<double> d;
  CHECK(d.status == ra::status::no_support);
  CHECK(d.probs.empty());
  CHECK(d.proof.empty());
  for (const double x : {d.value, d.kl, d.gap, d.excess, d.least_violation}) CHECK(x == 0.0);
  CHECK(d.passes == 0);
}

TEST_CASE("a decision without a distribution cannot be sampled") {
  ra::random_generator g;
  ra::decision<float> d;
  d.status = ra::status::infeasible;
  CHECK_THROWS_WITH_AS((void)ra::sample(d, g), doctest::Contains("infeasible"), ra::contract_error);
}
