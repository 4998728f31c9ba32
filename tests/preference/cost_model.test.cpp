// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/cost_model.hpp>
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
using realign_tests::softplus;
using realign_tests::value;

TEST_CASE_TEMPLATE("hand values: costs -3 and -3.25", T, float, double) {
  const auto pair = [](ra::verdict a, ra::verdict b) { return ra::cost_pair(0, 1, a, b); };
  using ra::verdict;
  const ra::safe_rlhf_cost loss;
  CHECK(near<T>(value<T>(loss, pair(verdict::unknown, verdict::unknown)), softplus(-0.25)));
  CHECK(near<T>(value<T>(loss, pair(verdict::unsafe, verdict::safe)),
                softplus(-0.25) + softplus(3) + softplus(-3.25)));
  CHECK(near<T>(value<T>(loss, pair(verdict::unsafe, verdict::unsafe)),
                softplus(-0.25) + softplus(3) + softplus(3.25)));
  CHECK(near<T>(value<T>(ra::safe_rlhf_cost{0.2}, pair(verdict::unknown, verdict::unknown)),
                softplus(-0.25) + 0.1 * (9 + 3.25 * 3.25)));
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::safe_rlhf_cost{-1.0}));
}

#if REALIGN_EXCEPTIONS
TEST_CASE("the costs of a pair are two, no more and no less") {
  const auto o = ra::safe_rlhf_cost{}.objective(ra::cost_pair(0, 1, ra::verdict::unsafe, ra::verdict::safe));
  std::vector<double> d(3, 0.0);
  for (const std::vector<double>& s : {std::vector<double>(1), std::vector<double>(3)}) {
    CHECK_THROWS_AS((void)o(s, d), ra::contract_error);
    CHECK_THROWS_AS((void)o.margin(s), ra::contract_error);
  }
  CHECK(d == std::vector<double>(3, 0.0));
}
#endif
