// SPDX-License-Identifier: MIT
// Every loss through every kind of policy, against central differences.
#include <doctest/doctest.h>

#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/candidate_set.hpp>
#include <realign/nn/gaussian_policy.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/nn/text_encoder.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/all_pairs.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/detail/recorded_batch.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/group.hpp>
#include <realign/preference/kto.hpp>
#include <realign/preference/ranking.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../policy/gradient_check.hpp"
#include "every_loss.hpp"

namespace ra = realign;

namespace {

const std::vector<double> ranks{1.0, 3.0, 1.0, 2.0};
const std::vector<double> rewards{0.12, 0.2, 0.15, 0.05};
const std::vector<std::size_t> order{1, 3, 0, 2};
const std::vector<unsigned char> desirable{1, 0, 0, 1};
const std::vector<ra::preference_pair> two_pairs{{0, 1}, {2, 3}};
const std::vector<double> model_gaps{5.0, 4.0, 0.3, -0.2};

/// visit(name, objective) for the objectives on the four scores of a group.
template <class Visit>
void for_each_group_loss(const Visit& visit) {
  visit("all_pairs", ra::all_pairs<>{ranks, 0.7});
  visit("plackett_luce", ra::plackett_luce{order});
  visit("gdro", ra::gdro{.rewards = rewards, .tau = 0.05, .top_weight = 0.5});
  visit("gdro first stage", ra::gdro{.rewards = rewards, .tau = 0.05, .only_first = true});
  visit("info_nce", ra::info_nce{2});
  visit("r2m", ra::r2m{1, 2});
  visit("r2m, ddof 1", ra::r2m{1, 2, 0.7, 1});
  visit("kto", ra::kto{desirable, 0.2, 1.0, 1.3});
  visit("ensemble_distillation", ra::ensemble_distillation{two_pairs, {model_gaps.data(), 2, 2}});
}

/// alpha_dpo with the part of its margins that adapts held where it is: what its gradient belongs
/// to.
struct held_margins {
  ra::alpha_dpo loss;

  ra::score score() const { return loss.score(); }
  ra::pairwise<ra::link::logistic> objective(const ra::preference_pair& p) const {
    const double unit = loss.beta * loss.alpha / loss.deviation;
    return {.link = {},
            .offset = loss.beta * loss.margin_ratio - unit * loss.mean,
            .gap = unit * p.gap,
            .label = p.label};
  }
};

/// What differences are taken of: the loss, or the held form, whose gaps are log-ratio gaps.
template <class Loss>
Loss held_form(const Loss& loss) {
  return loss;
}
held_margins held_form(const ra::alpha_dpo& loss) { return {loss}; }

/// Makes the gaps those of the held form, after an evaluation of the loss.
template <class Loss>
void hold(const Loss&, ra::batch_workspace&, std::vector<ra::preference_pair>&) {}
void hold(const ra::alpha_dpo& loss, ra::batch_workspace& ws,
          std::vector<ra::preference_pair>& pairs) {
  std::vector<double> gaps(pairs.size());
  ra::log_ratio_gaps(loss, ws.scores(), pairs, gaps);
  for (std::size_t p = 0; p < pairs.size(); ++p) pairs[p].gap = gaps[p];
}

/// Four ragged segments over the states, three pairs, one of them soft; every loss through the
/// policy.
template <class P, class ActionOf>
void check_through_policy(P policy, const std::vector<typename P::state_type>& states,
                          const ActionOf& action) {
  ra::random_generator g(41);
  for (double& x : policy.parameters()) x += 0.3 * ra::normal(g);
  std::vector<ra::recorded_segment<typename P::state_type, typename P::action_type>> data(4);
  for (std::size_t k = 0; k < data.size(); ++k)
    for (std::size_t t = 0; t < 2 + k; ++t) {
      const auto& state = states[ra::uniform_index(g, states.size())];
      data[k].push_back({&state, action(state, g)});
    }
  std::vector<ra::preference_pair> pairs{{0, 1}, {2, 0}, {3, 2, 0.3, 0.0}};
  realign_tests::decorate(pairs, g);
  const std::size_t all[] = {0, 1, 2, 3};

  // A reference near the policy, so that no loss is saturated.
  ra::detail::recorded_batch<P> batch;
  batch.load(policy, data, all, {});
  ra::detail::step_values<double> reference;
  reference.offsets.push_back(0);
  for (const double& l : batch.log_probs()) reference.values.push_back(l + 0.3 * ra::normal(g));
  for (const auto& s : data) reference.offsets.push_back(reference.offsets.back() + s.size());

  ra::batch_workspace ws;
  // evaluate(first) is the loss itself, whose gradient is checked, and then what to differentiate
  const auto check = [&](const char* name, const auto& evaluate) {
    CAPTURE(name);
    batch.load(policy, data, all, reference);
    const double loss = evaluate(true).loss;
    std::vector<double> gradient(policy.parameters().size(), 0.0);
    batch.backward(policy, gradient);
    const auto value = [&] {
      batch.load(policy, data, all, reference);
      const ra::evaluation e = evaluate(false);
      REQUIRE(e.status == ra::status::ok);
      return e.loss;
    };
    CHECK(value() == doctest::Approx(loss));
    realign_tests::check_gradient(policy.parameters(), gradient, value);
  };
  realign_tests::for_each_loss([&](const char* name, const auto& loss) {
    std::vector<ra::preference_pair> now = pairs;
    check(name, [&](bool first) {
      if (!first) return ra::evaluate_pairs(held_form(loss), batch.view(now), ws);
      const ra::evaluation e = ra::evaluate_pairs(loss, batch.view(now), ws);
      hold(loss, ws, now);
      return e;
    });
  });
  for_each_group_loss([&](const char* name, const auto& o) {
    check(name,
          [&](bool) { return ra::evaluate_group(ra::implicit_reward(0.3), o, batch.view(), ws); });
  });
}

const auto any_of = [](std::size_t n) {
  return [n](const auto&, ra::random_generator& g) { return ra::uniform_index(g, n); };
};

const std::vector<std::vector<double>> states{{0.1, -0.7, 1.2}, {1.0, 0.3, -0.4}, {-0.2, 0.9, 0.5}};

std::span<const double> any_point(const std::vector<double>&, ra::random_generator& g) {
  static const std::vector<std::vector<double>> points{{0.2, -0.4}, {-0.9, 0.1}, {0.5, 0.8}};
  return points[ra::uniform_index(g, 3)];
}

}  // namespace

TEST_CASE("every loss, log-probabilities that the caller brings") {
  ra::random_generator g(40);
  ra::batch_workspace ws;
  realign_tests::for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    auto b = realign_tests::random_batch<double>(g);
    realign_tests::decorate(b.pairs, g);
    bool first = true;
    realign_tests::check_step_gradients(b, [&](const auto& batch) {
      if (!first) return ra::evaluate_pairs(held_form(loss), batch, ws);
      first = false;
      const ra::evaluation e = ra::evaluate_pairs(loss, batch, ws);
      hold(loss, ws, b.pairs);
      return e;
    });
  });
  for_each_group_loss([&](const char* name, const auto& o) {
    CAPTURE(name);
    auto b = realign_tests::random_batch<double>(g, 4);
    realign_tests::check_step_gradients(b, [&](const auto& batch) {
      return ra::evaluate_group(ra::implicit_reward(0.3), o, batch, ws);
    });
  });
}

TEST_CASE("every loss, a tabular policy") {
  check_through_policy(ra::tabular_policy<double>(3, 4), {0, 1, 2}, any_of(4));
}

TEST_CASE("every loss, an MLP policy") {
  check_through_policy(ra::mlp_policy<double>({3, 5, 4}, 1), states, any_of(4));
}

TEST_CASE("every loss, a policy over candidate texts") {
  const ra::nn::text_encoder encoder({.dimension = 24});
  const std::vector<std::vector<std::string>> choices{{"open the safe", "leave"},
                                                      {"warn the guard", "hide", "run away"}};
  std::vector<ra::candidate_set<double>> sets;
  for (const auto& c : choices)
    sets.push_back(ra::encode_candidates<double>(encoder, "a dark room", c));
  check_through_policy(ra::candidate_policy<double>(24, {4}, 1), sets,
                       [](const auto& state, ra::random_generator& g) {
                         return ra::uniform_index(g, state.choice_count());
                       });
}

TEST_CASE("every loss, a Gaussian policy with its normaliser") {
  check_through_policy(ra::gaussian_policy<double>({3, 4, 2}, 1), states, any_point);
}

TEST_CASE("every loss, a regression potential") {
  check_through_policy(
      ra::gaussian_policy<double>(
          {3, 4, 2}, 1,
          {.score = ra::gaussian_score::squared_distance, .learned_std = false, .tanh_mean = true}),
      states, any_point);
}
