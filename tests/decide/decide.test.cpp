// SPDX-License-Identifier: MIT
#include <realign/decide/decide.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <realign/scalarize/scalarize.hpp>

#include "../simd/every_isa.hpp"
#include "random_program.hpp"

namespace {

using namespace realign_tests;
namespace sc = ra::scalarize;

template <class T>
struct small {
  std::vector<T> log_prior{T(0), T(0), T(1), T(-1)};
  std::vector<T> cost{T(1), T(0), T(1), T(0)};
  std::vector<double> bound{0.1};
  ra::decision_workspace<T> work;

  ra::decision<T> project() {
    ra::decision_problem<T> p{.log_prior = {log_prior.data(), 4}};
    p.costs = {cost.data(), 1, 4};
    p.budgets = bound;
    return ra::decide(p, work);
  }
};

template <class T, class F>
void check_optimal(const F& f, std::uint64_t seed) {
  ra::random_generator g(seed);
  ra::decision_workspace<T> work;
  for (std::size_t round = 0; round < 60; ++round) {
    const std::size_t v = 1 + ra::uniform_index(g, 12), m = 1 + ra::uniform_index(g, 4), k = ra::uniform_index(g, 4);
    program<T> p = random_program<T>(g, v, m, k, 0.2 + ra::uniform(g));
    if (sc::anchor(f.anchored_at()).fixed())  // positive objectives for Nash and its kin
      for (T& q : p.objectives) q = std::abs(q) + T(0.1);
    const ra::decision<T> d = ra::decide(p.view(), f, p.weights, work);
    if (d.status == ra::status::infeasible) continue;
    check_answer(p, d);
    if (!sc::anchor(f.anchored_at()).fixed()) continue;
    // no feasible distribution nearby is better: pull towards each vertex that keeps the budgets
    const double best = objective_at(p, f, d.probs);
    CHECK(best == doctest::Approx(d.value).epsilon(1e-5));
    for (std::size_t a = 0; a < v; ++a) {
      std::vector<double> q(v);
      for (std::size_t b = 0; b < v; ++b) q[b] = 0.999 * static_cast<double>(d.probs[b]) + (a == b ? 0.001 : 0.0);
      bool within = true;
      for (std::size_t j = 0; j < k; ++j) {
        double c = 0;
        for (std::size_t b = 0; b < v; ++b) c += q[b] * p.cost(j, b);
        within = within && c <= p.budgets[j];
      }
      if (within) CHECK(objective_at(p, f, q) <= best + 1e-6 * (1 + std::abs(best)));
    }
  }
}

/// Choices, equally likely and two unless said otherwise, under two limits.
template <class T>
struct two_limits {
  std::vector<T> costs;
  std::vector<double> budgets;
  std::vector<ra::sense> senses;
  std::vector<T> prior = {T(0), T(0)};
  ra::decision_workspace<T> work = {};

  ra::decision<T> decide() {
    ra::decision_problem<T> p{.log_prior = {prior.data(), prior.size()}};
    p.costs = {costs.data(), 2, prior.size()};
    p.budgets = budgets;
    p.senses = senses;
    return ra::decide(p, work);
  }
};

/// A step over the prices, from given slopes and curvatures; bounds of zero and above do not apply.
struct price_step {
  std::vector<double> g, H, low;
  std::size_t tied = 0;
  std::vector<double> s = {};

  double solve() {
    std::vector<unsigned char> bounded;
    for (const double l : low) bounded.push_back(l < 0 ? 1 : 0);
    s.assign(g.size(), 9.0);
    ra::detail::quadratic_step step;
    return step.solve({.g = g, .H = H, .low = low, .bounded = bounded, .tied = tied}, s);
  }
  void check(const std::vector<double>& right, double promised) {
    CHECK(solve() == doctest::Approx(promised).epsilon(1e-11));
    for (std::size_t i = 0; i < g.size(); ++i) CHECK(s[i] == doctest::Approx(right[i]).epsilon(1e-11));
  }
};

}  // namespace

TEST_CASE_TEMPLATE("every scalarization: the answer is optimal and certified", T, float, double) {
  SUBCASE("linear") { check_optimal<T>(sc::linear{}, 1); }
  SUBCASE("chebyshev, fixed reference") { check_optimal<T>(sc::chebyshev{.reference = sc::anchor{}}, 2); }
  SUBCASE("chebyshev, local utopia") { check_optimal<T>(sc::chebyshev{}, 3); }
  SUBCASE("augmented chebyshev") { check_optimal<T>(sc::chebyshev{.reference = sc::anchor{}, .augmentation = 0.05}, 4); }
  SUBCASE("maxmin") { check_optimal<T>(sc::maxmin{}, 5); }
  SUBCASE("nash") { check_optimal<T>(sc::nash{}, 6); }
  SUBCASE("nash over the worst choice") { check_optimal<T>(sc::alpha_fair{.alpha = 1}, 7); }
  SUBCASE("alpha fair 2") { check_optimal<T>(sc::alpha_fair{.alpha = 2}, 8); }
  SUBCASE("alpha fair 1/2") { check_optimal<T>(sc::alpha_fair{.alpha = 0.5}, 9); }
  SUBCASE("softmin") { check_optimal<T>(sc::softmin{.tau = 4}, 10); }
}

TEST_CASE_TEMPLATE("binary cost: the closed form of the multiplier", T, float, double) {
  small<T> s;
  const auto d = s.project();
  const double e = std::exp(1.0), z = 2 + e + 1 / e, u = (1 + e) / z;
  CHECK(d.status == ra::status::ok);
  CHECK(d.multipliers[0] == doctest::Approx(std::log(u * 0.9 / (0.1 * (1 - u)))).epsilon(1e-6));
  CHECK(d.cost_values[0] == doctest::Approx(0.1).epsilon(1e-9));
}

TEST_CASE_TEMPLATE("a slack budget leaves the prior as it is", T, float, double) {
  small<T> s;
  s.bound = {0.99};
  const auto d = s.project();
  CHECK(d.status == ra::status::ok);
  CHECK(d.multipliers[0] == 0);
  CHECK(d.kl == doctest::Approx(0).scale(1));
  const double z = 2 + std::exp(1.0) + std::exp(-1.0);
  for (std::size_t a = 0; a < 4; ++a)
    CHECK(d.log_probs[a] == doctest::Approx(static_cast<double>(s.log_prior[a]) - std::log(z)).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("a budget at the least cost is a face: the others get exactly zero", T, float, double) {
  small<T> s;
  s.bound = {0.0};
  const auto d = s.project();
  CHECK(d.status == ra::status::face);
  CHECK(d.probs[0] == 0);
  CHECK(d.probs[2] == 0);
  CHECK(ra::is_neg_inf(d.log_probs[0]));
  CHECK(d.probs[1] == doctest::Approx(std::exp(1.0) / (1 + std::exp(1.0))));
  CHECK(d.excess <= 0);
}

TEST_CASE_TEMPLATE("a shield equals a budget of zero on its choices", T, float, double) {
  small<T> s;
  s.bound = {0.0};
  const auto budgeted = s.project();
  const std::vector<T> expected(budgeted.probs.begin(), budgeted.probs.end());
  const std::vector<unsigned char> allowed{0, 1, 0, 1};
  ra::decision_problem<T> p{.log_prior = {s.log_prior.data(), 4}};
  p.allowed = allowed;
  const auto d = ra::decide(p, s.work);
  CHECK(d.status == ra::status::ok);
  for (std::size_t a = 0; a < 4; ++a) CHECK(d.probs[a] == doctest::Approx(expected[a]));
  CHECK(d.probs[0] == 0);
}

TEST_CASE_TEMPLATE("an impossible budget is refused with a proof", T, float, double) {
  const std::vector<T> prior{T(0), T(1), T(2)};
  const std::vector<T> costs{T(1), T(0.5), T(0), T(0), T(0.5), T(1)};  // one falls where the other rises
  const std::vector<double> bounds{0.25, 0.25};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 3}};
  p.costs = {costs.data(), 2, 3};
  p.budgets = bounds;
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, work);
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.least_violation == doctest::Approx(0.25));
  CHECK(d.probs.empty());
  REQUIRE(d.proof.size() == 2);
  CHECK(d.proof[0] + d.proof[1] == doctest::Approx(1));
  for (std::size_t a = 0; a < 3; ++a) {
    double short_by = 0;
    for (std::size_t j = 0; j < 2; ++j)
      short_by += d.proof[j] * (static_cast<double>(costs[j * 3 + a]) - bounds[j]);
    CHECK(short_by >= d.least_violation - 1e-9);
  }
  SUBCASE("raised by the least violation it can be met") {
    std::vector<double> raised = bounds;
    for (double& b : raised) b += d.least_violation;
    p.budgets = raised;
    const auto again = ra::decide(p, work);
    CHECK(ra::succeeded(again.status));
    CHECK(again.excess <= 1e-9);
  }
}

TEST_CASE_TEMPLATE("of all proofs the one that shows the largest violation", T, float, double) {
  // with a probability q of the first the costs are 2 - 2 q and q: the larger is least at q = 2/3
  two_limits<T> p{{T(0), T(2), T(1), T(0)}, {0.25, 0.25}, {ra::sense::at_most, ra::sense::at_most}};
  const auto d = p.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.least_violation == doctest::Approx(5.0 / 12).epsilon(1e-12));
  CHECK(d.proof[0] == doctest::Approx(1.0 / 3).epsilon(1e-12));
  CHECK(d.proof[1] == doctest::Approx(2.0 / 3).epsilon(1e-12));
}

TEST_CASE_TEMPLATE("a limit that cannot be held behind one that always is", T, float, double) {
  two_limits<T> p{{T(0), T(0), T(1), T(2)}, {0, 0}, {ra::sense::equal, ra::sense::at_most}};
  const auto d = p.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.proof[1] == doctest::Approx(1));
  CHECK(d.least_violation == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("a number that is none is named, unless its choice was given up", T, float, double) {
  const T nan = ra::not_a_number<T>();
  const std::vector<T> prior{T(0), T(0), T(0)};
  std::vector<T> objectives{ra::neg_infinity<T>(), T(1), T(2), nan, T(1), nan};
  const std::vector<double> w{0.5, 0.5};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 3}};
  p.objectives = {objectives.data(), 2, 3};
  ra::decision_workspace<T> work;
  CHECK_THROWS_WITH_AS((void)ra::decide(p, ra::scalarize::linear{}, w, work), doctest::Contains("row 1, choice 2"),
                       ra::contract_error);
  objectives[5] = T(0);
  CHECK(ra::decide(p, ra::scalarize::linear{}, w, work).status == ra::status::ok);
}

TEST_CASE_TEMPLATE("limits of very different size: the proof covers what was given up on the way", T, float, double) {
  // choice 0 falls short of the first limit, choice 1 by far more of the second; what one misses the other cannot mend
  const double huge = 0.625 * std::exp2(120.0);  // less than its unit: the whole second step would undo the first
  two_limits<T> p{{T(0), T(513), T(2), static_cast<T>(-huge)}, {1, 1}, {ra::sense::at_least, ra::sense::at_least}};
  const auto d = p.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.least_violation > 0);
  CHECK(d.proof[0] + d.proof[1] == doctest::Approx(1));
  CHECK(d.proof[0] - d.proof[1] >= d.least_violation - 1e-9);
  CHECK(-512 * d.proof[0] + huge * d.proof[1] >= d.least_violation - 1e-9);
}

TEST_CASE_TEMPLATE("limits of very different size: one that is always held has no part in the proof", T, float, double) {
  // as above, with units so far above the third's that their ratio is no number
  const double one = std::exp2(16.0), huge = std::exp2(119.0);
  const std::vector<T> prior{T(0), T(0)};
  const std::vector<T> costs{T(0), static_cast<T>(513 * one), static_cast<T>(2 * one), static_cast<T>(-huge), T(0), T(0)};
  const std::vector<double> budgets{one, one, std::exp2(-999.0)};
  const std::vector<ra::sense> senses{ra::sense::at_least, ra::sense::at_least, ra::sense::at_most};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 2}};
  p.costs = {costs.data(), 3, 2};
  p.budgets = budgets;
  p.senses = senses;
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, work);
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.proof[2] == 0);
  CHECK(d.proof[0] + d.proof[1] == doctest::Approx(1));
  CHECK(d.least_violation > 0);
  const double first = one * (d.proof[0] - d.proof[1]), second = -512 * one * d.proof[0] + huge * d.proof[1];
  CHECK((std::min)(first, second) == doctest::Approx(d.least_violation).epsilon(1e-9));  // all that the proof shows
}

TEST_CASE_TEMPLATE("limits of very different size: a proof is one for every choice, not up to rounding", T, float, double) {
  // the second limit forbids choice 0; the first then has nothing to balance choice 1 with
  const double large = std::exp2(40.0), huge = std::exp2(88.0);
  two_limits<T> p{{T(0.25), static_cast<T>(-large), static_cast<T>(huge), T(0)}, {0, 0}, {ra::sense::equal, ra::sense::at_most}};
  const auto d = p.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.least_violation > 0);
  CHECK(0.25 * d.proof[0] + huge * d.proof[1] >= d.least_violation * (1 - 1e-9));
  CHECK(-large * d.proof[0] >= d.least_violation * (1 - 1e-9));
}

TEST_CASE_TEMPLATE("limits of very different size: the proof of the least violation is one for every choice", T, float,
                   double) {
  // choice 1 is just ruled out by the y that proves most: by 1e-9, as the difference of numbers of 1e23
  ra::random_generator g(44);
  const auto digits = [&] { return 1 + 9 * ra::uniform(g); };
  for (int i = 0; i < 20; ++i) {
    const double budget = 1e-9 * digits();
    const T first = static_cast<T>(1e24 * digits()), second = static_cast<T>(1e23 * digits());
    two_limits<T> p{{T(0), first, T(0), static_cast<T>(-1e33 * digits()), second, T(0)},
                    {budget, budget},
                    {ra::sense::equal, ra::sense::equal},
                    std::vector<T>(3)};
    const auto d = p.decide();
    REQUIRE(d.status == ra::status::infeasible);
    for (std::size_t a = 0; a < 3; ++a) {
      long double sum = 0;  // its digits tell
      for (std::size_t j = 0; j < 2; ++j)
        sum += static_cast<long double>(d.proof[j]) *
               (static_cast<long double>(p.costs[3 * j + a]) - static_cast<long double>(budget));
      CHECK(static_cast<double>(sum) >= d.least_violation * (1 - 1e-9));
    }
    // with choices 1 and 2 alone, y is proportional to (second, -first)
    const double one = static_cast<double>(first), other = static_cast<double>(second);
    CHECK(d.least_violation == doctest::Approx(budget * (one - other) / (one + other)).epsilon(1e-9));
  }
}

TEST_CASE_TEMPLATE("numbers at the ends of their range", T, float, double) {
  const std::vector<T> prior{T(0), T(0)}, zeros{T(0), T(0)};
  const std::vector<double> tiny{-4e-312}, one{1};
  ra::decision_workspace<T> work;
  ra::decision_problem<T> p{.log_prior = {prior.data(), 2}};
  SUBCASE("a budget whose inverse is no number: what is refused has a proof") {
    p.costs = {zeros.data(), 1, 2};
    p.budgets = tiny;
    const auto d = ra::decide(p, work);
    const volatile double budget = tiny[0];  // zero where -ffast-math has denormals flushed
    if (sizeof(T) == 8 && budget < 0) REQUIRE(d.status == ra::status::infeasible);
    if (d.status == ra::status::infeasible) CHECK(d.proof[0] == doctest::Approx(1));
    if (ra::succeeded(d.status)) CHECK(d.excess < 1e-300);
  }
  SUBCASE("limits whose sizes are farther apart than doubles reach") {
    if constexpr (sizeof(T) == 8) {
      for (const double large : {1e154, 1e298}) {
        const std::vector<T> costs{0, T(large), T(1e-310), 0};
        const volatile T smallest = costs[2];  // zero where -ffast-math has denormals flushed
        if (!(smallest > 0)) return;
        const std::vector<double> none{0, 0};
        p.costs = {costs.data(), 2, 2};
        p.budgets = none;
        const auto d = ra::decide(p, work);
        REQUIRE(d.status == ra::status::infeasible);
        CHECK(d.least_violation > 0);
        CHECK(d.proof[0] > 0);
        CHECK(d.proof[1] > 0);
        CHECK(d.proof[0] + d.proof[1] == doctest::Approx(1));
      }
    }
  }
  SUBCASE("beta with no inverse is refused") {
    p.beta = 1e-310;
    CHECK_THROWS_WITH_AS((void)ra::decide(p, work), doctest::Contains("beta"), ra::contract_error);
  }
  SUBCASE("objectives that beta lifts beyond the range give no answer that claims to be one") {
    const std::vector<T> huge{T(-1e30), T(-1e30)};
    p.objectives = {huge.data(), 1, 2};
    p.beta = 1e-290;
    CHECK(ra::decide(p, sc::linear{}, one, work).status == ra::status::not_converged);
    CHECK(ra::decide(p, sc::softmin{}, one, work).status == ra::status::not_converged);
  }
}

TEST_CASE_TEMPLATE("at least, and exactly", T, float, double) {
  const std::vector<T> prior{T(0), T(0.5), T(-1), T(0.2)};
  const std::vector<T> values{T(0.1), T(0.4), T(0.8), T(0.3), T(1), T(2), T(3), T(4)};
  const std::vector<double> bounds{0.5, 2.2};
  const std::vector<ra::sense> senses{ra::sense::at_least, ra::sense::equal};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 4}};
  p.costs = {values.data(), 2, 4};
  p.budgets = bounds;
  p.senses = senses;
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, work);
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.cost_values[0] >= 0.5 - 1e-12);
  CHECK(d.cost_values[1] == doctest::Approx(2.2).epsilon(1e-12));
  CHECK(d.multipliers[0] >= 0);
  CHECK(std::abs(d.gap) < 1e-6);
}

TEST_CASE_TEMPLATE("duplicate limits share their price and change nothing", T, float, double) {
  small<T> once;
  const auto one = once.project();
  const std::vector<T> expected(one.probs.begin(), one.probs.end());
  std::vector<T> twice = once.cost;
  twice.insert(twice.end(), once.cost.begin(), once.cost.end());
  const std::vector<double> bounds{0.1, 0.1};
  ra::decision_problem<T> p{.log_prior = {once.log_prior.data(), 4}};
  p.costs = {twice.data(), 2, 4};
  p.budgets = bounds;
  const auto d = ra::decide(p, once.work);
  REQUIRE(d.status == ra::status::ok);
  for (std::size_t a = 0; a < 4; ++a) CHECK(d.probs[a] == doctest::Approx(expected[a]).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("logits of 1e4 on the costly choice", T, float, double) {
  const std::vector<T> prior{T(1e4), T(-1e4), T(0)};
  const std::vector<T> cost{T(1), T(0), T(0.5)};
  const std::vector<double> bound{0.3};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 3}};
  p.costs = {cost.data(), 1, 3};
  p.budgets = bound;
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, work);
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.cost_values[0] == doctest::Approx(0.3).epsilon(1e-9));
  CHECK(std::abs(d.gap) <= 1e-7 * (1 + std::abs(d.value)));
  CHECK(d.passes <= 14);  // tangents meet near the optimum; halving takes more than a hundred
}

TEST_CASE_TEMPLATE("without limits and prices one pass is the answer, and a refusal takes none", T, float, double) {
  const std::vector<T> prior{T(0), T(1)}, cost{T(1), T(2)};
  const std::vector<double> impossible{0.5};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 2}};
  ra::decision_workspace<T> work;
  CHECK(ra::decide(p, work).passes == 1);
  p.costs = {cost.data(), 1, 2};
  p.budgets = impossible;
  CHECK(ra::decide(p, work).passes == 0);
}

TEST_CASE_TEMPLATE("few Newton steps: a budget with a closed form", T, float, double) {
  small<T> s;
  const auto d = s.project();
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.passes <= 14);
}

TEST_CASE("a step over the prices minimises its quadratic, and promises what that is worth") {
  // one price: s = -g / h promises g^2 / 2h, a bound less
  price_step{{-3}, {2}, {0}}.check({1.5}, 2.25);
  price_step{{3}, {2}, {0}}.check({-1.5}, 2.25);
  price_step{{3}, {2}, {-1}}.check({-1}, 2);
  price_step{{3}, {2}, {0}, 1}.check({0}, 0);
  price_step{{3}, {0}, {0}}.check({0}, 0);
  // two: alone, with a bound, with a sum to keep, and coupled
  price_step{{-3, 4}, {2, 0, 0, 4}, {0, 0}}.check({1.5, -1}, 4.25);
  price_step{{-3, 4}, {2, 0, 0, 4}, {-0.5, -0.5}}.check({1.5, -0.5}, 3.75);
  price_step{{-3, 4}, {2, 0, 0, 4}, {0, 0}, 2}.check({7.0 / 6, -7.0 / 6}, 49.0 / 12);
  price_step{{-3, 0}, {2, 1, 1, 2}, {0, 0}}.check({2, -1}, 3);
  price_step{{-3, 0}, {2, 1, 1, 2}, {-0.5, -0.5}}.check({1.75, -0.5}, 2.8125);
}

TEST_CASE("a step over many prices meets its optimality conditions") {
  ra::random_generator g(61);
  for (int trial = 0; trial < 400; ++trial) {
    CAPTURE(trial);
    const std::size_t n = 2 + ra::uniform_index(g, 4), tied = ra::uniform_index(g, n + 1);
    std::vector<double> slopes(n), H(n * n, 0.0), low(n), root(n * n), s(n);
    std::vector<unsigned char> bounded(n);
    for (double& x : root) x = ra::normal(g);
    for (std::size_t i = 0; i < n; ++i) {
      slopes[i] = 2 * ra::normal(g);
      bounded[i] = ra::uniform(g) < 0.8 ? 1 : 0;
      low[i] = ra::uniform(g) < 0.3 ? 0.0 : -ra::uniform(g);
      H[i * n + i] = 0.05;
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t k = 0; k < n; ++k) H[i * n + j] += root[k * n + i] * root[k * n + j];
    }
    ra::detail::quadratic_step step;
    CHECK(step.solve({.g = slopes, .H = H, .low = low, .bounded = bounded, .tied = tied}, s) >= 0);

    const auto fixed = [&](std::size_t i) { return bounded[i] != 0 && s[i] <= low[i]; };
    const auto slope = [&](std::size_t i) {
      double sum = slopes[i];
      for (std::size_t j = 0; j < n; ++j) sum += H[i * n + j] * s[j];
      return sum;
    };
    double kept = 0, price = 0;  // of the tie: the slope of each free coordinate in it
    bool priced = false;
    for (std::size_t i = 0; i < tied; ++i) {
      kept += s[i];
      if (fixed(i)) continue;
      price = slope(i);
      priced = true;
    }
    CHECK(kept == doctest::Approx(0).scale(1));
    for (std::size_t i = 0; i < n; ++i) {
      if (i < tied && !priced) continue;  // nothing can move
      const double left = slope(i) - (i < tied ? price : 0.0);
      CHECK((!bounded[i] || s[i] >= low[i]));
      CHECK((fixed(i) ? left >= -1e-8 : std::fabs(left) < 1e-8));
    }
  }
}

TEST_CASE("the linear program of the limits: a corner, a tie, no bound") {
  ra::detail::linear_program program;
  std::vector<double> x{9, 9};
  const auto solve = [&](const std::vector<double>& objective, const std::vector<std::vector<double>>& rows,
                         const std::vector<double>& limits) {
    program.start(objective);
    for (std::size_t i = 0; i < rows.size(); ++i) program.add(rows[i], limits[i]);
    return program.solve(x);
  };
  REQUIRE(solve({1, 1}, {{1, 2}, {2, 1}}, {4, 4}));
  CHECK(x[0] == doctest::Approx(4.0 / 3));
  CHECK(x[1] == doctest::Approx(4.0 / 3));
  REQUIRE(solve({3, 5}, {{1, 0}, {0, 2}, {3, 2}}, {4, 12, 18}));
  CHECK(x[0] == doctest::Approx(2));
  CHECK(x[1] == doctest::Approx(6));
  REQUIRE(solve({2, 1}, {{1, 0}, {1, -1}, {0, 1}}, {1, 1, 3}));  // two rows stop the first variable at once
  CHECK(x[0] == doctest::Approx(1));
  CHECK(x[1] == doctest::Approx(3));
  REQUIRE(solve({3, 2}, {{3, 1}, {4, 0}}, {9, 8}));  // the last row stops the first step, and lets go in the end
  CHECK(x[0] == doctest::Approx(0));
  CHECK(x[1] == doctest::Approx(9));
  REQUIRE(solve({-1, -2}, {{1, 1}}, {1}));
  CHECK(x[0] == 0);
  CHECK(x[1] == 0);
  CHECK_FALSE(solve({1, 0}, {{0, 1}, {-1, 1}}, {1, 2}));
}

TEST_CASE("a system is solved by its factors") {
  // A = L D L' with L = (1; 2 1; -1 3 1), D = (4, 2, 1/2); the upper half is not read
  std::vector<double> A{4, 0, 0, 8, 18, 0, -4, -2, 22.5}, x{-8, 4.5, 71.25};
  ra::detail::cholesky_solve(A, x);
  CHECK(x[0] == 2);
  CHECK(x[1] == -0.25);
  CHECK(x[2] == 3.5);
}

TEST_CASE("a system without a pivot left keeps that unknown at zero") {
  std::vector<double> A{4, 0, 2, 1}, x{2, 3};  // the lower half of a matrix of rank one
  ra::detail::cholesky_solve(A, x);
  CHECK(x[0] == 0.5);
  CHECK(x[1] == 0);
}

TEST_CASE_TEMPLATE("a budget is strictly met in units of the costs, whatever their size", T, float, double) {
  for (const double unit : {0x1p-30, 1.0, 0x1p30}) {
    CAPTURE(unit);
    const std::vector<T> prior{T(0), T(0)}, cost{static_cast<T>(unit), static_cast<T>(2 * unit)}, free{T(0), cost[0]};
    const std::vector<double> near{(1 + 1e-13) * unit};  // nearer than what limits are told apart by
    ra::decision_problem<T> p{.log_prior = {prior.data(), 2}};
    p.costs = {cost.data(), 1, 2};
    p.budgets = near;
    ra::decision_workspace<T> work;
    auto d = ra::decide(p, work);
    CHECK(d.status == ra::status::face);
    CHECK(d.probs[1] == T(0));
    const std::vector<double> small{1e-13 * unit};  // but not near 0
    p.costs = {free.data(), 1, 2};
    p.budgets = small;
    d = ra::decide(p, work);
    CHECK(d.status == ra::status::ok);
    CHECK(d.probs[1] == doctest::Approx(1e-13).epsilon(1e-6).scale(0));
  }
}

TEST_CASE("a budget a hair above the least cost, under a small beta: no step is taken that makes the answer worse") {
  // the optimum lies where one choice gives way to another; full Newton steps leave it by far
  const std::vector<double> prior{0, 0, 0}, cost{0.02, 0, 1}, w{1, 1};
  realign_tests::on_every_isa([&] {
    ra::decision_workspace<double> work;
    for (const double budget : {3e-10, 1e-10})
      for (const double gain : {1.0, 2.4}) {
        CAPTURE(budget);
        CAPTURE(gain);
        const std::vector<double> objectives{0, 0, 0, gain, 0, 0}, bound{budget};
        ra::decision_problem<double> p{.log_prior = {prior.data(), 3}};
        p.objectives = {objectives.data(), 2, 3};
        p.costs = {cost.data(), 1, 3};
        p.budgets = bound;
        p.beta = 2e-8;
        const auto d = ra::decide(p, sc::chebyshev{.augmentation = 0.01}, w, work);
        CHECK(d.status == ra::status::ok);
        CHECK(std::abs(d.gap) <= 1e-7 * (1 + 2 * std::abs(d.value)));
        CHECK(d.excess <= 1e-9);
      }
  });
}

TEST_CASE("a gain beyond the numbers is not lost to a smaller loss beyond them") {
  const std::vector<double> prior{0, 0}, objectives{0, 1e168, 0, -1e38}, w{1, 1};
  realign_tests::on_every_isa([&] {
    ra::decision_workspace<double> work;
    ra::decision_problem<double> p{.log_prior = {prior.data(), 2}};
    p.objectives = {objectives.data(), 2, 2};
    p.beta = 1e-272;
    CHECK(ra::decide(p, sc::linear{}, w, work).status == ra::status::not_converged);
  });
}

TEST_CASE("a budget a hair above the least cost, under a small beta: a choice fades to what the budget leaves it") {
  const std::vector<double> prior{0, 0, 0}, cost{0.02, 0, 1}, objectives{0, 0, 0, 1, 0, 0}, w{1, 1};
  realign_tests::on_every_isa([&] {
    ra::decision_workspace<double> work;
    for (const double budget : {1e-11, 1e-10, 3e-10, 1e-9})
      for (const double beta : {1e-8, 3e-8, 1e-7, 3e-7, 1e-6, 1e-5}) {
        CAPTURE(budget);
        CAPTURE(beta);
        const std::vector<double> bound{budget};
        ra::decision_problem<double> p{.log_prior = {prior.data(), 3}};
        p.objectives = {objectives.data(), 2, 3};
        p.costs = {cost.data(), 1, 3};
        p.budgets = bound;
        p.beta = beta;
        const auto d = ra::decide(p, sc::chebyshev{.augmentation = 0.01}, w, work);
        CHECK(d.status == ra::status::ok);
        const double left = budget / 0.02;  // of choice 0, where its price per log-probability makes up for its gain
        CHECK(d.probs[0] == doctest::Approx(left).epsilon(1e-5).scale(0));
        CHECK(d.multipliers[0] == doctest::Approx((1.01 - beta * std::log(left)) / 0.02).epsilon(1e-12));
        CHECK(d.excess <= 1e-6 * budget);
      }
  });
}

TEST_CASE_TEMPLATE("random programs with budgets a hair above the least costs, under small betas", T, float, double) {
  ra::random_generator g(31);
  ra::decision_workspace<T> work;
  std::size_t answers = 0, open = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::size_t v = 3 + ra::uniform_index(g, 4), m = 1 + ra::uniform_index(g, 3), k = 1 + ra::uniform_index(g, 2);
    program<T> p = random_program<T>(g, v, m, k, std::pow(10.0, 4 * ra::uniform(g) - 13));
    p.beta = std::pow(10.0, 4 * ra::uniform(g) - 8);
    if (round % 4 == 3)  // gains for Nash
      for (T& q : p.objectives) q = std::abs(q) + T(0.1);
    const auto d = round % 4 == 0   ? ra::decide(p.view(), sc::linear{}, p.weights, work)
                   : round % 4 == 1 ? ra::decide(p.view(), sc::chebyshev{.augmentation = 0.01}, p.weights, work)
                   : round % 4 == 2 ? ra::decide(p.view(), sc::maxmin{}, p.weights, work)
                                    : ra::decide(p.view(), sc::nash{}, p.weights, work);
    answers += ra::succeeded(d.status) ? 1U : 0U;
    open += d.status == ra::status::not_converged ? 1U : 0U;
  }
  CHECK(answers > 900);
  CHECK(open <= 1);
}

TEST_CASE_TEMPLATE("one choice", T, float, double) {
  const std::vector<T> prior{T(-3)}, objective{T(2)}, cost{T(0.5)};
  const std::vector<double> bound{0.5}, w{1};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 1}};
  p.objectives = {objective.data(), 1, 1};
  p.costs = {cost.data(), 1, 1};
  p.budgets = bound;
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, sc::nash{}, w, work);
  REQUIRE(ra::succeeded(d.status));
  CHECK(d.probs[0] == 1);
  CHECK(d.value == doctest::Approx(std::log(2.0)));
}

TEST_CASE_TEMPLATE("an objective of weight zero is not read, an impossible one forbids", T, float, double) {
  const T never = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  const std::vector<T> prior{T(0), T(0), T(0)};
  std::vector<T> objectives{T(1), never, T(0), nan, never, T(0)};
  const std::vector<double> w{1, 0};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 3}};
  p.objectives = {objectives.data(), 2, 3};
  ra::decision_workspace<T> work;
  const auto check = [&](const auto& f) {
    const auto d = ra::decide(p, f, w, work);
    REQUIRE(ra::succeeded(d.status));
    CHECK(d.probs[1] == 0);
    CHECK(d.probs[0] > d.probs[2]);
  };
  check(sc::linear{});
  check(sc::chebyshev{});
  check(sc::nash{sc::anchor::kind::worst});
}

TEST_CASE_TEMPLATE("behind an objective of weight zero the others are the rows that are priced", T, float, double) {
  const std::vector<T> prior{T(0), T(0)}, objectives{T(5), T(0), T(0), T(1)};
  const std::vector<double> w{0, 1};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 2}};
  p.objectives = {objectives.data(), 2, 2};
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, sc::chebyshev{}, w, work);
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.log_probs[1] - d.log_probs[0] == doctest::Approx(1));  // beta = 1: p ~ exp(J)
  CHECK(d.prices[0] == 0);
  CHECK(d.prices[1] == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("gains over the prior are gains over its mean", T, float, double) {
  const std::vector<T> prior{T(0), static_cast<T>(std::log(3.0))}, objective{T(1), T(5)};
  const std::vector<double> w{1};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 2}};
  p.objectives = {objective.data(), 1, 2};
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, sc::chebyshev{.reference = sc::anchor::kind::prior}, w, work);
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.value + d.kl == doctest::Approx(d.objective_values[0] - 4));  // (1 + 3 * 5) / 4
}

TEST_CASE_TEMPLATE("no gain, no support", T, float, double) {
  const std::vector<T> prior{T(0), T(0)};
  const std::vector<T> objectives{T(1), T(-1), T(-1), T(1)};
  const std::vector<double> w{0.5, 0.5};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 2}};
  p.objectives = {objectives.data(), 2, 2};
  ra::decision_workspace<T> work;
  // J_1 + J_2 = 0 whatever p is: both cannot exceed 0
  CHECK(ra::decide(p, sc::nash{}, w, work).status == ra::status::no_gain);
  CHECK(ra::decide(p, sc::nash{sc::anchor{-0.5, -0.5}}, w, work).status == ra::status::ok);
  const std::vector<unsigned char> none{0, 0};
  p.allowed = none;
  CHECK(ra::decide(p, sc::linear{}, w, work).status == ra::status::no_support);
}

TEST_CASE_TEMPLATE("chebyshev with reference 0 and weights 1 is maxmin; softmin tends to it", T, float, double) {
  ra::random_generator g(5);
  ra::decision_workspace<T> work;
  for (int round = 0; round < 20; ++round) {
    program<T> p = random_program<T>(g, 8, 3, 1, 0.8);
    const std::vector<double> ones{1, 1, 1};
    const auto m = ra::decide(p.view(), sc::maxmin{}, p.weights, work);
    if (m.status == ra::status::infeasible) continue;
    const double value = m.value;
    const std::vector<T> probs(m.probs.begin(), m.probs.end());
    const auto c = ra::decide(p.view(), sc::chebyshev{.reference = sc::anchor{}}, ones, work);
    CHECK(c.value == doctest::Approx(value).epsilon(1e-6));
    for (std::size_t a = 0; a < probs.size(); ++a) CHECK(c.probs[a] == doctest::Approx(probs[a]).epsilon(1e-4));
    const auto s = ra::decide(p.view(), sc::softmin{.tau = 1e5}, p.weights, work);
    CHECK(s.value == doctest::Approx(value).epsilon(1e-3));
  }
}

TEST_CASE_TEMPLATE("maxmin: an objective that is never the least has a price of zero, not nearly", T, float, double) {
  const std::vector<T> prior{T(0), T(0.5), T(-1)};
  const std::vector<T> objectives{T(0.2), T(-0.4), T(0.7), /* the other: */ T(3), T(5), T(4)};
  const std::vector<double> w{0.5, 0.5};
  ra::decision_problem<T> p{.log_prior = {prior.data(), 3}};
  p.objectives = {objectives.data(), 2, 3};
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p, sc::maxmin{}, w, work);
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.prices[0] == 1.0);
  CHECK(d.prices[1] == 0.0);
}

TEST_CASE_TEMPLATE("permuting the choices permutes the answer; shifting the logits changes nothing", T, float, double) {
  ra::random_generator g(9);
  program<T> p = random_program<T>(g, 6, 2, 1, 0.5);
  ra::decision_workspace<T> work;
  const auto d = ra::decide(p.view(), sc::chebyshev{}, p.weights, work);
  REQUIRE(ra::succeeded(d.status));
  const std::vector<T> before(d.probs.begin(), d.probs.end());
  program<T> q = p;
  for (std::size_t a = 0; a < 6; ++a) {
    q.log_prior[a] = p.log_prior[5 - a] + T(3);
    for (std::size_t i = 0; i < 2; ++i) q.objectives[i * 6 + a] = p.objectives[i * 6 + 5 - a];
    q.costs[a] = p.costs[5 - a];
  }
  const auto e = ra::decide(q.view(), sc::chebyshev{}, q.weights, work);
  for (std::size_t a = 0; a < 6; ++a) CHECK(e.probs[a] == doctest::Approx(before[5 - a]).epsilon(1e-4));
}

TEST_CASE("bad problems are refused by name") {
  const std::vector<double> prior{0, 0}, row{1, 2};
  const std::vector<double> w{0.5, 0.5}, bound{1}, two{1, 1};
  ra::decision_workspace<double> work;
  ra::decision_problem<double> p{.log_prior = {prior.data(), 2}};
  p.objectives = {row.data(), 1, 2};
  CHECK_THROWS_WITH_AS((void)ra::decide(p, sc::linear{}, w, work), doctest::Contains("weights"), ra::contract_error);
  const std::vector<double> one{1};
  p.beta = 0;
  CHECK_THROWS_WITH_AS((void)ra::decide(p, sc::linear{}, one, work), doctest::Contains("beta"), ra::contract_error);
  p.beta = 1;
  p.budgets = bound;
  CHECK_THROWS_WITH_AS((void)ra::decide(p, sc::linear{}, one, work), doctest::Contains("budgets"), ra::contract_error);
  p.budgets = {};
  const std::vector<double> nan{ra::not_a_number<double>(), 0};
  p.log_prior = {nan.data(), 2};
  CHECK_THROWS_WITH_AS((void)ra::decide(p, sc::linear{}, one, work), doctest::Contains("log_prior"), ra::contract_error);
  for (const double bad : {ra::not_a_number<double>(), ra::pos_infinity<double>()}) {
    const std::vector<double> second{0, bad};
    p.log_prior = {second.data(), 2};
    CHECK_THROWS_WITH_AS((void)ra::decide(p, sc::linear{}, one, work), doctest::Contains("at choice 1"), ra::contract_error);
  }
  p.log_prior = {prior.data(), 2};
  p.objectives = {nan.data(), 1, 2};
  CHECK_THROWS_WITH_AS((void)ra::decide(p, sc::linear{}, one, work), doctest::Contains("row 0"), ra::contract_error);
  p.objectives = {row.data(), 1, 2};
  const std::vector<double> negative{-1};
  CHECK_THROWS_WITH_AS((void)ra::decide(p, sc::linear{}, negative, work), doctest::Contains("weights"), ra::contract_error);
}

TEST_CASE("extreme random programs: certified, refused with a valid proof, or honestly not converged") {
  ra::random_generator g(2024);
  ra::decision_workspace<double> work;
  std::size_t answers = 0, refusals = 0, open = 0;
  for (int round = 0; round < 400; ++round) {
    const std::size_t v = 1 + ra::uniform_index(g, 20), m = 1 + ra::uniform_index(g, 4), k = ra::uniform_index(g, 4);
    const std::array<double, 6> shares{0, 1e-9, 1e-4, 0.1, 1.2, -0.05};
    program<double> p = random_program<double>(g, v, m, k, shares[ra::uniform_index(g, shares.size())]);
    const std::array<double, 4> sizes{1, 100, 1e4, 1e-3};
    const double size = sizes[ra::uniform_index(g, 4)];
    for (double& l : p.log_prior) l = ra::uniform(g) < 0.1 ? ra::neg_infinity<double>() : l * size;
    p.beta = std::pow(10.0, 3 * ra::uniform(g) - 2);
    const auto d = round % 2 == 0 ? ra::decide(p.view(), sc::chebyshev{.augmentation = 0.01}, p.weights, work)
                                  : ra::decide(p.view(), sc::linear{}, p.weights, work);
    if (ra::succeeded(d.status)) {
      ++answers;
      CHECK(std::abs(d.gap) <= 1e-7 * (1 + 2 * std::abs(d.value)));
      CHECK(d.excess <= 1e-9);
    } else if (d.status == ra::status::infeasible) {
      ++refusals;
      for (std::size_t a = 0; a < v; ++a) {
        if (ra::is_neg_inf(p.log_prior[a])) continue;
        double short_by = 0;
        for (std::size_t j = 0; j < k; ++j) short_by += d.proof[j] * (p.cost(j, a) - p.budgets[j]);
        CHECK(short_by > 0);
      }
    } else {
      open += d.status == ra::status::not_converged ? 1U : 0U;
    }
  }
  CHECK(answers > 200);
  CHECK(refusals > 20);
  CHECK(open <= 2);
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("a cost that is to be equal to its budget is a number", T, float, double) {
  const std::vector<T> prior(3, T(0));
  const std::vector<double> bound{1.5};
  const std::vector<ra::sense> senses{ra::sense::equal};
  for (const T bad : {ra::neg_infinity<T>(), ra::pos_infinity<T>()}) {
    const std::vector<T> cost{bad, T(1), T(2)};
    ra::decision_problem<T> p{.log_prior = prior};
    p.costs = {cost.data(), 1, 3};
    p.budgets = bound;
    p.senses = senses;
    ra::decision_workspace<T> work;
    CHECK_THROWS_WITH_AS((void)ra::decide(p, work), doctest::Contains("costs: expected numbers, got"), ra::contract_error);
  }
}

TEST_CASE_TEMPLATE("an answer is no part of the next problem in its workspace", T, float, double) {
  const std::vector<T> prior{T(0), T(1), T(2)};
  ra::decision_workspace<T> work, other;
  ra::decision_problem<T> p{.log_prior = prior};
  const auto d = ra::decide(p, work);
  p.log_prior = d.log_probs;
  CHECK_THROWS_WITH_AS((void)ra::decide(p, work), doctest::Contains("log_prior: expected rows outside the workspace"),
                       ra::contract_error);
  CHECK(ra::decide(p, other).status == ra::status::ok);
}
#endif
