// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/ipo.hpp>

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
