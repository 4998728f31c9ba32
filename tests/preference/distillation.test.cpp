// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/distillation.hpp>
#include <realign/preference/evaluate.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "hand_pair.hpp"
#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::refuses;
using realign_tests::value;

TEST_CASE_TEMPLATE("hand values; D = -1/4", T, float, double) {
  CHECK(near<T>(value<T>(ra::reward_distillation{1.0}, {0, 1, 1.0, 0.5}), 0.75 * 0.75));
  CHECK(near<T>(value<T>(ra::copg{2.0}, {0, 1, 1.0, 0.5}), 0.5 * 0.25 + 0.0625));
  CHECK(ra::copg{}.beta == 0.06);
}

TEST_CASE_TEMPLATE("the order of a pair does not matter", T, float, double) {
  for (const double label : {1.0, 0.0, 0.4}) {
    CHECK(near<T>(value<T>(ra::reward_distillation{1.0}, {0, 1, label, 0.5}), 0.5625));
    CHECK(near<T>(value<T>(ra::copg{2.0}, {1, 0, label, -0.5}), 0.1875));
  }
}

TEST_CASE("an ensemble follows the model that is closest, the first of equal ones") {
  const std::vector<double> s{1.0, 0.0, 2.0}, gaps{1.0, 5.0, 0.5, -0.5, 1.5, -1.5};
  const std::vector<ra::preference_pair> pairs{{0, 1}, {0, 2}};
  const ra::ensemble_distillation o{pairs, {gaps.data(), 3, 2}};
  std::vector<double> ds(3, 0.0);
  CHECK(o.error(0, s) == 18.0);
  CHECK(o.selected(s) == 1);  // models 1 and 2 are equally far
  CHECK(o(s, ds) == 0.25);
  CHECK(ds[1] == doctest::Approx(-0.5));
  CHECK(ds[2] == doctest::Approx(0.5));
  CHECK(ds[0] == doctest::Approx(0.0));
#if REALIGN_EXCEPTIONS
  const ra::ensemble_distillation empty{{}, {}};
  CHECK_THROWS_AS(empty(s, ds), ra::contract_error);
  const ra::ensemble_distillation without_models{pairs, {gaps.data(), 0, 2}};
  CHECK_THROWS_WITH_AS(without_models(s, ds), doctest::Contains("gaps: expected models x pairs"), ra::contract_error);
  for (const double bad : {ra::not_a_number<double>(), ra::pos_infinity<double>()})
    for (const std::size_t at : {0U, 3U}) {
      std::vector<double> broken = gaps;
      broken[at] = bad;
      const ra::ensemble_distillation with_hole{pairs, {broken.data(), 3, 2}};
      CHECK_THROWS_WITH_AS((void)with_hole.selected(s), doctest::Contains("gaps: expected finite numbers"),
                           ra::contract_error);
      CHECK_THROWS_AS(with_hole(s, ds), ra::contract_error);
    }
#endif
}

TEST_CASE("parameters out of range are contract errors") { CHECK(refuses(ra::copg{0.0})); }
