// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/pairing.hpp>
#include <realign/preference/train.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "owned_batch.hpp"

namespace ra = realign;

namespace {

constexpr std::array<std::size_t, 3> states{0, 1, 2};

/// Random walks over three states; action a = s is worth one point.
struct problem {
  ra::preference_data<std::size_t> data;
  std::vector<double> points;

  explicit problem(std::uint64_t seed, std::size_t segments = 120) {
    ra::random_generator g(seed);
    for (std::size_t k = 0; k < segments; ++k) {
      ra::recorded_segment<std::size_t> s;
      double sum = 0;
      for (std::size_t t = 0; t < 4; ++t) {
        const std::size_t state = ra::uniform_index(g, 3), action = ra::uniform_index(g, 3);
        s.push_back({&states[state], action});
        sum += action == state ? 1 : 0;
      }
      data.add(s);
      points.push_back(sum);
    }
    const auto split = ra::hold_out(segments, 0.25, g);
    data.pairs = ra::random_pairs(points, split.train, 300, g);
    data.held_out = ra::random_pairs(points, split.held_out, 60, g);
  }
};

template <class T>
std::vector<T> parameters(const ra::tabular_policy<T>& p) {
  return {p.parameters().begin(), p.parameters().end()};
}
template <class T>
bool unchanged(const ra::tabular_policy<T>& p) {
  const auto now = parameters(p);
  return std::all_of(now.begin(), now.end(), [](const T& x) { return x == T(0); });
}
}  // namespace

TEST_CASE_TEMPLATE("a tabular policy learns the preference, on held-out pairs too", T, float,
                   double) {
  const problem it(1);
  for (const ra::cpl& loss : {ra::cpl{}, ra::cpl::with_cloning(0.2), ra::cpl::with_reference()}) {
    ra::tabular_policy<T> policy(3, 3);
    const auto report =
        ra::train(policy, it.data, loss, {.epochs = 30, .bc_epochs = 2, .learning_rate = 0.05});
    CHECK(report.status == ra::status::ok);
    for (std::size_t s = 0; s < 3; ++s)
      for (std::size_t a = 0; a < 3; ++a)
        if (a != s) CHECK(policy.row(s)[s] > policy.row(s)[a] + T(0.5));
    const auto& last = report.curve.back();
    CHECK(last.accuracy > 0.8);
    CHECK(last.margin > report.curve[2].margin);
    CHECK(last.loss < report.curve[2].loss);
    REQUIRE(last.held_out.has_value());
    CHECK(last.held_out->status == ra::status::ok);
    CHECK(last.held_out->accuracy > 0.8);
    CHECK(last.held_out->margin > 0);
  }
}

TEST_CASE_TEMPLATE("the curve has an entry for every epoch of both phases, as told to the callback",
                   T, float, double) {
  const problem it(2);
  ra::tabular_policy<T> policy(3, 3);
  std::vector<ra::train_progress> told;
  const auto report = ra::train(policy, it.data, ra::cpl{}, {.epochs = 3, .bc_epochs = 2},
                                [&](const ra::train_progress& p) { told.push_back(p); });
  REQUIRE(report.curve.size() == 5);
  REQUIRE(told.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(report.curve[i].phase ==
          (i < 2 ? ra::train_phase::cloning : ra::train_phase::preference));
    CHECK(report.curve[i].epoch == (i < 2 ? i + 1 : i - 1));
    CHECK(report.curve[i].epochs == (i < 2 ? 2 : 3));
    CHECK(report.curve[i].held_out.has_value() == (i >= 2));
    CHECK(told[i].loss == report.curve[i].loss);
  }
  CHECK(report.curve[0].loss == doctest::Approx(std::log(3.0)).epsilon(1e-3));
}

TEST_CASE_TEMPLATE("the seed decides everything", T, float, double) {
  const problem it(3);
  const auto run = [&](std::uint64_t seed) {
    ra::tabular_policy<T> policy(3, 3);
    const auto report = ra::train(policy, it.data, ra::cpl{},
                                  {.epochs = 4, .bc_epochs = 1, .batch_size = 32, .seed = seed});
    CHECK(report.status == ra::status::ok);
    return parameters(policy);
  };
  CHECK(run(5) == run(5));
  CHECK(run(5) != run(6));
}

TEST_CASE_TEMPLATE("the reference is the policy after cloning: the first loss is log 2", T, float,
                   double) {
  const problem it(4);
  ra::tabular_policy<T> policy(3, 3);
  std::vector<ra::train_progress> curve;
  // One batch per epoch, so that the first loss is that of the policy which the reference was taken
  // from.
  const auto report =
      ra::train(policy, it.data, ra::cpl{.alpha = 0.2, .lambda = 0.75, .reference = true},
                {.epochs = 2, .bc_epochs = 3, .batch_size = 300, .learning_rate = 0.1});
  REQUIRE(report.curve.size() == 5);
  CHECK(report.curve[3].loss == doctest::Approx(std::log(2.0)).epsilon(1e-12));
  CHECK(report.curve[3].margin == 0.0);
  CHECK(report.curve[3].accuracy == 0.5);
  CHECK(report.curve[4].loss < std::log(2.0));
  CHECK_FALSE(unchanged(policy));
}

TEST_CASE_TEMPLATE("the preference phase starts a fresh optimiser", T, float, double) {
  const problem it(5);
  // By hand: two calls, each with an optimiser of its own, against one call with both phases.
  ra::preference_data<std::size_t> data = it.data;
  data.held_out.clear();
  ra::tabular_policy<T> whole(3, 3), parts(3, 3);
  const ra::train_options both{
      .epochs = 1, .bc_epochs = 2, .batch_size = 300, .learning_rate = 0.1};
  CHECK(ra::train(whole, data, ra::cpl{}, both).status == ra::status::ok);
  ra::train_options cloning = both, preference = both;
  cloning.epochs = 2;
  preference.bc_epochs = 0;
  CHECK(ra::train(parts, data, ra::bc{}, cloning).status == ra::status::ok);
  CHECK(ra::train(parts, data, ra::cpl{}, preference).status == ra::status::ok);
  for (std::size_t i = 0; i < 9; ++i)
    CHECK(static_cast<double>(whole.parameters()[i]) ==
          doctest::Approx(static_cast<double>(parts.parameters()[i])).epsilon(1e-5));
}

TEST_CASE_TEMPLATE("behaviour cloning reaches the frequencies of the data", T, float, double) {
  ra::preference_data<std::size_t> data;
  for (std::size_t k = 0; k < 8; ++k)
    data.add({{&states[0], k < 6 ? std::size_t{0} : std::size_t{1}}});
  ra::tabular_policy<T> policy(1, 2);
  const auto report = ra::train(policy, data, ra::bc{}, {.epochs = 400, .learning_rate = 0.05});
  CHECK(report.status == ra::status::ok);
  CHECK(static_cast<double>(policy.row(0)[0] - policy.row(0)[1]) ==
        doctest::Approx(std::log(3.0)).epsilon(1e-3));
  CHECK(report.curve.back().loss ==
        doctest::Approx(-0.75 * std::log(0.75) - 0.25 * std::log(0.25)).epsilon(1e-4));
}

TEST_CASE_TEMPLATE(
    "cloning takes the preferred side only when asked to, and never held-out segments", T, float,
    double) {
  ra::preference_data<std::size_t> data;
  for (const std::size_t action : {0U, 1U, 2U}) data.add({{&states[0], action}});
  data.pairs = {{0, 1}};
  data.held_out = {{2, 0}};
  ra::tabular_policy<T> both(1, 3), preferred(1, 3);
  const ra::train_options options{.epochs = 200, .learning_rate = 0.05};
  CHECK(ra::train(both, data, ra::bc{}, options).status == ra::status::ok);
  CHECK(ra::train(preferred, data, ra::bc{ra::sides::preferred}, options).status == ra::status::ok);
  CHECK(static_cast<double>(both.row(0)[0]) ==
        doctest::Approx(static_cast<double>(both.row(0)[1])));
  CHECK(both.row(0)[2] < T(-1));
  CHECK(preferred.row(0)[0] > preferred.row(0)[1] + T(2));
}

TEST_CASE_TEMPLATE("divergence is a status and the last finite epoch is restored", T, float,
                   double) {
  const problem it(6);
  ra::tabular_policy<T> policy(3, 3);
  std::vector<T> last = parameters(policy);
  const double absurd = sizeof(T) == 4 ? 1e38 : 5e299;
  const auto report = ra::train(policy, it.data, ra::cpl{.alpha = sizeof(T) == 4 ? 1.0 : 1e9},
                                {.epochs = 200, .batch_size = 300, .learning_rate = absurd},
                                [&](const ra::train_progress&) { last = parameters(policy); });
  CHECK(report.status == ra::status::diverged);
  CHECK(report.curve.size() < 200);
  CHECK(parameters(policy) == last);
  for (const T& x : policy.parameters()) CHECK(ra::is_finite(x));
}

TEST_CASE_TEMPLATE("data that the policy rules out is told apart from divergence", T, float,
                   double) {
  ra::preference_data<std::size_t> data;
  data.add({{&states[0], 0}});
  data.add({{&states[0], 1}});
  data.pairs = {{0, 1}};
  const auto with_hole = [] {
    ra::tabular_policy<T> policy(1, 3);
    policy.row(0)[0] = ra::neg_infinity<T>();
    return policy;
  };
  auto policy = with_hole();
  CHECK(ra::train(policy, data, ra::cpl{}, {.epochs = 2}).status == ra::status::no_support);
  CHECK(ra::train(policy, data, ra::cpl::with_reference(), {.epochs = 2}).status ==
        ra::status::no_support);
  CHECK(ra::train(policy, data, ra::bc{}, {.epochs = 2}).status == ra::status::no_support);
  CHECK(ra::is_neg_inf(policy.row(0)[0]));
  CHECK(policy.row(0)[1] == T(0));
  // An impossible rejected action is no obstacle; a choice that was ruled out stays so.
  data.pairs = {{1, 0}};
  CHECK(ra::train(policy, data, ra::cpl{}, {.epochs = 2}).status == ra::status::ok);
  CHECK(ra::is_neg_inf(policy.row(0)[0]));
}

TEST_CASE_TEMPLATE("nothing to train on is status empty", T, float, double) {
  ra::tabular_policy<T> policy(3, 3);
  ra::preference_data<std::size_t> data;
  CHECK(ra::train(policy, data, ra::cpl{}).status == ra::status::empty);
  CHECK(ra::train(policy, data, ra::bc{}).status == ra::status::empty);
  data.add({});
  CHECK(ra::train(policy, data, ra::bc{}).status == ra::status::empty);
  CHECK(unchanged(policy));
}

TEST_CASE_TEMPLATE("segments of any length, none included, train together", T, float, double) {
  ra::preference_data<std::size_t> data;
  data.add({{&states[0], 0}, {&states[1], 1}, {&states[2], 2}});
  data.add({{&states[0], 1}});
  data.add({});
  data.pairs = {{0, 1}, {1, 2}};
  ra::tabular_policy<T> policy(3, 3);
  const auto report =
      ra::train(policy, data, ra::cpl{}, {.epochs = 3, .bc_epochs = 3, .batch_size = 1});
  CHECK(report.status == ra::status::ok);
  CHECK_FALSE(unchanged(policy));
}

TEST_CASE_TEMPLATE("a callback that returns false stops training", T, float, double) {
  const problem it(7);
  ra::tabular_policy<T> policy(3, 3);
  const auto report = ra::train(policy, it.data, ra::cpl{}, {.epochs = 10, .bc_epochs = 2},
                                [](const ra::train_progress& p) {
                                  return p.phase == ra::train_phase::cloning || p.epoch < 4;
                                });
  CHECK(report.status == ra::status::ok);
  CHECK(report.curve.size() == 6);
}

TEST_CASE("one full batch is one step along the exact gradient") {
  const problem it(8);
  const ra::cpl loss{.alpha = 0.3, .gamma = 0.9, .lambda = 0.6, .bc_weight = 0.2};
  const auto loss_at = [&](const ra::tabular_policy<double>& at) {
    auto copy = at;
    ra::train_options options{.epochs = 1, .batch_size = 300, .learning_rate = 1e-9};
    return ra::train(copy, it.data, loss, options).curve.at(0).loss;
  };
  ra::tabular_policy<double> policy(3, 3);
  ra::random_generator g(1);
  for (double& x : policy.parameters()) x = ra::normal(g);
  auto moved = policy;
  CHECK(ra::succeeded(
      ra::train(moved, it.data, loss, {.epochs = 1, .batch_size = 300, .learning_rate = 1e-4})
          .status));
  // Adam's first step is the learning rate along the sign of the gradient.
  for (std::size_t i = 0; i < 9; ++i) {
    auto above = policy, below = policy;
    above.parameters()[i] += 1e-5;
    below.parameters()[i] -= 1e-5;
    const double slope = (loss_at(above) - loss_at(below)) / 2e-5;
    REQUIRE(std::fabs(slope) > 1e-6);
    CHECK(moved.parameters()[i] - policy.parameters()[i] ==
          doctest::Approx(slope > 0 ? -1e-4 : 1e-4).epsilon(1e-3));
  }
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong use is a contract error and trains nothing") {
  problem it(9);
  ra::tabular_policy<double> policy(3, 3);
  CHECK_THROWS_AS((void)ra::train(policy, it.data, ra::cpl{.lambda = 2.0}), ra::contract_error);
  CHECK_THROWS_AS((void)ra::train(policy, it.data, ra::cpl{.alpha = -1.0}, {.bc_epochs = 1}),
                  ra::contract_error);
  CHECK_THROWS_AS((void)ra::train(policy, it.data, ra::cpl{}, {.batch_size = 0}),
                  ra::contract_error);
  it.data.pairs[0].label = 7;
  CHECK_THROWS_AS((void)ra::train(policy, it.data, ra::cpl{}), ra::contract_error);
  CHECK(unchanged(policy));
}

TEST_CASE("what the policy refuses is named by segment and step, and trains nothing, wherever a batch meets it") {
  problem it(9, 12);
  it.data.segments[7][1].action = 9;
  const char* what =
      "segments: step 1 of segment 7: steps: expected an action below the number of choices, got 9 of 3 at step 1";
  for (const std::uint64_t seed : {0U, 1U, 2U})
    for (const std::size_t bc_epochs : {0U, 1U}) {
      ra::tabular_policy<double> policy(3, 3);
      const ra::train_options how{.epochs = 2, .bc_epochs = bc_epochs, .batch_size = 1, .seed = seed};
      CHECK_THROWS_WITH_AS((void)ra::train(policy, it.data, ra::cpl{}, how), what, ra::contract_error);
      CHECK_THROWS_WITH_AS((void)ra::train(policy, it.data, ra::cpl::with_reference(), how), what, ra::contract_error);
      CHECK_THROWS_WITH_AS((void)ra::train(policy, it.data, ra::bc{}, how), what, ra::contract_error);
      CHECK(unchanged(policy));
    }
}

TEST_CASE("a feature that is not a number is named by its segment") {
  std::vector<std::vector<double>> seen(4, {0.1, 0.2});
  ra::preference_data<std::vector<double>> data;
  for (const auto& state : seen) data.add({{&seen[0], 0}, {&state, 1}});
  data.pairs = {{.preferred = 0, .rejected = 1}, {.preferred = 2, .rejected = 3}};
  seen[2][1] = ra::not_a_number<double>();
  ra::mlp_policy<double> policy({2, 2}, 1);
  const std::vector<double> before(policy.parameters().begin(), policy.parameters().end());
  CHECK_THROWS_WITH_AS((void)ra::train(policy, data, ra::cpl{}, {.batch_size = 1}),
                       "segments: step 1 of segment 2: state: expected finite features, got nan at index 1",
                       ra::contract_error);
  CHECK(std::equal(before.begin(), before.end(), policy.parameters().begin()));
}

namespace {
/// A loss that fails at one of its calls.
struct failing {
  std::size_t* left;

  ra::score score() const { return {ra::potential::log_prob, ra::reduction::sum, 1.0}; }
  ra::pairwise<ra::link::logistic> objective(const ra::preference_pair&) const {
    ra::expects((*left)-- > 0, "left", "calls", 0);
    return {};
  }
};
}  // namespace

TEST_CASE("a loss that throws in mid-epoch leaves the policy of the last finished epoch") {
  const problem it(9);
  ra::tabular_policy<double> policy(3, 3), two_epochs(3, 3);
  std::size_t calls = 2 * (300 + 60) + 150, enough = 1000000;
  CHECK_THROWS_AS((void)ra::train(policy, it.data, failing{&calls}, {.epochs = 9}), ra::contract_error);
  CHECK(succeeded(ra::train(two_epochs, it.data, failing{&enough}, {.epochs = 2}).status));
  CHECK(parameters(policy) == parameters(two_epochs));
  CHECK(!unchanged(policy));
}
#endif
