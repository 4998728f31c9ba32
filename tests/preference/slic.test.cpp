// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/slic.hpp>

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

TEST_CASE_TEMPLATE("hand values: a margin of 1/4 on sums", T, float, double) {
  CHECK(near<T>(value<T>(ra::slic{1.0, 0.0}), 0.75));
  CHECK(near<T>(value<T>(ra::slic{1.0, 0.5}), 0.75 + 0.5 * 3));
  CHECK(near<T>(value<T>(ra::slic{0.25, 0.0}), 0.0));
  CHECK(ra::slic{}.delta == 1.0);
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::slic{0.0, 0.1}));
  CHECK(refuses(ra::slic{1.0, -0.1}));
}
