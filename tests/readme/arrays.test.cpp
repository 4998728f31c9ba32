// SPDX-License-Identifier: MIT
// Arrays of other libraries as the README shows them.
#include <doctest/doctest.h>

#include <realign/realign.hpp>

#include <cstddef>
#include <span>
#include <vector>

// The block includes the adaptor where it stands, inside a function: here it must have been read before.
#include <realign/adapt/eigen.hpp>

namespace ra = realign;

TEST_CASE("the README's arrays are rows, limits and policies") {
  struct candidate {
    int token;
    float logit;
  };
  const std::vector<candidate> candidates{{4, 0.5F}, {9, -0.5F}};
  const ra::weights w{0.5, 0.5};
  const Eigen::MatrixXd costs{{0, 0, 0, 0, 0}, {1, 2, 3, 4, 5}};
  const Eigen::MatrixXf q{{1, 2}, {3, 4}, {5, 6}};
#include <readme/bring_your_own_1.inc>
  CHECK(outcome.status == ra::status::ok);
  CHECK(mixed.array().exp().sum() == doctest::Approx(1));
  CHECK(limit.cost(3) == 4);
  CHECK(tokens[1] == -0.5F);
  std::vector<float> row(3);
  ra::evaluate(critic, Eigen::VectorXf(Eigen::Vector2f(1, 1)), std::span<float>(row));
  CHECK(row == std::vector<float>{3, 7, 11});
}
