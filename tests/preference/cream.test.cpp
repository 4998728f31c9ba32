// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/cream.hpp>
#include <realign/preference/evaluate.hpp>

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

TEST_CASE("rank correlation by hand") {
  const std::vector<double> x{1, 2, 3}, same{10, 20, 30}, back{3, 2, 1}, one{2, 1, 3},
      flat{0, 0, 0};
  CHECK(ra::kendall_tau(x, same) == 1.0);
  CHECK(ra::kendall_tau(x, back) == -1.0);
  CHECK(ra::kendall_tau(x, one) == doctest::Approx(1.0 / 3));
  CHECK(ra::kendall_tau(x, flat) == 0.0);
  CHECK(ra::consistency_rate(x, flat) == 0.5);
  CHECK(ra::consistency_rate({}, {}) == 1.0);
  CHECK(ra::kendall_tau(x, one) == ra::kendall_tau(one, x));
}

TEST_CASE_TEMPLATE("one rate, or one per pair in its label", T, float, double) {
  for (const double rate : {0.3, 0.5, 1.0}) {
    const double expected = rate * softplus(0.25) + (1 - rate) * softplus(-0.25);
    CHECK(near<T>(value<T>(ra::cream{1.0, rate}), expected));
    CHECK(near<T>(value<T>(ra::dpo{1.0}, {0, 1, ra::consistent_label(1.0, rate)}), expected));
  }
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::cream{0.1, 1.5}));
#if REALIGN_EXCEPTIONS
  const std::vector<double> two{1, 2}, three{1, 2, 3}, bad{not_a_number, 1};
  CHECK_THROWS_AS((void)ra::kendall_tau(two, three), ra::contract_error);
  CHECK_THROWS_AS((void)ra::kendall_tau(bad, two), ra::contract_error);
  for (const double out : {7.0, -0.1, not_a_number}) {
    CHECK_THROWS_AS((void)ra::consistent_label(1.0, out), ra::contract_error);
    CHECK_THROWS_AS((void)ra::consistent_label(out, 1.0), ra::contract_error);
  }
#endif
}
