// SPDX-License-Identifier: MIT
#include "archetypes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

#include <realign/core/executor.hpp>
#include <realign/decide/decide.hpp>
#include <realign/preference/train.hpp>

#include "../core/executors.hpp"

namespace ra = realign;
namespace at = archetypes;

static_assert(ra::constant_policy<at::row> && ra::policy<at::row, at::state, float>);
static_assert(ra::logits_policy<at::logits_policy, at::state, float>);
static_assert(ra::filling_policy<at::filling_policy, at::state, float>);
static_assert(ra::returning_policy<at::returning_policy, at::state, float>);
static_assert(ra::trainable_policy<at::trainable>);
static_assert(ra::link_function<at::link> && ra::objective<at::objective> && ra::preference_loss<at::loss>);
static_assert(ra::scalarize::scalarization<at::scalarization> && ra::scalarize::priced_scalarization<at::priced>);
static_assert(!ra::scalarize::priced_scalarization<at::scalarization>);
static_assert(ra::mix::rule<at::rule, float> && ra::mix::rule<at::rule, double>);
static_assert(ra::random_bits<at::generator> && ra::executor<at::executor>);

TEST_CASE("policies, rule, limits and a generator of the least kind decide") {
  ra::aligned_policy agent{at::rule{}, at::logits_policy{}, at::filling_policy{}, at::returning_policy{}, at::row{{1, 2, 3}}};
  auto work = agent.workspace();
  const at::state room(1);
  const at::row harm{{0, 1, 0}};
  const auto d = agent.decide(room, ra::weights{0.4, 0.2, 0.2, 0.2}, {ra::at_most(harm, 0.25)}, work);
  REQUIRE(d.status == ra::status::ok);
  // logits 0, 1, 0 and the budget binds
  CHECK(d.probs[1] == doctest::Approx(0.25));
  CHECK(d.probs[0] == doctest::Approx(0.375));
  at::generator g;
  CHECK(ra::sample(d, g) < 3);
}

TEST_CASE("a scalarization of the least kind is maximised") {
  const std::vector<double> prior{0, 0}, objectives{1, 0, 0, 2}, w{0.25, 0.75};
  ra::decision_workspace<double> work;
  const ra::decision_problem<double> problem{.log_prior = std::span<const double>(prior),
                                             .objectives = {objectives.data(), 2, 2}};
  const auto d = ra::decide(problem, at::priced{}, w, work);
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.probs[1] / d.probs[0] == doctest::Approx(std::exp(1.5 - 0.25)));
  CHECK(ra::scalarize::value(at::scalarization{}, w, w) == doctest::Approx(0.0625 + 0.5625));
  std::vector<double> slope(2);
  ra::scalarize::gradient(at::scalarization{}, w, w, slope);
  CHECK(slope == w);
  ra::aligned_policy agent{ra::maximize(at::priced{}), at::row{{0, 1, 2}}};
  auto own = agent.workspace();
  CHECK(agent.decide(at::state(0), ra::weights{1.0}, own).status == ra::status::ok);
}

TEST_CASE("a policy and a loss of the least kind train") {
  const at::state room(0);
  ra::preference_data<at::state, at::action> data;
  data.add({{&room, at::action(0)}});
  data.add({{&room, at::action(1)}});
  data.pairs = {{.preferred = 0, .rejected = 1}};
  at::trainable policy;
  CHECK(ra::train(policy, data, at::loss{}, {.epochs = 5}).status == ra::status::ok);
  CHECK(policy.parameters()[0] > 0);
  at::trainable clone;
  CHECK(ra::train(clone, data, ra::bc{}, {.epochs = 5}).status == ra::status::ok);
}

TEST_CASE("an executor of the least kind covers every range") { realign_tests::check_executor(at::executor{}); }
