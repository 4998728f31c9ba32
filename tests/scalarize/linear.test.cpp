// SPDX-License-Identifier: MIT
#include <realign/scalarize/linear.hpp>

#include <doctest/doctest.h>

#include "duality.hpp"

namespace s = realign::scalarize;
using realign_tests::numbers;

TEST_CASE("the weighted sum") {
  const s::linear f;
  CHECK(f.value(numbers{0.8, 0.3, 0.55}, numbers{0.5, 0.3, 0.2}) == doctest::Approx(0.6));
  CHECK(f.value(numbers{}, numbers{}) == 0.0);
  CHECK(realign_tests::gradient_of(f, {1, 2}, {0.25, 0.75}) == numbers{0.25, 0.75});
  CHECK(f.anchored_at().fixed());
}

TEST_CASE("an objective of weight zero is not read") {
  CHECK(s::linear{}.value(numbers{realign::neg_infinity<double>(), 2}, numbers{0, 1}) == 2.0);
}

TEST_CASE("its prices are the weights") {
  const s::linear f;
  CHECK(f.domain() == s::price_domain::point);
  CHECK(f.price(0.3).offset == 0.3);
  CHECK(f.price(0.3).scale == 0.0);
  realign_tests::check_scalarization(f, -3, 3);
}
