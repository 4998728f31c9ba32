// SPDX-License-Identifier: MIT
#include <realign/scalarize/alpha_fair.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "duality.hpp"

namespace ra = realign;
namespace s = realign::scalarize;
using realign_tests::gradient_of;
using realign_tests::numbers;

TEST_CASE("Nash welfare by hand") {
  const numbers gains{0.7, 0.3, 0.35}, w{0.5, 0.3, 0.2};
  CHECK(s::nash{}.value(gains, w) == doctest::Approx(-0.7494937381668825).epsilon(1e-14));
  const numbers g = gradient_of(s::nash{}, gains, w);
  CHECK(g[0] == doctest::Approx(0.5 / 0.7));
  CHECK(g[1] == doctest::Approx(1));
}

TEST_CASE("alpha-fair welfare by hand") {
  const numbers x{4, 1}, w{0.5, 0.5};
  CHECK(s::alpha_fair{0, {}}.value(x, w) == doctest::Approx(2.5));
  CHECK(s::alpha_fair{0.5, {}}.value(x, w) == doctest::Approx(0.5 * (2 * 2 + 2)));
  CHECK(s::alpha_fair{2, {}}.value(x, w) == doctest::Approx(-0.5 * (0.25 + 1)));
  CHECK(gradient_of(s::alpha_fair{2, {}}, x, w)[0] == doctest::Approx(0.5 / 16));
}

TEST_CASE("alpha = 1 is Nash welfare, and alpha near 1 differs from it by a constant") {
  const numbers x{0.7, 0.2}, y{1.4, 3}, w{0.6, 0.4};
  const s::alpha_fair one{1, {}}, near{1 + 1e-7, {}};
  CHECK(one.value(x, w) == doctest::Approx(s::nash{}.value(x, w)));
  CHECK(gradient_of(one, x, w)[1] == doctest::Approx(gradient_of(s::nash{}, x, w)[1]));
  CHECK(near.value(x, w) - near.value(y, w) ==
        doctest::Approx(s::nash{}.value(x, w) - s::nash{}.value(y, w)).epsilon(1e-6));
  const auto a = one.conjugate(0.7, 0.4), b = s::nash{}.conjugate(0.7, 0.4);
  CHECK(a.value == doctest::Approx(b.value));
  CHECK(a.slope == doctest::Approx(b.slope));
  CHECK(a.curvature == doctest::Approx(b.curvature));
}

TEST_CASE("without a gain the value is minus infinity, unless the objective has no weight") {
  for (const double x : {0.0, -1.0}) {
    CHECK(ra::is_neg_inf(s::nash{}.value(numbers{1, x}, numbers{0.5, 0.5})));
    CHECK(ra::is_neg_inf(s::alpha_fair{2, {}}.value(numbers{1, x}, numbers{0.5, 0.5})));
    CHECK(s::nash{}.value(numbers{1, x}, numbers{1, 0}) == 0.0);
    CHECK(s::alpha_fair{2, {}}.value(numbers{1, x}, numbers{1, 0}) == -1.0);
    CHECK(s::alpha_fair{}.value(numbers{3, x}, numbers{1, 0}) == doctest::Approx(std::log(3)));
    CHECK(gradient_of(s::nash{}, {1, x}, {1, 0}) == numbers{1, 0});
    CHECK(gradient_of(s::alpha_fair{2, {}}, {1, x}, {1, 0})[1] == 0.0);
  }
  // alpha = 0 asks for no gain
  CHECK(s::alpha_fair{0, {}}.value(numbers{-1}, numbers{1}) == -1.0);
}

TEST_CASE("no gain is none for any alpha but 0") {
  for (const double alpha : {0.25, 0.5, 1.0, 1.5, 2.0})
    for (const double x : {0.0, -0.5}) CHECK(ra::is_neg_inf(s::alpha_fair{.alpha = alpha}.value(numbers{x, 1}, numbers{0.5, 0.5})));
  CHECK(s::alpha_fair{.alpha = 0}.value(numbers{-0.5, 1}, numbers{0.5, 0.5}) == doctest::Approx(0.25));
  for (const double x : {0.0, -0.5}) CHECK(ra::is_neg_inf(s::nash{}.value(numbers{x, 1}, numbers{0.5, 0.5})));
}

TEST_CASE("extreme gains") {
  const s::alpha_fair f{3, {}};
  CHECK(ra::is_finite(f.value(numbers{1e-80, 1e80}, numbers{0.5, 0.5})));
  CHECK(s::nash{}.value(numbers{1e-300}, numbers{1}) == doctest::Approx(std::log(1e-300)));
}

TEST_CASE("a bad alpha is refused") {
  for (const double alpha :
       {-0.1, ra::not_a_number<double>(), ra::pos_infinity<double>()})
    CHECK_THROWS_AS((void)(s::alpha_fair{alpha, {}}.anchored_at()), ra::contract_error);
  CHECK(s::alpha_fair{2, {1.0}}.anchored_at()[0] == 1.0);
}

TEST_CASE("gradients, concavity and prices") {
  for (const double alpha : {0.0, 0.5, 1.0, 2.0, 5.0})
    realign_tests::check_scalarization(s::alpha_fair{alpha, {}}, 0.3, 3);
  realign_tests::check_scalarization(s::nash{}, 0.3, 3);
  CHECK(s::alpha_fair{0, {}}.domain() == s::price_domain::point);
  CHECK(s::alpha_fair{2, {}}.domain() == s::price_domain::positive);
  for (const double w : {0.0, 0.3}) {
    CHECK(s::nash{}.price(w).scale == (w > 0 ? 1.0 : 0.0));
    CHECK(s::nash{}.price(w).offset == 0.0);
    CHECK(s::alpha_fair{2, {}}.price(w).scale == (w > 0 ? 1.0 : 0.0));
    CHECK(s::alpha_fair{2, {}}.price(w).offset == 0.0);
    CHECK(s::alpha_fair{0, {}}.price(w).scale == 0.0);
    CHECK(s::alpha_fair{0, {}}.price(w).offset == w);
  }
  CHECK(s::alpha_fair{}.alpha == 1.0);
}
