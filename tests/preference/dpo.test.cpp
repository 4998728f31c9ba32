// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/dpo.hpp>
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

TEST_CASE("defaults are those of the papers") {
  CHECK(ra::dpo{}.beta == 0.1);
  CHECK(ra::cdpo{}.epsilon == 0.1);
  CHECK(ra::robust_dpo{}.epsilon == 0.1);
  CHECK(ra::hinge{}.beta == 0.05);
  CHECK(ra::rpo{}.beta == 0.01);
  CHECK(ra::rpo{}.eta == 0.005);
  CHECK(ra::dpo_nll{}.nll_weight == 1.0);
  CHECK(ra::rpo::with_mean_likelihood().nll_weight == 0.2);
  CHECK(ra::rpo::with_mean_likelihood().mean == ra::nll_mean::segment_steps);
}

TEST_CASE_TEMPLATE("hand values; D = -1/4", T, float, double) {
  const double plain = softplus(0.25);
  CHECK(near<T>(value<T>(ra::dpo{1.0}), plain));
  CHECK(near<T>(value<T>(ra::dpo{1.0}, {0, 1, 0.25}), 0.25 * plain + 0.75 * softplus(-0.25)));
  CHECK(near<T>(value<T>(ra::cdpo{1.0, 0.2}), 0.8 * plain + 0.2 * softplus(-0.25)));
  CHECK(near<T>(value<T>(ra::robust_dpo{1.0, 0.2}), (0.8 * plain - 0.2 * softplus(-0.25)) / 0.6));
  CHECK(near<T>(value<T>(ra::hinge{1.0}), 1.25));
  CHECK(near<T>(value<T>(ra::rpo{1.0, 0.5}), plain + 0.5 * 3));
  CHECK(near<T>(value<T>(ra::dpo_nll{1.0, 0.5}), plain + 0.5 * 1));
}

TEST_CASE_TEMPLATE("one implicit reward for all: a gap of a pair is no part of DPO", T, float,
                   double) {
  CHECK(value<T>(ra::dpo{1.0}, {0, 1, 1.0, 3.0}) == value<T>(ra::dpo{1.0}));
}

TEST_CASE("a tie is least at equal rewards, a smoothed label at log odds") {
  const auto slope = [](const auto& loss, double h, double label) {
    const double s[] = {h, 0.0};
    double d[] = {0.0, 0.0};
    loss.objective({0, 1, label})(s, d);
    return d[0];
  };
  CHECK(slope(ra::dpo{}, 0.0, 0.5) == 0.0);
  CHECK(std::fabs(slope(ra::cdpo{0.1, 0.1}, std::log(9.0), 1.0)) < 1e-15);
  CHECK(slope(ra::robust_dpo{0.1, 0.1}, 1e4, 1.0) == -0.125);  // unbounded below
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::dpo{-1.0}));
  CHECK(refuses(ra::dpo{not_a_number}));
  CHECK(refuses(ra::cdpo{0.1, 1.1}));
  CHECK(refuses(ra::cdpo{0.1, not_a_number}));
  CHECK(refuses(ra::robust_dpo{0.1, 0.5}));
  CHECK(refuses(ra::robust_dpo{0.1, -0.1}));
  CHECK(refuses(ra::rpo{0.1, -1.0}));
  CHECK(refuses(ra::dpo_nll{0.1, not_a_number}));
}
