// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/nn/mlp_policy.hpp>
#include <realign/preference/safe_train.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "finite_problem.hpp"

namespace ra = realign;
using problem = realign_tests::finite_problem;
using realign_tests::kl;
using realign_tests::row;

namespace {

constexpr double beta = 0.5, limit = 0.15;

template <class State>
ra::scored_choices<State> all_choices(std::span<const State> seen) {
  ra::scored_choices<State> data;
  for (std::size_t s = 0; s < problem::states; ++s)
    data.add(seen[s], problem::reward[s], problem::cost[s]);
  return data;
}
const auto tabular_choices = all_choices(std::span<const std::size_t>(problem::index));

/// The largest KL over states from the optimum at the exact multiplier.
template <class T>
double distance(const ra::tabular_policy<T>& p, double lambda) {
  double worst = 0;
  for (std::size_t s = 0; s < problem::states; ++s)
    worst = (std::max)(worst, kl(p.row(s), problem::tilted(s, lambda, beta)));
  return worst;
}

const std::vector<std::vector<double>> unit_features = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

}  // namespace

TEST_CASE_TEMPLATE("Safe-RLHF style: the exact optimum and its multiplier, by each rule", T, float, double) {
  const double exact = problem::multiplier(limit, beta);
  REQUIRE(exact > 0.1);
  const auto check = [&](const auto& rule, std::size_t updates) {
    auto policy = problem::reference_policy<T>();
    const auto report = ra::train_safe(policy, tabular_choices, rule,
                                       {.beta = beta, .updates = updates, .learning_rate = 0.02});
    CHECK(report.status == ra::status::ok);
    REQUIRE(report.curve.size() == updates);
    CHECK(distance(policy, exact) < 1e-6);
    CHECK(report.multiplier == doctest::Approx(exact).epsilon(1e-3));
    CHECK(report.curve.back().cost == doctest::Approx(limit).epsilon(1e-3));
    CHECK(report.curve.front().cost > limit);
  };
  check(ra::dual_ascent{.limit = limit}, 4000);
  check(ra::dual_ascent{.limit = limit, .initial = 1, .cap = 5, .logarithmic = true}, 4000);
  check(ra::pid_multiplier{.limit = limit, .k_p = 0.5, .k_i = 0.05, .k_d = 0.1}, 4000);
}

TEST_CASE("a limit that the best policy keeps anyway costs nothing") {
  auto policy = problem::reference_policy<double>();
  const auto report = ra::train_safe(policy, tabular_choices, ra::dual_ascent{.limit = 2, .initial = 1},
                                     {.beta = beta, .updates = 3000, .learning_rate = 0.02});
  CHECK(report.multiplier == 0.0);
  CHECK(distance(policy, 0) < 1e-6);
  CHECK(report.curve.back().cost < 2);
}

TEST_CASE("what the progress says is what the policy does; it can stop the training") {
  auto policy = problem::reference_policy<double>();
  ra::safe_progress last;
  const auto report =
      ra::train_safe(policy, tabular_choices, ra::dual_ascent{.limit = limit, .initial = 0.3},
                     {.beta = beta, .updates = 50, .steps_per_update = 3}, [&](const ra::safe_progress& p) {
                       last = p;
                       return p.update < 7;
                     });
  CHECK(report.curve.size() == 7);
  CHECK(report.curve.front().multiplier == 0.3);
  CHECK(last.cost == doctest::Approx(realign_tests::expected_cost(
                         policy, std::span<const std::size_t>(problem::index))));
  double divergence = 0;
  for (std::size_t s = 0; s < problem::states; ++s)
    divergence += kl(policy.row(s), problem::reference[s]) / problem::states;
  CHECK(last.kl == doctest::Approx(divergence));
}

TEST_CASE("batches of states and unequal shares reach the same optimum as a heavier state") {
  ra::scored_choices<std::size_t> shares, repeated;
  for (std::size_t s = 0; s < problem::states; ++s) {
    shares.add(problem::index[s], problem::reward[s], problem::cost[s], s == 1 ? 2.0 : 1.0);
    for (std::size_t k = 0; k < (s == 1 ? 2U : 1U); ++k)
      repeated.add(problem::index[s], problem::reward[s], problem::cost[s]);
  }
  auto first = problem::reference_policy<double>(), second = first, third = first;
  const ra::dual_ascent rule{.limit = limit};
  const ra::safe_train_options full{.beta = beta, .updates = 4000, .learning_rate = 0.02};
  ra::safe_train_options part = full;
  part.batch_size = 1;
  part.steps_per_update = 3;
  part.learning_rate = 0.003;
  const auto exact = ra::train_safe(first, shares, rule, full);
  CHECK(ra::train_safe(second, repeated, rule, full).multiplier ==
        doctest::Approx(exact.multiplier).epsilon(1e-6));
  CHECK(ra::train_safe(third, shares, rule, part).multiplier ==
        doctest::Approx(exact.multiplier).epsilon(0.02));
  for (std::size_t s = 0; s < problem::states; ++s) {
    CHECK(kl(first.row(s), second.row(s)) < 1e-8);
    CHECK(kl(first.row(s), third.row(s)) < 1e-4);
    CHECK(kl(first.row(s), problem::tilted(s, exact.multiplier, beta)) < 1e-8);
  }
}

TEST_CASE("Safe-RLHF style with a network") {
  const double exact = problem::multiplier(limit, beta);
  ra::mlp_policy<double> policy({3, 8, 4}, 1);
  // Its reference is what it starts from: clone the problem's reference first, by DPO's identity.
  const auto data = problem::pairs(problem::reference, std::span<const std::vector<double>>(unit_features));
  CHECK(ra::train(policy, data, ra::dpo{.beta = 1}, {.epochs = 3000, .learning_rate = 0.01}).status ==
        ra::status::ok);
  const auto start = policy;
  const auto report = ra::train_safe(policy, all_choices(std::span<const std::vector<double>>(unit_features)),
                                     ra::dual_ascent{.limit = limit},
                                     {.beta = beta, .updates = 4000, .learning_rate = 0.003});
  CHECK(report.status == ra::status::ok);
  CHECK(report.multiplier == doctest::Approx(exact).epsilon(0.05));
  for (std::size_t s = 0; s < problem::states; ++s) {
    row now{}, before{};
    policy.logits(unit_features[s], now);
    start.logits(unit_features[s], before);
    row best{};
    for (std::size_t a = 0; a < 4; ++a)
      best[a] = before[a] + (problem::reward[s][a] - report.multiplier * problem::cost[s][a]) / beta;
    CHECK(kl(now, best) < 1e-6);
  }
  CHECK(realign_tests::expected_cost(policy, std::span<const std::vector<double>>(unit_features)) ==
        doctest::Approx(limit).epsilon(1e-3));
}

TEST_CASE_TEMPLATE("SACPO style: stage 1 is pi_R, stage 2 the optimum at the multiplier it finds", T, float,
                   double) {
  const std::span<const std::size_t> seen(problem::index);
  const auto reward = problem::pairs(problem::reward, seen);
  const auto safety = problem::pairs(problem::negated(problem::cost), seen);
  const double exact = problem::multiplier(limit, beta);
  const ra::train_options how{.epochs = 1500, .learning_rate = 0.02};
  const auto cost = [&](const ra::tabular_policy<T>& p) { return realign_tests::expected_cost(p, seen); };

  auto policy = problem::reference_policy<T>();
  const auto nothing = ra::train_sacpo(policy, reward, safety, cost, ra::dual_ascent{.limit = limit},
                                       {.beta = beta, .updates = 0}, how);
  CHECK(nothing.safety.curve.empty());
  CHECK(distance(policy, 0) < 1e-6);

  policy = problem::reference_policy<T>();
  const auto report =
      ra::train_sacpo(policy, reward, safety, cost, ra::dual_ascent{.limit = limit, .rate = 0.05, .initial = 0.5},
                      {.beta = beta, .updates = 4000}, how);
  CHECK(report.safety.status == ra::status::ok);
  CHECK(distance(policy, exact) < 1e-6);
  CHECK(report.safety.multiplier == doctest::Approx(exact).epsilon(2e-3));

  policy = problem::reference_policy<T>();
  const auto by_hand = ra::train_sacpo(policy, reward, safety, ra::sacpo{.beta = beta, .lambda = exact}, how);
  CHECK(by_hand.second.status == ra::status::ok);
  CHECK(distance(policy, exact) < 1e-6);
}

TEST_CASE("SACPO style with a network, and a multiplier above one") {
  const std::span<const std::vector<double>> seen(unit_features);
  const auto reward = problem::pairs(problem::reward, seen);
  const auto safety = problem::pairs(problem::negated(problem::cost), seen);
  ra::mlp_policy<double> policy({3, 8, 4}, 2);
  const double tight = -0.1;
  const auto report = ra::train_sacpo(
      policy, reward, safety, [&](const auto& p) { return realign_tests::expected_cost(p, seen); },
      ra::pid_multiplier{.limit = tight, .k_i = 0.05, .initial_integral = 1}, {.beta = beta, .updates = 4000},
      {.epochs = 1500, .learning_rate = 0.003});
  CHECK(report.safety.status == ra::status::ok);
  CHECK(report.safety.multiplier > 1.0);
  CHECK(realign_tests::expected_cost(policy, seen) == doctest::Approx(tight).epsilon(1e-2));
  for (std::size_t s = 0; s < problem::states; ++s) {
    row now{}, best{};
    policy.logits(unit_features[s], now);
    for (std::size_t a = 0; a < 4; ++a)
      best[a] = (problem::reward[s][a] - report.safety.multiplier * problem::cost[s][a]) / beta;
    CHECK(kl(now, best) < 1e-4);  // the network starts uniform
  }
}

TEST_CASE("choices that the reference never makes stay out; a state without any is no support") {
  auto policy = problem::reference_policy<double>();
  policy.row(1)[0] = ra::neg_infinity<double>();
  auto report = ra::train_safe(policy, tabular_choices, ra::dual_ascent{.limit = limit}, {.updates = 5});
  CHECK(report.status == ra::status::ok);
  CHECK(ra::is_neg_inf(policy.row(1)[0]));
  CHECK(ra::is_finite(report.curve.back().kl));
  for (double& x : policy.row(2)) x = ra::neg_infinity<double>();
  report = ra::train_safe(policy, tabular_choices, ra::dual_ascent{.limit = limit}, {.updates = 5});
  CHECK(report.status == ra::status::no_support);
}

TEST_CASE("divergence is a status and the last sound policy comes back") {
  auto policy = problem::reference_policy<float>();
  const auto now = [&] { return std::vector<float>(policy.parameters().begin(), policy.parameters().end()); };
  std::vector<float> last = now();
  const auto report = ra::train_safe(policy, tabular_choices, ra::dual_ascent{.limit = limit},
                                     {.updates = 100, .learning_rate = 1e38},
                                     [&](const ra::safe_progress&) { last = now(); });
  CHECK(report.status == ra::status::diverged);
  CHECK(now() == last);
  for (const float& x : policy.parameters()) CHECK(ra::is_finite(x));
}

TEST_CASE("nothing to train on is status empty") {
  auto policy = problem::reference_policy<double>();
  CHECK(ra::train_safe(policy, ra::scored_choices<std::size_t>{}, ra::dual_ascent{}).status ==
        ra::status::empty);
  const auto reward = problem::pairs(problem::reward, std::span<const std::size_t>(problem::index));
  const ra::preference_data<std::size_t> none;
  const auto free = [](const auto&) { return 0.0; };
  CHECK(ra::train_sacpo(policy, none, reward, free, ra::dual_ascent{}).safety.status == ra::status::empty);
  const auto one = ra::train_sacpo(policy, reward, none, free, ra::dual_ascent{.initial = 0.25}, {}, {.epochs = 1});
  CHECK(one.safety.status == ra::status::empty);
  CHECK(one.safety.multiplier == 0.25);
  CHECK(ra::train_sacpo(policy, none, reward, ra::sacpo{}).second.status == ra::status::empty);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("options out of range are contract errors") {
  auto policy = problem::reference_policy<double>();
  const auto refused = [&](const ra::safe_train_options& o) {
    CHECK_THROWS_AS((void)ra::train_safe(policy, tabular_choices, ra::dual_ascent{}, o), ra::contract_error);
  };
  refused({.beta = 0});
  refused({.steps_per_update = 0});
  refused({.learning_rate = 0});
  const auto data = problem::pairs(problem::reward, std::span<const std::size_t>(problem::index));
  const auto free = [](const auto&) { return 0.0; };
  CHECK_THROWS_AS((void)ra::train_sacpo(policy, data, data, free, ra::dual_ascent{}, {.beta = -1}),
                  ra::contract_error);
  CHECK_THROWS_AS((void)ra::train_sacpo(policy, data, data, free, ra::dual_ascent{}, {.epochs_per_update = 0}),
                  ra::contract_error);
  CHECK_THROWS_AS((void)ra::train_sacpo(policy, data, data, ra::sacpo{.lambda = 0}), ra::contract_error);
  for (std::size_t s = 0; s < problem::states; ++s)
    CHECK(policy.row(s)[0] == problem::reference[s][0]);
}

TEST_CASE("a state with fewer or more choices than the policy has there is refused and named") {
  const std::vector<double> two{1, 0}, three{1, 0, 0}, four{1, 0, 0, 0};
  for (const auto& [wide, what] :
       {std::pair{&two, "data: expected every choice that the policy has in a state, got 2 of 3 in state 1"},
        std::pair{&four, "data: choice 3 of state 1: steps: expected an action below the number of choices, got 3 of 3 "
                         "at step 3"}}) {
    ra::tabular_policy<double> policy(2, 3);
    ra::scored_choices<std::size_t> data;
    data.add(problem::index[0], three, three);
    data.add(problem::index[1], *wide, *wide);
    CHECK_THROWS_WITH_AS((void)ra::train_safe(policy, data, ra::dual_ascent{}), what, ra::contract_error);
  }
}

TEST_CASE("a safety segment that the policy refuses is named before the stage of the rewards") {
  auto policy = problem::reference_policy<double>();
  const auto reward = problem::pairs(problem::reward, std::span<const std::size_t>(problem::index));
  auto safety = reward;
  safety.segments[2][0].action = 9;
  const char* what =
      "segments: step 0 of segment 2: steps: expected an action below the number of choices, got 9 of 4 at step 0";
  const auto free = [](const auto&) { return 0.0; };
  CHECK_THROWS_WITH_AS((void)ra::train_sacpo(policy, reward, safety, free, ra::dual_ascent{}), what,
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((void)ra::train_sacpo(policy, reward, safety, ra::sacpo{}), what, ra::contract_error);
  safety = reward;
  safety.pairs[1].rejected = 1000;
  CHECK_THROWS_AS((void)ra::train_sacpo(policy, reward, safety, ra::sacpo{}), ra::contract_error);
  for (std::size_t s = 0; s < problem::states; ++s)
    CHECK(policy.row(s)[0] == problem::reference[s][0]);
}
#endif
