// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/nn/mlp_policy.hpp>
#include <realign/nn/mlp_values.hpp>
#include <realign/policy/tabular_values.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/safe_train.hpp>
#include <realign/preference/train_objectives.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "finite_problem.hpp"

namespace ra = realign;
using problem = realign_tests::finite_problem;
using realign_tests::kl;
using realign_tests::row;

namespace {

constexpr double beta = 0.5;
const double missing = ra::not_a_number<double>();
const std::span<const std::size_t> seen(problem::index);
const std::array<std::array<row, 3>, 2> rewards = {problem::reward, problem::negated(problem::cost)};

/// The pairs of the problem with a label column for each of the two rewards.
struct two_columns {
  ra::preference_data<std::size_t> data = problem::pairs(rewards[0], seen);
  std::vector<double> labels;

  two_columns() {
    const auto other = problem::pairs(rewards[1], seen);
    for (std::size_t p = 0; p < data.pairs.size(); ++p) {
      labels.push_back(data.pairs[p].label);
      labels.push_back(other.pairs[p].label);
      data.pairs[p].label = 0;  // not used
    }
  }
  ra::multi_preference_view<std::size_t> view() const {
    return {data.segments, data.pairs, {labels.data(), data.pairs.size(), 2}};
  }
};

/// The largest KL from pi_ref exp(sum_i w_i R_i / beta).
template <class T>
double distance(const ra::tabular_policy<T>& p, double w_0, double w_1) {
  double worst = 0;
  for (std::size_t s = 0; s < problem::states; ++s) {
    row best{};
    for (std::size_t a = 0; a < 4; ++a)
      best[a] = problem::reference[s][a] + (w_0 * rewards[0][s][a] + w_1 * rewards[1][s][a]) / beta;
    worst = (std::max)(worst, kl(p.row(s), best));
  }
  return worst;
}
template <class P>
std::vector<double> parameters(const P& p) {
  return {p.parameters().begin(), p.parameters().end()};
}

}  // namespace

TEST_CASE_TEMPLATE("one policy per objective in one call, each at its closed-form optimum", T, float, double) {
  const two_columns it;
  const auto found = ra::train_objectives(problem::reference_policy<T>(), it.view(), ra::dpo{.beta = beta},
                                          {.epochs = 2000, .learning_rate = 0.02});
  REQUIRE(found.size() == 2);
  CHECK(found[0].report.status == ra::status::ok);
  CHECK(distance(found[0].policy, 1, 0) < 1e-6);
  CHECK(distance(found[1].policy, 0, 1) < 1e-6);
  CHECK(distance(found[1].policy, 1, 0) > 1e-2);
}

TEST_CASE("as many calls of train give the same policies; cloning is done once") {
  const two_columns it;
  const auto view = it.view();
  const ra::train_options how{.epochs = 3, .bc_epochs = 2, .batch_size = 4, .learning_rate = 0.05, .seed = 3};
  std::size_t told[2] = {0, 0};
  const auto initial = problem::reference_policy<double>();
  const auto found = ra::train_objectives(
      initial, view, ra::cpl::with_reference(), how,
      [&](std::size_t k, const ra::train_progress& p) {
        CHECK(p.phase == ra::train_phase::preference);
        ++told[k];
      });
  CHECK(told[0] == 3);
  CHECK(told[1] == 3);
  auto cloned = initial;
  ra::train_options cloning = how, rest = how;
  cloning.epochs = 2;
  rest.bc_epochs = 0;
  CHECK(ra::train(cloned, it.data, ra::bc{}, cloning).status == ra::status::ok);
  for (std::size_t k = 0; k < 2; ++k) {
    auto alone = cloned;
    const auto pairs = view.column(k);
    const ra::preference_view<std::size_t> data{it.data.segments, pairs};
    CHECK(ra::train(alone, data, ra::cpl::with_reference(), rest).status == ra::status::ok);
    CHECK(parameters(alone) == parameters(found[k].policy));
    REQUIRE(found[k].report.curve.size() == 5);
    CHECK(found[k].report.curve[1].phase == ra::train_phase::cloning);
  }
  CHECK(parameters(found[0].policy) != parameters(found[1].policy));
}

TEST_CASE("a loss of its own per objective; held-out columns; a callback stops one objective alone") {
  two_columns it;
  auto view = it.view();
  view.held_out = view.pairs;
  view.held_out_labels = view.labels;
  const std::vector<ra::dpo> losses = {{.beta = beta}, {.beta = 2 * beta}};
  const auto found = ra::train_objectives(
      problem::reference_policy<double>(), view, std::span<const ra::dpo>(losses),
      {.epochs = 2000, .learning_rate = 0.02},
      [](std::size_t k, const ra::train_progress& p) { return k == 1 || p.epoch < 5; });
  CHECK(found[0].report.curve.size() == 5);
  REQUIRE(found[1].report.curve.size() == 2000);
  CHECK(distance(found[1].policy, 0, 0.5) < 1e-6);
  REQUIRE(found[1].report.curve.back().held_out.has_value());
  CHECK(found[1].report.curve.back().held_out->accuracy == 1.0);
}

TEST_CASE("losses come as a vector, an array or a span, of any constness") {
  const two_columns it;
  std::vector<ra::dpo> losses = {{.beta = beta}, {.beta = 2 * beta}};
  const auto start = problem::reference_policy<double>();
  const ra::train_options how{.epochs = 2};
  const auto expected = ra::train_objectives(start, it.view(), std::span<const ra::dpo>(losses), how);
  const auto same = [&](const auto& each) {
    const auto found = ra::train_objectives(start, it.view(), each, how);
    return parameters(found[0].policy) == parameters(expected[0].policy) &&
           parameters(found[1].policy) == parameters(expected[1].policy);
  };
  CHECK(same(losses));
  CHECK(same(std::span(losses)));
  CHECK(same(std::span<ra::dpo, 2>(losses)));
  CHECK(same(std::array<ra::dpo, 2>{losses[0], losses[1]}));
  CHECK(ra::train_objectives(start, it.view(), std::vector<ra::dpo>{{.beta = beta}, {.beta = beta}}, how).size() == 2);
}

TEST_CASE("a missing label leaves the pair out of its objective only; a column without any is empty") {
  two_columns it;
  for (std::size_t p = 0; p < it.data.pairs.size(); ++p) it.labels[2 * p + 1] = missing;
  it.labels[0] = missing;
  CHECK(it.view().column(0).size() == it.data.pairs.size() - 1);
  CHECK(it.view().column(0)[0].preferred == it.data.pairs[1].preferred);
  const auto found = ra::train_objectives(problem::reference_policy<double>(), it.view(), ra::dpo{}, {.epochs = 2});
  CHECK(found[0].report.status == ra::status::ok);
  CHECK(found[1].report.status == ra::status::empty);
  CHECK(parameters(found[1].policy) == parameters(problem::reference_policy<double>()));
}

TEST_CASE("segment values and implicit rewards are sums over steps") {
  ra::tabular_values<double> v(3, 4);
  v.row(0)[1] = 2;
  v.row(2)[3] = 5;
  const std::vector<ra::recorded_segment<std::size_t>> segments = {
      {{&seen[0], 1}, {&seen[2], 3}, {&seen[0], 1}}, {}, {{&seen[1], 0}}};
  CHECK(ra::segment_values(v, std::span(segments)) == std::vector<double>{9, 0, 0});
  auto before = problem::reference_policy<double>(), after = before;
  for (std::size_t a = 0; a < 4; ++a) after.row(0)[a] += 3;  // the same distribution
  const auto none = ra::implicit_rewards(after, before, 0.1, std::span(segments));
  for (const double x : none) CHECK(std::fabs(x) < 1e-15);
  after.row(0)[0] = -1e4;
  const double gain = -std::log(1 - std::exp(before.row(0)[0]) /
                                        (std::exp(0.2) + std::exp(-0.4) + std::exp(0.9) + 1));
  CHECK(ra::implicit_rewards(after, before, 0.5, std::span(segments))[0] == doctest::Approx(0.5 * 2 * gain));
}

TEST_CASE_TEMPLATE("MODPO over frozen margins reaches the weighted optimum, plain and bounded", T, float, double) {
  const auto data = problem::pairs(rewards[0], seen);
  std::vector<double> frozen(2 * data.segments.size(), missing);  // row 0 is not read
  for (std::size_t s = 0; s < 3; ++s)
    for (std::size_t a = 0; a < 4; ++a) frozen[data.segments.size() + 4 * s + a] = rewards[1][s][a];
  const ra::matrix_view<const double> margins(frozen.data(), 2, data.segments.size());
  for (const double w : {0.9, 0.3})
    for (const bool bounded : {false, true}) {
      auto policy = problem::reference_policy<T>();
      const auto report = ra::train_modpo(policy, data, margins, {w, 1 - w}, 0, beta, bounded,
                                          {.epochs = 3000, .learning_rate = 0.02});
      CHECK(report.status == ra::status::ok);
      CHECK(distance(policy, w, 1 - w) < 1e-6);
    }
}

TEST_CASE("MODPO over the implicit rewards of policies trained before: the whole chain") {
  const two_columns it;
  const auto initial = problem::reference_policy<double>();
  const ra::train_options how{.epochs = 3000, .learning_rate = 0.02};
  const auto trained = ra::train_objectives(initial, it.view(), ra::dpo{.beta = beta}, how);
  const auto margin = ra::implicit_rewards(trained[0].policy, initial, beta, std::span(it.data.segments));
  std::vector<double> frozen = margin;
  frozen.resize(2 * margin.size(), 0.0);
  auto policy = initial;
  const auto pairs = it.view().column(1);
  CHECK(ra::train_modpo(policy, ra::preference_view<std::size_t>{it.data.segments, pairs},
                        {frozen.data(), 2, margin.size()}, {0.6, 0.4}, 1, beta, true, how)
            .status == ra::status::ok);
  CHECK(distance(policy, 0.6, 0.4) < 1e-6);
}

namespace {

/// Pairs by cost with verdicts: a choice is unsafe when its cost is above 0.
template <class State>
std::vector<ra::preference_pair> cost_pairs(std::span<const State> states) {
  auto data = problem::pairs(problem::cost, states);
  const auto verdict_of = [](std::size_t k) {
    return problem::cost[k / 4][k % 4] > 0 ? ra::verdict::unsafe : ra::verdict::safe;
  };
  for (ra::preference_pair& p : data.pairs) {
    p.preferred_is = verdict_of(p.preferred);
    p.rejected_is = verdict_of(p.rejected);
  }
  return data.pairs;
}

/// Trains both models and checks differences of rewards, order and signs of costs.
template <class R, class C, class State, class Values>
void check_side_by_side(R& reward, C& cost, std::span<const State> states, const Values& values) {
  const auto data = problem::pairs(problem::reward, states);
  const auto unsafe = cost_pairs(states);
  const auto train = [&](std::size_t epochs, double learning_rate) {
    return ra::train_reward_and_cost(reward, cost, std::span(data.segments), std::span(data.pairs), std::span(unsafe),
                                     {.center = 0}, {.regularization = 0.01},
                                     {.epochs = epochs, .learning_rate = learning_rate});
  };
  (void)train(3000, 0.02);
  const auto report = train(1000, 0.0005);  // Adam's steps do not end by themselves: they leave noise of their size
  CHECK(report.reward.status == ra::status::ok);
  CHECK(report.cost.status == ra::status::ok);
  CHECK(report.reward.curve.back().accuracy == 1.0);
  CHECK(report.cost.curve.back().accuracy == 1.0);
  for (std::size_t s = 0; s < 3; ++s) {
    const row r = values(reward, s), c = values(cost, s);
    for (std::size_t a = 0; a < 4; ++a) {
      CHECK(r[a] - r[0] == doctest::Approx(problem::reward[s][a] - problem::reward[s][0]).epsilon(1e-3));
      CHECK((c[a] > 0) == (problem::cost[s][a] > 0));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("a reward and a cost model side by side, tabular, then a safe policy from both", T, float,
                   double) {
  ra::tabular_values<T> reward(3, 4), cost(3, 4);
  check_side_by_side(reward, cost, seen, [](const auto& m, std::size_t s) {
    row out{};
    std::copy(m.row(s).begin(), m.row(s).end(), out.begin());
    return out;
  });
  ra::scored_choices<std::size_t> choices;
  for (std::size_t s = 0; s < 3; ++s) choices.add(seen[s], reward.row(s), cost.row(s));
  auto policy = problem::reference_policy<T>();
  const auto report = ra::train_safe(policy, choices, ra::dual_ascent{.limit = -0.5, .rate = 0.005},
                                     {.beta = beta, .updates = 8000, .learning_rate = 0.02});
  CHECK(report.multiplier > 0);
  CHECK(report.curve.back().cost == doctest::Approx(-0.5).epsilon(1e-3));
  for (std::size_t s = 0; s < 3; ++s) {
    row best{};
    for (std::size_t a = 0; a < 4; ++a)
      best[a] = problem::reference[s][a] + (static_cast<double>(reward.row(s)[a]) -
                                            report.multiplier * static_cast<double>(cost.row(s)[a])) / beta;
    CHECK(kl(policy.row(s), best) < 1e-6);
  }
}

TEST_CASE("a reward and a cost model side by side, networks") {
  const std::vector<std::vector<double>> features = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  ra::mlp_values<double> reward({3, 8, 4}, 1), cost({3, 8, 4}, 2);
  check_side_by_side(reward, cost, std::span<const std::vector<double>>(features),
                     [&](const auto& m, std::size_t s) {
                       row out{};
                       m.values(features[s], out);
                       return out;
                     });
}

#if REALIGN_EXCEPTIONS
TEST_CASE("shapes and numbers out of range are contract errors") {
  two_columns it;
  auto policy = problem::reference_policy<double>();
  const std::vector<ra::dpo> one(1);
  CHECK_THROWS_AS((void)ra::train_objectives(policy, it.view(), std::span<const ra::dpo>(one)), ra::contract_error);
  CHECK_THROWS_AS((void)it.view().column(2), ra::contract_error);
  auto view = it.view();
  view.held_out = view.pairs;
  CHECK_THROWS_AS((void)view.held_out_column(0), ra::contract_error);
  it.labels[2] = 1.5;
  CHECK_THROWS_AS((void)it.view().column(0), ra::contract_error);
  const std::vector<double> few(3);
  CHECK_THROWS_AS((void)ra::with_labels(it.data.pairs, {few.data(), 3}), ra::contract_error);
  const std::vector<double> many(it.data.pairs.size() + 1, 0.5);
  CHECK_THROWS_AS((void)ra::with_labels(it.data.pairs, {many.data(), many.size()}), ra::contract_error);

  const std::size_t n = it.data.segments.size();
  std::vector<double> frozen(2 * n, 0.0);
  const ra::matrix_view<const double> good(frozen.data(), 2, n);
  CHECK_THROWS_AS((void)ra::with_margins(it.data.pairs, good, {0.2, 0.3, 0.5}, 0), ra::contract_error);
  CHECK_THROWS_AS((void)ra::with_margins(it.data.pairs, good, {0.5, 0.5}, 2), ra::contract_error);
  CHECK_THROWS_AS((void)ra::train_modpo(policy, it.data, {frozen.data(), 2, n - 1}, {0.5, 0.5}, 0),
                  ra::contract_error);
  CHECK_THROWS_AS((void)ra::train_modpo(policy, it.data, good, {0.0, 1.0}, 0, beta, false), ra::contract_error);
  frozen[n] = missing;
  CHECK_THROWS_AS((void)ra::with_margins(it.data.pairs, good, {0.5, 0.5}, 0), ra::contract_error);
  CHECK_NOTHROW((void)ra::with_margins(it.data.pairs, good, {0.5, 0.5}, 1));

  ra::tabular_values<double> reward(3, 4), cost(3, 4);
  CHECK_THROWS_AS((void)ra::train_reward_and_cost(reward, cost, std::span(it.data.segments),
                                                  std::span(it.data.pairs), std::span(it.data.pairs), {}, {},
                                                  {.bc_epochs = 1}),
                  ra::contract_error);
}

TEST_CASE("data that either of two models refuses trains neither; objectives name the segment too") {
  two_columns it;
  const std::size_t last = it.data.segments.size() - 1;
  const auto zero = [](const auto& m) { return std::ranges::all_of(m.parameters(), [](double x) { return x == 0; }); };
  ra::tabular_values<double> reward(3, 4), cost(3, 4), narrow(3, 2);
  const std::span<const ra::recorded_segment<std::size_t>> segments(it.data.segments);
  const std::span<const ra::preference_pair> pairs(it.data.pairs);
  CHECK_THROWS_AS((void)ra::train_reward_and_cost(reward, narrow, segments, pairs, pairs), ra::contract_error);
  const std::vector<ra::preference_pair> out{{.preferred = 0, .rejected = last + 1}};
  CHECK_THROWS_AS((void)ra::train_reward_and_cost(reward, cost, segments, pairs, out), ra::contract_error);
  CHECK(zero(reward));
  it.data.segments[last][0].action = 4;
  const std::string what = "segments: step 0 of segment " + std::to_string(last) +
                           ": steps: expected an action below the number of choices, got 4 of 4 at step 0";
  CHECK_THROWS_WITH_AS((void)ra::train_objectives(problem::reference_policy<double>(), it.view(), ra::dpo{}),
                       what.c_str(), ra::contract_error);
}
#endif
