// SPDX-License-Identifier: MIT
#include <realign/core/cube_view.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <vector>

namespace ra = realign;

TEST_CASE("a cube view is its matrices, one behind the other") {
  std::vector<double> x(24);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  const ra::cube_view<double> cube(x.data(), 4, 2, 3);
  CHECK(cube.depth() == 4);
  CHECK(cube.rows() == 2);
  CHECK(cube.cols() == 3);
  CHECK(cube[2](1, 0) == 15);
  CHECK(cube[3].row(1)[2] == 23);
  const ra::cube_view<double> part = cube.part(1, 2);
  CHECK(part.depth() == 2);
  CHECK(part[0](0, 0) == 6);
  part[1](0, 1) = -1;
  CHECK(x[13] == -1);
  CHECK(ra::cube_view<const double>().depth() == 0);
}

TEST_CASE("what can be written to can be read") {
  std::vector<float> x{0, 1, 2, 3, 4, 5, 6, 7};
  const ra::cube_view<float> cube(x.data(), 2, 2, 2);
  const ra::cube_view<const float> reading = cube;
  CHECK(reading.depth() == 2);
  CHECK(reading[1](0, 1) == 5);
  static_assert(!std::convertible_to<ra::cube_view<const float>, ra::cube_view<float>>);
  static_assert(!std::convertible_to<ra::cube_view<float>, ra::cube_view<const double>>);
}
