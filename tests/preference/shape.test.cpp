// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/shape.hpp>

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

namespace {
template <class Shape>
void check_slope(const Shape& psi) {
  for (double r = -5; r <= 5; r += 0.37) {
    const double h = 1e-5;
    CHECK(psi(r).slope ==
          doctest::Approx((psi(r + h).value - psi(r - h).value) / (2 * h)).epsilon(1e-6));
  }
}
}  // namespace

TEST_CASE("slopes are derivatives; the alpha family lies between reverse and forward KL") {
  check_slope(ra::shape::reverse_kl{});
  check_slope(ra::shape::forward_kl{});
  check_slope(ra::shape::jensen_shannon{});
  check_slope(ra::shape::alpha_divergence{0.5});
  for (const double r : {-2.0, 0.0, 1.5}) {
    CHECK(ra::shape::alpha_divergence{1e-9}(r).value == doctest::Approx(r));
    CHECK(ra::shape::alpha_divergence{1 - 1e-12}(r).value ==
          doctest::Approx(1 + ra::shape::forward_kl{}(r).value));
  }
}

TEST_CASE_TEMPLATE("hand values: log-ratios 0 and 1/4", T, float, double) {
  CHECK(near<T>(value<T>(ra::f_dpo<ra::shape::forward_kl>{2.0}),
                softplus(-2 * (-1 + std::exp(-0.25)))));
  CHECK(near<T>(value<T>(ra::f_dpo<ra::shape::jensen_shannon>{2.0}),
                softplus(-2 * (-std::log(2.0) + softplus(-0.25)))));
}

TEST_CASE("at impossible segments the shapes are those of their limits") {
  const double up = ra::pos_infinity<double>(), down = ra::neg_infinity<double>();
  CHECK(ra::shape::forward_kl{}(up).value == 0.0);
  CHECK(ra::is_neg_inf(ra::shape::forward_kl{}(down).value));
  CHECK(ra::shape::alpha_divergence{0.5}(up).value == 2.0);
  CHECK(ra::is_neg_inf(ra::shape::jensen_shannon{}(down).value));
  CHECK(ra::shape::jensen_shannon{}(down).slope == 1.0);
}

TEST_CASE("parameters out of range are contract errors") {
  CHECK(refuses(ra::f_dpo<ra::shape::alpha_divergence>{0.1, {1.5}}));
  CHECK(refuses(ra::f_dpo<ra::shape::reverse_kl>{-0.1}));
}
