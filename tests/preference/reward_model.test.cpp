// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/reward_model.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "hand_pair.hpp"
#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::not_a_number;
using realign_tests::refuses;
using realign_tests::softplus;
using realign_tests::value;

TEST_CASE_TEMPLATE("hand values: rewards -3 and -3.25", T, float, double) {
  CHECK(near<T>(value<T>(ra::bradley_terry{0.0}), softplus(-0.25)));
  CHECK(near<T>(value<T>(ra::bradley_terry{0.0}, {0, 1, 1.0, 1.0}), softplus(0.75)));
  CHECK(near<T>(value<T>(ra::bradley_terry{0.1}), softplus(-0.25) + 0.1 * 6.25 * 6.25));
  CHECK(ra::bradley_terry{}.center == 0.01);
}

TEST_CASE("grades of Llama 2") {
  CHECK(ra::graded_margin(ra::preference_grade::significantly) == 1.0);
  CHECK(ra::graded_margin(ra::preference_grade::better) == doctest::Approx(2.0 / 3));
  CHECK(ra::graded_margin(ra::preference_grade::slightly) == doctest::Approx(1.0 / 3));
  CHECK(ra::graded_margin(ra::preference_grade::negligibly) == 0.0);
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::bradley_terry{-1.0}));
  CHECK(refuses(ra::bradley_terry{not_a_number}));
}

#if REALIGN_EXCEPTIONS
TEST_CASE("the squared sum is of two scores, no more and no less") {
  std::vector<double> d(3, 0.0);
  CHECK_THROWS_WITH_AS(ra::squared_sum{}(std::vector<double>{1.0}, d), "scores: expected two, got 1",
                       ra::contract_error);
  CHECK_THROWS_AS(ra::squared_sum{}(std::vector<double>{1.0, 2.0, 3.0}, d), ra::contract_error);
}
#endif
