// SPDX-License-Identifier: MIT
// Limits whose numbers differ in size: a penalty of 10^6 hides nothing.
#include <realign/decide/decide.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/scalarize/scalarize.hpp>

namespace ra = realign;

namespace {

template <class T>
struct limited {
  std::vector<T> prior, costs;  // K x V
  std::vector<double> budgets;
  std::vector<ra::sense> senses;
  ra::decision_workspace<T> work = {};

  limited(std::vector<T> rows, std::vector<double> b, ra::sense s = ra::sense::at_most)
      : prior(rows.size() / b.size(), T(0)), costs(std::move(rows)), budgets(std::move(b)), senses(budgets.size(), s) {}

  ra::decision<T> decide() {
    ra::decision_problem<T> p{.log_prior = {prior.data(), prior.size()}};
    p.costs = {costs.data(), budgets.size(), prior.size()};
    p.budgets = budgets;
    p.senses = senses;
    return ra::decide(p, work);
  }
  /// sum_j y_j (cost_j(a) - budget_j), the least over the choices.
  double proved(std::span<const double> y) const {
    double least = ra::pos_infinity<double>();
    for (std::size_t a = 0; a < prior.size(); ++a) {
      double sum = 0;
      for (std::size_t j = 0; j < budgets.size(); ++j)
        sum += y[j] * (static_cast<double>(costs[j * prior.size() + a]) - budgets[j]);
      least = std::min(least, sum);
    }
    return least;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("a budget below every cost is refused, however large some cost is", T, float, double) {
  for (const double penalty : {1.0, 1e4, 1e6, 1e9, 1e12})
    for (const double budget : {0.05, 0.0, -1.0}) {
      CAPTURE(penalty);
      CAPTURE(budget);
      limited<T> p({T(0.25), T(0.5), static_cast<T>(penalty)}, {budget});
      const auto d = p.decide();
      REQUIRE(d.status == ra::status::infeasible);
      CHECK(d.least_violation == doctest::Approx(0.25 - budget));
      CHECK(d.proof[0] == 1.0);
    }
}

TEST_CASE("a budget a hair below every cost is refused, beside limits of other sizes") {
  limited<float> p({0.057810124F, 0.00903933682F, 2.70011378e-06F, 0.107370369F, 961.391174F, 19216.5156F, 0.00104599795F,
                    2.00904433e-05F, 4.00779486F},
                   {0.0090393372168414785, 19199.304678010823, 2.0090305608209887e-05});
  const auto d = p.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(p.proved(d.proof) > 0);
}

TEST_CASE_TEMPLATE("a choice within the budget is mixed with one beyond it, however large some cost is", T, float, double) {
  for (const double penalty : {1e2, 1e4, 1e6, 1e10, 1e14}) {
    CAPTURE(penalty);
    limited<T> p({T(0), static_cast<T>(0.04), static_cast<T>(penalty)}, {0.0075});
    const auto d = p.decide();
    CHECK(d.status == ra::status::ok);
    CHECK(d.probs[0] == doctest::Approx(0.8125).epsilon(1e-6));
    CHECK(d.probs[1] == doctest::Approx(0.1875).epsilon(1e-6));
    CHECK(d.excess <= 1e-8 * 0.0075);
    CHECK(std::fabs(d.gap) < 1e-8);
  }
}

TEST_CASE_TEMPLATE("an equality with a small share of a large cost", T, float, double) {
  for (const double large : {1e3, 1e6, 1e9}) {
    CAPTURE(large);
    limited<T> p({T(0), static_cast<T>(large)}, {0.125}, ra::sense::equal);
    const auto d = p.decide();
    CHECK(d.status == ra::status::ok);
    CHECK(static_cast<double>(d.probs[1]) * static_cast<double>(static_cast<T>(large)) == doctest::Approx(0.125).epsilon(1e-6));
    CHECK(d.excess < 1e-9);
  }
}

TEST_CASE("a cost that float rounds above its budget is within it, to rounding") {
  for (const float other : {0.2f, 1e6f}) {
    limited<float> p({0.1f, other, 0.1f}, {0.1});
    REQUIRE(static_cast<double>(0.1f) > 0.1);
    const auto d = p.decide();
    CHECK(d.status == ra::status::face);
    CHECK(d.probs[0] == doctest::Approx(0.5));
    CHECK(d.probs[1] == 0.0f);
    CHECK(d.gap == doctest::Approx(0));
    CHECK(d.excess < 1e-8);
  }
}

TEST_CASE_TEMPLATE("gains are found beside a choice that loses much", T, float, double) {
  for (const double loss : {1.0, 1e4, 1e6, 1e13}) {
    CAPTURE(loss);
    const std::vector<T> prior(3, T(0)), objective{T(0.5), T(1), static_cast<T>(-loss)};
    const std::vector<double> w{1};
    ra::decision_problem<T> p{.log_prior = {prior.data(), 3}};
    p.objectives = {objective.data(), 1, 3};
    ra::decision_workspace<T> work;
    const auto d = ra::decide(p, ra::scalarize::nash{ra::scalarize::anchor{0.75}}, w, work);
    REQUIRE(d.status == ra::status::ok);
    CHECK(d.objective_values[0] > 0.75);
    CHECK(std::fabs(d.gap) < 1e-6);
  }
}

TEST_CASE_TEMPLATE("whether limits can be met does not depend on choices beyond all of them", T, float, double) {
  ra::random_generator g(17);
  std::size_t refused = 0, answered = 0;
  for (int round = 0; round < 300; ++round) {
    const std::size_t k = 1 + ra::uniform_index(g, 3), v = 2 + ra::uniform_index(g, 6);
    std::vector<double> budgets(k);
    for (double& b : budgets) b = 0.3 + 0.2 * ra::uniform(g);
    std::vector<T> few(k * v);
    for (T& x : few) x = static_cast<T>(ra::uniform(g));
    const bool possible = ra::succeeded(limited<T>(few, budgets).decide().status);
    for (const double penalty : {1e3, 1e6, 1e9}) {
      CAPTURE(round);
      CAPTURE(penalty);
      std::vector<T> more;
      for (std::size_t j = 0; j < k; ++j) {
        more.insert(more.end(), few.begin() + static_cast<std::ptrdiff_t>(j * v), few.begin() + static_cast<std::ptrdiff_t>((j + 1) * v));
        for (int extra = 0; extra < 3; ++extra) more.push_back(static_cast<T>(penalty * (0.5 + ra::uniform(g))));
      }
      limited<T> p(more, budgets);
      const auto d = p.decide();
      if (possible) {
        ++answered;
        CHECK(ra::succeeded(d.status));
        for (std::size_t j = 0; j < k; ++j) CHECK(d.cost_values[j] <= budgets[j] * (1 + 4e-6));
      } else {
        ++refused;
        REQUIRE(d.status == ra::status::infeasible);
        CHECK(d.least_violation > 0);
        CHECK(p.proved(d.proof) >= d.least_violation * (1 - 1e-9));
      }
    }
  }
  CHECK(refused > 100);
  CHECK(answered > 100);
}

TEST_CASE("a row that all choices meet to rounding hides no other") {
  for (const double near : {1 - 1e-7, 1.00001}) {
    CAPTURE(near);
    limited<double> p({0.3, 0.3, near, 2, 1.1, 0}, {0.1 + 0.2, 1, 2});
    CHECK(p.decide().status == (near < 1 ? ra::status::ok : ra::status::infeasible));
  }
  limited<double> mixed({0.3, 0.3, 1 - 1e-7, 1.0001, 1.1, 0}, {0.1 + 0.2, 1, 1.0999});
  const auto d = mixed.decide();
  CHECK(d.status == ra::status::ok);
  CHECK(d.probs[0] == doctest::Approx(0.999001).epsilon(1e-6));
  limited<float> missed({0.1f, 0.1f, 1.001f, 2.0f}, {0.1, 1});
  const auto refused = missed.decide();
  CHECK(refused.status == ra::status::infeasible);
  CHECK(refused.least_violation == doctest::Approx(1e-3).epsilon(1e-4));
}

TEST_CASE_TEMPLATE("a cost of 1e10 on a choice that is of no use leaves room beside it", T, float, double) {
  const T huge = static_cast<T>(1e10), vast = static_cast<T>(1e12);
  const auto meets = [](std::vector<T> costs) {
    limited<T> p(std::move(costs), {1, 1});
    const auto d = p.decide();
    CHECK(d.status == ra::status::ok);
    for (const double c : d.cost_values) CHECK(c <= 1 + 1e-6);
  };
  meets({T(0.999), T(2), huge, T(1.0001), T(0), T(0)});
  meets({T(0.6), T(3.5), vast, T(1.1), T(0), T(0)});
  limited<T> other({-huge, T(1), T(1), T(2), T(2), T(2)}, {0, 1});
  const auto d = other.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.least_violation == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("quotas whose sum is rounded above one cannot all be met, and the answer says by how much", T, float, double) {
  const double third = static_cast<double>(1.0f / 3), two_thirds = static_cast<double>(2.0f / 3);
  limited<T> p({T(1), T(0), T(0), T(1)}, {two_thirds, third}, ra::sense::at_least);
  const auto d = p.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.least_violation == doctest::Approx((two_thirds + third - 1) / 2).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("the least violation of an equality that asks for more than a limit allows", T, float, double) {
  for (const double size : {1.0, 1e6}) {
    limited<T> p({T(0), T(1), T(0), static_cast<T>(size)}, {0.8, 0.3 * size});
    p.senses[0] = ra::sense::equal;
    const auto d = p.decide();
    REQUIRE(d.status == ra::status::infeasible);
    CHECK(d.proof[0] < 0);
    CHECK(p.proved(d.proof) == doctest::Approx(d.least_violation).epsilon(1e-6));
    CHECK(d.least_violation == doctest::Approx(0.5 * size / (1 + size)).epsilon(1e-6));  // |q - 0.8| = size (q - 0.3)
  }
}

TEST_CASE("the least violation beside penalties, and in few passes") {
  limited<double> p({1e6, .69977487258490545, 1e6, .87690087053151844, .67121284385389168,
                     1e6, .48397671565014722, .84232448544728811, .37189361778069596, 1e6,
                     .66335156686014352, 1e6, .61544694163731251, .13245538574093205, .56994361215965617},
                    {.56568274684218811, .46173585902362246, .34408677688506339});
  const auto d = p.decide();
  REQUIRE(d.status == ra::status::infeasible);
  CHECK(d.least_violation == doctest::Approx(0.3112).epsilon(1e-4));
  CHECK(p.proved(d.proof) == doctest::Approx(d.least_violation).epsilon(1e-9));
  const double v = d.least_violation;
  for (double& b : p.budgets) b += v * (1 + 1e-6);
  CHECK(ra::succeeded(p.decide().status));
  for (const double penalty : {1e3, 1e6, 1e9, 1e12}) {
    CAPTURE(penalty);
    limited<double> q({0, penalty, 2, 3, 0.5, 1.5}, {1, 1});
    CHECK(q.decide().least_violation == doctest::Approx(5.0 / 7).epsilon(1e-6));
  }
}
