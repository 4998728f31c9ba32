// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/preference/all_pairs.hpp>
#include <realign/preference/objective.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace ra = realign;
namespace links = realign::link;

static_assert(ra::objective<ra::pairwise<links::logistic>>);
static_assert(ra::objective<ra::weighted<ra::pairwise<links::tilt>>>);
static_assert(ra::objective<ra::sum_of<ra::pairwise<links::hinge>, ra::linear_objective>>);

namespace {
template <class O>
void check_derivatives(const O& o, std::vector<double> s) {
  std::vector<double> ds(s.size(), 0.0), ignored(s.size());
  o(s, ds, 1.0);
  for (std::size_t k = 0; k < s.size(); ++k) {
    const double held = s[k], h = 1e-5;
    s[k] = held + h;
    const double above = o(s, ignored, 1.0);
    s[k] = held - h;
    const double below = o(s, ignored, 1.0);
    s[k] = held;
    CHECK(ds[k] == doctest::Approx((above - below) / (2 * h)).epsilon(1e-6));
  }
}

/// A regulariser on scores, as a user would write it.
struct sum_squared {
  double operator()(std::span<const double> s, std::span<double> ds, double weight) const {
    double sum = 0;
    for (const double x : s) sum += x;
    for (double& d : ds) d += weight * 2 * sum;
    return sum * sum;
  }
};
}  // namespace

TEST_CASE("pairwise: hand values") {
  const double s[2] = {1.0, 3.0};
  double ds[2] = {10.0, 20.0};
  const ra::pairwise<links::square> o{.link = {0.5}, .lambda = 0.5, .offset = 0.25, .gap = 1.0};
  CHECK(o.margin(s) == doctest::Approx(-1.75));
  CHECK(o(s, ds, 2.0) == doctest::Approx(2.25 * 2.25));
  CHECK(ds[0] == doctest::Approx(10.0 - 2 * 4.5));  // accumulates, scaled by the weight
  CHECK(ds[1] == doctest::Approx(20.0 + 2 * 0.5 * 4.5));
}

TEST_CASE("pairwise: derivatives of every link, label, lambda, offset and gap") {
  for (const double label : {0.0, 0.3, 0.5, 1.0})
    for (const double lambda : {0.0, 0.5, 1.0})
      for (const double shift : {0.0, 0.7}) {
        const std::vector<double> s{0.4, -0.9};
        check_derivatives(ra::pairwise<links::logistic>{{}, lambda, shift, 0.3, label}, s);
        check_derivatives(ra::pairwise<links::tilt>{{0.1}, lambda, shift, -0.3, label}, s);
        check_derivatives(ra::pairwise<links::hinge>{{0.9}, lambda, shift, 0.2, label}, s);
        check_derivatives(ra::pairwise<links::square>{{0.6}, lambda, shift, 0.2, label}, s);
      }
}

TEST_CASE("swapping the sides and the label leaves the loss unchanged") {
  ra::random_generator g(1);
  for (int n = 0; n < 100; ++n) {
    const double a[2] = {4 * ra::normal(g), 4 * ra::normal(g)}, b[2] = {a[1], a[0]};
    const double lambda = ra::uniform(g), y = ra::uniform(g), offset = ra::normal(g),
                 gap = ra::normal(g);
    double da[2] = {}, db[2] = {};
    const ra::pairwise<links::tilt> one{{0.2}, lambda, offset, gap, y},
        other{{0.2}, lambda, offset, -gap, 1 - y};
    CHECK(one(a, da) == doctest::Approx(other(b, db)).epsilon(1e-12));
    CHECK(da[0] == doctest::Approx(db[1]).epsilon(1e-12));
    CHECK(da[1] == doctest::Approx(db[0]).epsilon(1e-12));
  }
}

TEST_CASE("the one-call form of a soft label equals two directions") {
  ra::random_generator g(2);
  for (int n = 0; n < 100; ++n) {
    const double s[2] = {ra::normal(g), ra::normal(g)}, swapped[2] = {s[1], s[0]};
    const double y = ra::uniform(g);
    double ds[2] = {}, forward[2] = {}, backward[2] = {};
    const double loss = ra::pairwise<links::logistic>{.link = {}, .label = y}(s, ds);
    const ra::pairwise<links::logistic> hard{};
    CHECK(loss == doctest::Approx(y * hard(s, forward) + (1 - y) * hard(swapped, backward)));
    CHECK(ds[0] == doctest::Approx(y * forward[0] + (1 - y) * backward[1]));
  }
}

TEST_CASE("a soft label with a target margin is two links, not a tilt") {
  const double s[2] = {0.5, 0.2};
  double ds[2] = {};
  const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
  const double loss = ra::pairwise<links::logistic>{.link = {}, .offset = 0.7, .label = 0.8}(s, ds);
  CHECK(loss == doctest::Approx(0.8 * softplus(0.4) + 0.2 * softplus(1.0)));
}

TEST_CASE("a soft label with lambda below 1 is two links, not a tilt") {
  const double s[2] = {-1.0, -2.0};
  double ds[2] = {};
  const double loss = ra::pairwise<links::logistic>{.link = {}, .lambda = 0.5, .label = 0.7}(s, ds);
  const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
  CHECK(loss == doctest::Approx(0.7 * softplus(-0.0) + 0.3 * softplus(1.5)));
  CHECK(loss != doctest::Approx(links::tilt{0.3}(0.0).value));
}

TEST_CASE("ties: with lambda below 1 both scores still rise") {
  const double zero[2] = {0.0, 0.0};
  double ds[2] = {};
  ra::pairwise<links::logistic>{.link = {}, .lambda = 0.6, .label = 0.5}(zero, ds);
  CHECK(ds[0] == doctest::Approx(-(1 - 0.6) / 4));
  CHECK(ds[1] == doctest::Approx(ds[0]));
  double none[2] = {};
  ra::pairwise<links::logistic>{.link = {}, .label = 0.5}(zero, none);
  CHECK(none[0] == 0.0);
  CHECK(none[1] == 0.0);
}

TEST_CASE("0 * inf in the unused label direction") {
  const double down = ra::neg_infinity<double>();
  for (const double lambda : {0.5, 1.0}) {
    double ds[2] = {};
    const double impossible_loser[2] = {-1.0, down};
    CHECK(ra::pairwise<links::logistic>{.link = {}, .lambda = lambda}(impossible_loser, ds) == 0.0);
    CHECK(ds[0] == 0.0);
    CHECK(ds[1] == 0.0);
    const double impossible_winner[2] = {down, -1.0};
    CHECK(ra::is_pos_inf(
        ra::pairwise<links::logistic>{.link = {}, .lambda = lambda}(impossible_winner, ds)));
    CHECK(ds[0] == -1.0);
    CHECK(ds[1] == lambda);
    double soft[2] = {};
    CHECK(ra::is_pos_inf(ra::pairwise<links::logistic>{.link = {}, .lambda = lambda, .label = 0.3}(
        impossible_loser, soft)));
    CHECK(ra::is_finite(soft[0]));
    CHECK(ra::is_finite(soft[1]));
  }
  // The same with the sides exchanged and the label 0.
  const double swapped[2] = {down, -1.0};
  double backward[2] = {};
  CHECK(ra::pairwise<links::logistic>{.link = {}, .lambda = 0.5, .label = 0.0}(swapped, backward) ==
        0.0);
  CHECK(backward[0] == 0.0);
  CHECK(backward[1] == 0.0);
  // lambda = 0 does not look at the loser at all.
  const double s[2] = {0.0, down};
  double ds[2] = {};
  CHECK(ra::pairwise<links::logistic>{.link = {}, .lambda = 0.0}(s, ds) ==
        doctest::Approx(std::log(2.0)));
  CHECK(ds[1] == 0.0);
}

TEST_CASE("two impossible sides compare nothing: the loss is NaN") {
  const double down = ra::neg_infinity<double>();
  const double s[2] = {down, down};
  double ds[2] = {};
  CHECK(ra::is_nan(ra::pairwise<links::logistic>{}(s, ds)));
}

TEST_CASE("sums and weights of objectives are objectives") {
  const std::vector<double> s{0.3, -0.2};
  const ra::pairwise<links::logistic> pair{};
  const ra::sum_of both{ra::weighted<ra::pairwise<links::logistic>>{0.5, pair},
                        ra::weighted<sum_squared>{0.1, {}}};
  check_derivatives(both, s);
  std::vector<double> ds(2), d1(2), d2(2);
  CHECK(both(s, ds, 1.0) == doctest::Approx(0.5 * pair(s, d1) + 0.1 * sum_squared{}(s, d2, 1.0)));
  CHECK(ds[0] == doctest::Approx(0.5 * d1[0] + 0.1 * d2[0]));
}

TEST_CASE("an objective of weight 0 is not evaluated") {
  const double s[2] = {ra::neg_infinity<double>(), ra::neg_infinity<double>()};
  double ds[2] = {};
  CHECK(ra::weighted<ra::pairwise<links::logistic>>{0.0, {}}(s, ds) == 0.0);
  CHECK(ds[0] == 0.0);
}

TEST_CASE("a linear objective does not read scores of coefficient 0") {
  const double s[3] = {2.0, ra::neg_infinity<double>(), -1.0}, c[3] = {3.0, 0.0, 0.5};
  double ds[3] = {};
  CHECK(ra::linear_objective{c}(s, ds, 2.0) == 5.5);
  CHECK(ds[0] == 6.0);
  CHECK(ds[1] == 0.0);
  CHECK(ds[2] == 1.0);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("scores of another number are a contract error, not read past the end") {
  const std::vector<double> one{0.5}, two{0.5, 1.0}, three{0.5, 1.0, 2.0};
  std::vector<double> d(3, 0.0);
  const ra::pairwise<links::logistic> pair{};
  CHECK_THROWS_WITH_AS(pair(one, d), "scores: expected two, got 1", ra::contract_error);
  CHECK_THROWS_AS(pair(three, d), ra::contract_error);
  CHECK_THROWS_AS(static_cast<void>(pair.margin(one)), ra::contract_error);
  CHECK_THROWS_WITH_AS(ra::linear_objective{one}(two, d), "coefficients: expected one per score, got 1 for 2",
                       ra::contract_error);
  CHECK_THROWS_AS((ra::linear_objective{three}(two, d)), ra::contract_error);
  CHECK(d == std::vector<double>(3, 0.0));
}
#endif
