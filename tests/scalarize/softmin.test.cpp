// SPDX-License-Identifier: MIT
#include <realign/scalarize/softmin.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "duality.hpp"

namespace ra = realign;
namespace s = realign::scalarize;
using realign_tests::gradient_of;
using realign_tests::numbers;

TEST_CASE("the smooth minimum by hand") {
  const numbers x{0.8, 0.3, 0.55}, w{0.5, 0.3, 0.2};
  CHECK(s::softmin{5, {}}.value(x, w) == doctest::Approx(0.4840881368634711).epsilon(1e-14));
  CHECK(gradient_of(s::softmin{5, {}}, x, w)[1] ==
        doctest::Approx(0.7531189315650219).epsilon(1e-14));
}

TEST_CASE("between the mean and the minimum") {
  const numbers x{0.8, 0.3, 0.55}, w{0.5, 0.3, 0.2};
  CHECK(s::softmin{1e-7, {}}.value(x, w) == doctest::Approx(0.6).epsilon(1e-6));
  CHECK(s::softmin{1e6, {}}.value(x, w) == doctest::Approx(0.3).epsilon(1e-5));
  double before = 0.6;
  for (const double tau : {0.1, 1.0, 10.0, 100.0}) {
    const double v = s::softmin{tau, {}}.value(x, w);
    CHECK(v < before);
    CHECK(v > 0.3);
    before = v;
  }
}

TEST_CASE("extreme objectives") {
  const s::softmin f{10, {}};
  CHECK(f.value(numbers{1e4, -1e4}, numbers{0.5, 0.5}) ==
        doctest::Approx(-1e4 - std::log(0.5) / 10));
  CHECK(gradient_of(f, {1e4, -1e4}, {0.5, 0.5}) == numbers{0, 1});
  CHECK(f.value(numbers{ra::neg_infinity<double>(), 2}, numbers{0, 1}) == doctest::Approx(2));
}

TEST_CASE("a bad sharpness is refused") {
  for (const double tau :
       {0.0, -1.0, ra::not_a_number<double>(), ra::pos_infinity<double>()})
    CHECK_THROWS_AS((void)(s::softmin{tau, {}}.anchored_at()), ra::contract_error);
}

TEST_CASE("any positive sharpness is taken, and 1 unless another is asked for") {
  for (const double tau : {1e-9, 0.5, 1.0, 1e9}) CHECK(s::softmin{tau, {2.0}}.anchored_at()[0] == 2.0);
  CHECK(s::softmin{}.tau == 1.0);
}

TEST_CASE("an objective without weight does not count") {
  const s::softmin f{2, {}};
  const numbers w{0.25, 0.75}, more{0.25, 0.75, 0};
  const double v = f.value(numbers{1, 2}, w);
  for (const double x : {-1e4, -5.0, 0.0, 5.0}) {
    CHECK(f.value(numbers{1, 2, x}, more) == v);
    const numbers g = gradient_of(f, {1, 2, x}, more);
    CHECK(g[2] == 0.0);
    CHECK(g[0] + g[1] == doctest::Approx(1));
  }
  CHECK(f.price(0.3).scale == 1.0);
  CHECK(f.price(0.3).offset == 0.0);
}

TEST_CASE("gradients, concavity and prices") {
  for (const double tau : {0.2, 1.0, 4.0})
    realign_tests::check_scalarization(s::softmin{tau, {}}, -2, 2);
  // at the boundary of the simplex the conjugate is finite
  CHECK(s::softmin{2, {}}.conjugate(0, 0.5).value == 0.0);
  CHECK(s::softmin{2, {}}.price(0).scale == 0.0);
}

TEST_CASE("without weights there is nothing to be gained") {
  const numbers x{1, 2}, none{0, 0};
  CHECK(s::softmin{3, {}}.value(x, none) == 0.0);
  CHECK(gradient_of(s::softmin{3, {}}, x, none) == none);
}
