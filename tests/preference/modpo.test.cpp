// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/modpo.hpp>

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

TEST_CASE_TEMPLATE("hand values; D = -1/4", T, float, double) {
  const double y = -0.25 - 0.5;
  CHECK(near<T>(value<T>(ra::modpo{1.0, 0.25}, {0, 1, 1.0, 0.5}), softplus(-4 * y)));
  CHECK(near<T>(value<T>(ra::bounded_modpo{1.0, 0.25}, {0, 1, 1.0, 0.5}), 0.25 * softplus(-4 * y)));
}

TEST_CASE("the bounded form tends to a hinge, with slopes between -1 and 0") {
  for (const double h : {-2.0, -0.1, 0.0, 0.1, 3.0}) {
    const auto limit = ra::link::scaled_logistic{0.0}(h),
               near_it = ra::link::scaled_logistic{1e-6}(h);
    CHECK(limit.value == doctest::Approx(std::fmax(0.0, -h)));
    CHECK(std::fabs(near_it.value - limit.value) < 1e-6);
    CHECK(std::fabs(near_it.slope - limit.slope) < 1e-6);
  }
  CHECK(ra::is_nan(ra::link::scaled_logistic{0.0}(not_a_number).value));
  CHECK(ra::is_nan(ra::link::scaled_logistic{0.5}(not_a_number).slope));
}

TEST_CASE("the gap of a pair is the weighted gap of the other objectives") {
  const std::vector<double> w{0.3, 0.2}, first{1.0, 2.0}, second{0.5, 4.0};
  CHECK(ra::margin_gap(w, first, second) == doctest::Approx(0.15 - 0.4));
  CHECK(ra::margin_gap({}, {}, {}) == 0.0);
  const std::vector<double> hole{not_a_number, 2.0};
  CHECK(ra::margin_gap(std::vector<double>{0.0, 0.2}, hole, second) == doctest::Approx(-0.4));  // not read
#if REALIGN_EXCEPTIONS
  CHECK_THROWS_AS((void)ra::margin_gap(w, first, {}), ra::contract_error);
  CHECK_THROWS_WITH_AS((void)ra::margin_gap(w, hole, second),
                       "rewards: expected finite numbers where the weight is not 0, got nan and 0.5 at index 0",
                       ra::contract_error);
  CHECK_THROWS_AS((void)ra::margin_gap(w, first, hole), ra::contract_error);
  CHECK_THROWS_AS((void)ra::margin_gap(std::vector<double>{-1.0, 0.0}, first, second),
                  ra::contract_error);
#endif
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::modpo{0.1, 0.0}));
  CHECK(refuses(ra::modpo{0.1, 1.5}));
  CHECK(refuses(ra::bounded_modpo{0.1, -0.5}));
  CHECK(value<double>(ra::bounded_modpo{1.0, 0.0}) == doctest::Approx(0.25));
}
