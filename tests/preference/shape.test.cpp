// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/shape.hpp>

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
  const double up = ra::infinity<double>(), down = ra::neg_infinity<double>();
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
