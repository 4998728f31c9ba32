// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/reward_model.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;

namespace {
template <class T>
owned_batch<T> one_pair() {
  owned_batch<T> b;
  b.add({T(-0.5), -1, T(-1.5)}, {-1, -1, -1});   // sum -3, log-ratio 0
  b.add({-2, T(-0.25), -1}, {T(-0.5), -1, -2});  // sum -3.25, log-ratio 0.25
  b.pairs = {{0, 1}};
  return b;
}
template <class T, class Loss>
double value(const Loss& loss, ra::preference_pair pair = {0, 1}) {
  auto b = one_pair<T>();
  b.pairs = {pair};
  ra::batch_workspace ws;
  return ra::evaluate_pairs(loss, b.view(), ws).loss;
}
template <class Loss>
bool refuses(const Loss& loss) {
#if REALIGN_EXCEPTIONS
  auto b = one_pair<double>();
  ra::batch_workspace ws;
  CHECK_THROWS_AS((void)ra::evaluate_pairs(loss, b.view(), ws), ra::contract_error);
  return b.gradients_untouched();
#else
  (void)loss;
  return true;
#endif
}
[[maybe_unused]] double softplus(double x) { return std::log1p(std::exp(x)); }
[[maybe_unused]] const double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

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
