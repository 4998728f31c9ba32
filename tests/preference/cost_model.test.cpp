// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/cost_model.hpp>
#include <realign/preference/evaluate.hpp>

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
