// SPDX-License-Identifier: MIT
// A loss of one's own, as the README shows it.
#include <doctest/doctest.h>

#include <realign/policy/tabular.hpp>
#include <realign/preference/preference.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "owned_batch.hpp"

namespace {

// [own loss]
namespace ra = realign;

// CPO of machine translation (Xu et al. 2024): log(1 + exp(-beta (sum l+ - sum l-))) - sum l+.
struct translation_cpo {
  double beta = 0.1;

  ra::score score() const { return {ra::potential::log_prob, ra::reduction::sum, beta}; }
  ra::pairwise<ra::link::logistic> objective(const ra::preference_pair& pair) const {
    return {.link = {}, .label = pair.label};
  }
  ra::nll regulariser() const {
    return {.weight = 1.0, .data = ra::sides::preferred, .mean = ra::nll_mean::segment_sum};
  }
};
// [own loss]

// [own link]
// A link of one's own is a value and a slope: here the exponential loss.
struct exponential {
  ra::link_value operator()(double h) const { return {std::exp(-h), -std::exp(-h)}; }
};

struct exponential_dpo {
  double beta = 0.1;
  ra::score score() const { return ra::implicit_reward(beta); }
  ra::pairwise<exponential> objective(const ra::preference_pair& pair) const {
    return {.link = {}, .label = pair.label};
  }
};
// [own link]

// [own objective]
// A loss that is no margin is a function of the scores: loss returned, derivatives added.
struct worst_of_group {
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    const auto least = static_cast<std::size_t>(std::min_element(s.begin(), s.end()) - s.begin());
    ds[least] -= weight;
    return -s[least];
  }
};
// [own objective]

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

  // [own use]
  static const std::size_t room = 0;
  ra::preference_data<std::size_t> pairs;
  pairs.add({{&room, 0}});
  pairs.add({{&room, 1}});
  pairs.pairs = {{.preferred = 0, .rejected = 1}};

  ra::tabular_policy<double> policy(1, 2);
  const ra::train_report report = ra::train(policy, pairs, translation_cpo{.beta = 0.5});
  // [own use]
  CHECK(report.status == ra::status::ok);
  CHECK(policy.row(0)[0] > policy.row(0)[1]);
}

TEST_CASE("an objective of one's own, on a group and in a sum") {
  ra::random_generator g(72);
  ra::batch_workspace ws;
  auto b = realign_tests::random_batch<double>(g, 4);
  const std::vector<double> ranks{1, 4, 2, 3};
  // [own sum]
  const ra::sum_of both{worst_of_group{}, ra::weighted{0.5, ra::all_pairs<>{ranks}}};
  // [own sum]
  realign_tests::check_step_gradients(b, [&](const auto& batch) {
    return ra::evaluate_group(ra::implicit_reward(0.1), both, batch, ws);
  });
}
