// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/ipo.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "hand_pair.hpp"
#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::not_a_number;
using realign_tests::one_pair;
using realign_tests::refuses;
using realign_tests::value;

TEST_CASE_TEMPLATE("hand values: target 1 / (2 beta)", T, float, double) {
  CHECK(near<T>(value<T>(ra::ipo(ra::reduction::sum, 0.5)), 1.25 * 1.25));
  CHECK(near<T>(value<T>(ra::ipo(ra::reduction::mean, 0.5)), std::pow(1 + 0.25 / 3, 2)));
  CHECK(near<T>(value<T>(ra::ipo(ra::reduction::sum, 0.5), {0, 1, 0.0}), 0.75 * 0.75));
  CHECK(ra::ipo(ra::reduction::mean).beta == 0.1);
}

TEST_CASE_TEMPLATE("an impossible segment has no finite slope: reported, nothing written", T, float,
                   double) {
  auto b = one_pair<T>();
  b.log_probs[1][0] = ra::neg_infinity<T>();
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(ra::ipo(ra::reduction::sum), b.view(), ws);
  CHECK(e.status == ra::status::no_support);
  CHECK(b.gradients_untouched());
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::ipo(ra::reduction::sum, 0.0)));
  CHECK(refuses(ra::ipo(ra::reduction::sum, not_a_number)));
}
