// SPDX-License-Identifier: MIT
// The losses of one's own that the README shows.
#include <doctest/doctest.h>

#include <realign/policy/tabular.hpp>
#include <realign/preference/preference.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../preference/owned_batch.hpp"

namespace {

#include <readme/add_your_own_loss_1.inc>

#include <readme/add_your_own_loss_3.inc>

#include <readme/add_your_own_loss_4.inc>

static_assert(ra::preference_loss<translation_cpo>);
static_assert(ra::preference_loss<exponential_dpo>);
static_assert(ra::objective<worst_of_group>);

template <class Loss>
void check(const Loss& loss) {
  ra::random_generator g(71);
  ra::batch_workspace ws;
  auto b = realign_tests::random_batch<double>(g);
  realign_tests::check_step_gradients(
      b, [&](const auto& batch) { return ra::evaluate_pairs(loss, batch, ws); });
}

}  // namespace

TEST_CASE("losses of one's own: gradients, training") {
  check(translation_cpo{});
  check(exponential_dpo{});

#include <readme/add_your_own_loss_2.inc>
  CHECK(report.status == ra::status::ok);
  CHECK(policy.row(0)[0] > policy.row(0)[1]);
}

TEST_CASE("an objective of one's own, on a group and in a sum") {
  ra::random_generator g(72);
  ra::batch_workspace ws;
  auto b = realign_tests::random_batch<double>(g, 4);
  const std::vector<double> ranks{1, 4, 2, 3};
#include <readme/add_your_own_loss_5.inc>
  realign_tests::check_step_gradients(b, [&](const auto& batch) {
    return ra::evaluate_group(ra::implicit_reward(0.1), both, batch, ws);
  });
}
