// SPDX-License-Identifier: MIT
#include <realign/nn/feature_batch.hpp>

#include <doctest/doctest.h>

#include <span>
#include <vector>

namespace ra = realign;
namespace nn = realign::nn;

TEST_CASE_TEMPLATE("one row per state, refilled with fewer", T, float, double) {
  const std::vector<T> a{1, 2, 3}, b{4, 5, 6};
  const std::vector<const std::vector<T>*> both{&b, &a};
  nn::feature_batch<T> batch;
  batch.assign(std::span(both), 3);
  REQUIRE(batch.rows().rows() == 2);
  CHECK(batch.rows()(0, 0) == T(4));
  CHECK(batch.rows()(1, 2) == T(3));
  batch.assign(std::span(both).first(1), 3);
  CHECK(batch.rows().rows() == 1);
  batch.assign({}, 3);
  CHECK(batch.rows().rows() == 0);
}

TEST_CASE_TEMPLATE("wrong features", T, float, double) {
  const std::vector<T> x{1, ra::not_a_number<T>()}, y{ra::pos_infinity<T>()};
  CHECK_THROWS_AS(nn::expect_features(std::span<const T>(x), 2), ra::contract_error);
  CHECK_THROWS_AS(nn::expect_features(std::span<const T>(y), 1), ra::contract_error);
  CHECK_THROWS_WITH_AS(nn::expect_features(std::span<const T>(x), 3),
                       "state: expected as many features as the network has inputs, got 2 for 3",
                       ra::contract_error);
}
