// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/simpo.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "hand_pair.hpp"
#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::not_a_number;
using realign_tests::one_pair;
using realign_tests::refuses;
using realign_tests::softplus;
using realign_tests::value;

TEST_CASE("defaults") {
  CHECK(ra::simpo{}.beta == 2.5);
  CHECK(ra::simpo{}.margin_ratio == 0.5);
  CHECK(ra::alpha_dpo{}.margin_ratio == 0.3);
  CHECK(ra::alpha_dpo{}.alpha == 0.1);
}

TEST_CASE_TEMPLATE("hand values: means -1 and -13/12", T, float, double) {
  const double h = 2 * (1.0 / 12) - 1.0;
  CHECK(near<T>(value<T>(ra::simpo{2.0, 0.5}), softplus(-h)));
  CHECK(near<T>(value<T>(ra::simpo{2.0, 0.5, 0.1}), softplus(-h) + 0.1 * h));
}

TEST_CASE_TEMPLATE("AlphaDPO by hand: the reference's gap comes from the segments", T, float,
                   double) {
  auto b = one_pair<T>();
  ra::set_reference_gaps(b.view().segments, std::span(b.pairs));
  CHECK(near<T>(b.pairs[0].gap, -1.0 + 3.5 / 3));
  const double set = b.pairs[0].gap;
  std::vector<ra::segment<T>> own(b.view().segments.begin(), b.view().segments.end());
  const auto same = [&](const auto& segments) {
    b.pairs[0].gap = 0;
    ra::set_reference_gaps(segments, b.pairs);
    return b.pairs[0].gap == set;
  };
  CHECK(same(own));
  CHECK(same(std::span(own)));
  const ra::alpha_dpo loss{
      .beta = 2.0, .margin_ratio = 0.5, .alpha = 0.3, .mean = 0.1, .deviation = 0.4};
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(loss, b.view(), ws);
  const double gap = -0.25 / 3, h = 2 * (1.0 / 12 - (0.5 + 0.3 * (gap - 0.1) / 0.4));
  CHECK(near<T>(e.loss, softplus(-h), 4));
  CHECK(near<T>(ws.margins()[0], h, 4));
  CHECK(near<T>(b.added(0, 0), -2.0 / 3 / (1 + std::exp(h)), 4));  // as SimPO with this margin
  std::vector<double> gaps(1);
  ra::log_ratio_gaps(loss, ws.scores(), b.pairs, gaps);
  CHECK(near<T>(gaps[0], gap, 4));
}

TEST_CASE("moments: before the first update nothing is adapted") {
  const ra::running_moments m;
  CHECK(m.mean() == 0.0);
  CHECK(m.deviation() == 1.0);
  ra::running_moments none(0.5);
  none.update({});
  CHECK(none.mean() == 0.0);
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::simpo{.margin_ratio = not_a_number}));
  CHECK(refuses(ra::simpo{.epsilon = 2.0}));
  CHECK(refuses(ra::alpha_dpo{.beta = 0.0}));
  CHECK(refuses(ra::alpha_dpo{.deviation = 0.0}));
  CHECK(refuses(ra::alpha_dpo{.mean = not_a_number}));
#if REALIGN_EXCEPTIONS
  CHECK_THROWS_AS(ra::running_moments(1.0), ra::contract_error);
  CHECK_THROWS_AS(ra::running_moments(0.5, 2), ra::contract_error);
  CHECK_THROWS_AS(ra::running_moments(0.5, 1, 0.0), ra::contract_error);
  ra::running_moments m;
  CHECK_THROWS_AS(m.update(std::vector<double>{not_a_number}), ra::contract_error);
#endif
}

#if REALIGN_EXCEPTIONS
TEST_CASE("an adaptive margin is of two scores, no more and no less") {
  const ra::adaptive_margin o = ra::alpha_dpo{}.objective({0, 1});
  std::vector<double> d(3, 0.0);
  for (const std::vector<double>& s : {std::vector<double>(1), std::vector<double>(3)}) {
    CHECK_THROWS_AS((void)o(s, d), ra::contract_error);
    CHECK_THROWS_AS((void)o.margin(s), ra::contract_error);
    CHECK_THROWS_AS((void)o.log_ratio_gap(s), ra::contract_error);
  }
}
#endif
