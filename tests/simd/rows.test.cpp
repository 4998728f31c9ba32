// SPDX-License-Identifier: MIT
#include <realign/simd/rows.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace ra = realign;

TEST_CASE_TEMPLATE("alive: the mask allows it and the base is not minus infinity", T, float, double) {
  const std::vector<T> base{T(0), ra::neg_infinity<T>(), T(2)}, feature{T(1), T(5), T(3)};
  const std::vector<unsigned char> allowed{1, 1, 0};
  const ra::simd::tilt_rows<T> open{{base.data(), 3}, {feature.data(), 1, 3}};
  CHECK(open.alive(0));
  CHECK_FALSE(open.alive(1));
  CHECK(open.alive(2));
  const ra::simd::tilt_rows<T> shut{{base.data(), 3}, {feature.data(), 1, 3}, allowed};
  CHECK_FALSE(shut.alive(2));
  const std::array<double, 1> u{2};
  CHECK(open.score(u, 0.5, 2) == 7);
  CHECK(open.difference(0, 2, 0) == 2);
  CHECK(open.score_above(u, 0.5, 2, 0) == 5);
}
