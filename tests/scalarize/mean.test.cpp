// SPDX-License-Identifier: MIT
#include <realign/scalarize/mean.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "duality.hpp"

namespace ra = realign;
namespace s = realign::scalarize;
using realign_tests::gradient_of;
using realign_tests::numbers;

TEST_CASE("power means by hand") {
  const numbers x{1, 4}, w{0.5, 0.5};
  CHECK(s::power_mean{1}.value(x, w) == doctest::Approx(2.5));
  CHECK(s::power_mean{0}.value(x, w) == doctest::Approx(2));
  CHECK(s::power_mean{-1}.value(x, w) == doctest::Approx(1.6));
  CHECK(s::power_mean{0.5}.value(x, w) == doctest::Approx(2.25));
  CHECK(s::power_mean{2}.value(x, w) == doctest::Approx(std::sqrt(8.5)));
  CHECK(gradient_of(s::power_mean{0}, x, w)[1] == doctest::Approx(0.5 * 2 / 4.0));
}

TEST_CASE("power means are continuous through p = 0 and grow with p") {
  const numbers x{0.2, 3, 1}, w{0.2, 0.3, 0.5};
  const double at = s::power_mean{0}.value(x, w);
  for (const double p : {1e-300, 1e-16, 1e-12, 1e-8}) {
    CHECK(s::power_mean{p}.value(x, w) == doctest::Approx(at).epsilon(1e-7));
    CHECK(s::power_mean{-p}.value(x, w) == doctest::Approx(at).epsilon(1e-7));
  }
  double before = 0;
  for (const double p : {-500.0, -20.0, -1.0, 0.0, 0.5, 1.0, 30.0, 500.0}) {
    const double v = s::power_mean{p}.value(x, w);
    CHECK(v > before);
    before = v;
  }
  CHECK(s::power_mean{-5000}.value(x, w) == doctest::Approx(0.2).epsilon(1e-3));
  CHECK(s::power_mean{5000}.value(x, w) == doctest::Approx(3).epsilon(1e-3));
}

TEST_CASE("power means scale with their objectives, also far out") {
  const numbers x{1, 4}, w{0.5, 0.5};
  for (const double p : {-3.0, 0.0, 0.5}) {
    const double v = s::power_mean{p}.value(x, w);
    CHECK(s::power_mean{p}.value(numbers{1e-200, 4e-200}, w) == doctest::Approx(v * 1e-200));
    CHECK(s::power_mean{p}.value(numbers{1e200, 4e200}, w) == doctest::Approx(v * 1e200));
  }
}

TEST_CASE("a power mean needs positive objectives where there is weight") {
  CHECK(ra::is_neg_inf(s::power_mean{0.5}.value(numbers{1, 0}, numbers{0.5, 0.5})));
  CHECK(ra::is_neg_inf(s::power_mean{1}.value(numbers{1, -2}, numbers{0.5, 0.5})));
  CHECK(s::power_mean{0.5}.value(numbers{1, -2}, numbers{1, 0}) == doctest::Approx(1));
  CHECK(gradient_of(s::power_mean{0.5}, {1, -2}, {1, 0})[1] == 0.0);
  CHECK_THROWS_AS((void)s::power_mean{ra::not_a_number<double>()}.anchored_at(),
                  ra::contract_error);
}

TEST_CASE("an objective without weight does not count, and weights are taken relative to their sum") {
  for (const double p : {-300.0, -2.0, 0.0, 0.5, 1.0}) {
    const s::power_mean f{p};
    const double v = f.value(numbers{1, 40}, numbers{0.25, 0.75});
    for (const double x : {-1.0, 0.0, 1e9}) CHECK(f.value(numbers{1, 40, x}, numbers{0.25, 0.75, 0}) == doctest::Approx(v));
    CHECK(f.value(numbers{1, 40}, numbers{1, 3}) == doctest::Approx(v));
    const numbers g = gradient_of(f, {1, 40}, {0.25, 0.75}), same = gradient_of(f, {1, 40}, {1, 3});
    CHECK(same[0] == doctest::Approx(g[0]));
    CHECK(same[1] == doctest::Approx(g[1]));
  }
  CHECK(s::power_mean{}.p == 1.0);
}

TEST_CASE("ordered averages weight the sorted values") {
  const s::ordered_average f;
  const numbers x{0.8, 0.3, 0.55}, w{0.6, 0.3, 0.1};
  CHECK(f.value(x, w) == doctest::Approx(0.425));
  CHECK(gradient_of(f, x, w) == numbers{0.1, 0.6, 0.3});
  // equal values by index: a permutation of the weights still
  CHECK(gradient_of(f, {1, 1, 0}, w) == numbers{0.3, 0.1, 0.6});
  CHECK(f.value(numbers{2, 2, 2}, w) == doctest::Approx(2));
  CHECK(f.value(numbers{}, numbers{}) == 0.0);
  // the minimum, and the mean
  CHECK(f.value(x, numbers{1, 0, 0}) == 0.3);
  CHECK(f.value(x, numbers{1.0 / 3, 1.0 / 3, 1.0 / 3}) == doctest::Approx(0.55));
}

TEST_CASE("gradients and concavity") {
  for (const double p : {-4.0, -1.0, 0.0, 1e-9, 0.5, 1.0})
    realign_tests::check_scalarization(s::power_mean{p}, 0.3, 3);
  // concave for weights that do not increase
  realign_tests::check_scalarization(s::ordered_average{}, -3, 3);
}

TEST_CASE("a power mean without weights is zero") {
  const numbers x{1, 2}, none{0, 0};
  for (const double p : {-2.0, 0.0, 0.5, 1.0}) {
    CHECK(s::power_mean{p}.value(x, none) == 0.0);
    CHECK(gradient_of(s::power_mean{p}, x, none) == none);
  }
}
