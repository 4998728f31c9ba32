// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/preference/ranking.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace ra = realign;

static_assert(ra::objective<ra::plackett_luce> && ra::objective<ra::gdro>);
static_assert(ra::objective<ra::info_nce> && ra::objective<ra::cross_entropy_stage>);

TEST_CASE("Plackett-Luce by hand, in any order of the scores") {
  const std::vector<double> s{std::log(1.0), std::log(2.0), std::log(3.0)};
  const std::vector<std::size_t> order{2, 0, 1};
  std::vector<double> d(3, 0.0);
  CHECK(ra::plackett_luce{order}(s, d) == doctest::Approx(-std::log(3.0 / 6 * 1.0 / 3)));
  CHECK(d[2] == doctest::Approx(3.0 / 6 - 1));
  CHECK(d[0] == doctest::Approx(1.0 / 6 + 1.0 / 3 - 1));
  CHECK(d[1] == doctest::Approx(2.0 / 6 + 2.0 / 3 + 1 - 1));
}

TEST_CASE("stage by stage it is the cross-entropy of one item") {
  ra::random_generator g(90);
  for (int n = 0; n < 20; ++n) {
    const std::size_t k = 2 + ra::uniform_index(g, 6);
    std::vector<double> s(k), d(k, 0.0), e(k, 0.0), q(k, 0.0);
    std::vector<std::size_t> items(k);
    for (std::size_t i = 0; i < k; ++i) {
      s[i] = 300 * ra::normal(g);
      items[i] = i;
    }
    double loss = 0;
    q[0] = 1;
    for (std::size_t i = 0; i < k; ++i)
      loss += ra::cross_entropy_stage{std::span(items).subspan(i), std::span(q).first(k - i)}(s, e);
    CHECK(ra::plackett_luce{}(s, d) == doctest::Approx(loss).epsilon(1e-12));
    for (std::size_t i = 0; i < k; ++i) CHECK(std::fabs(d[i] - e[i]) < 1e-10);
  }
}

TEST_CASE("impossible items: last is right, first is infinitely wrong and can be mended") {
  const double down = ra::neg_infinity<double>();
  std::vector<double> d(3, 0.0);
  CHECK(ra::plackett_luce{}(std::vector<double>{1.0, 0.0, down}, d) ==
        doctest::Approx(std::log1p(std::exp(-1.0))));
  CHECK(d[2] == doctest::Approx(0.0));
  std::vector<double> e(2, 0.0);
  CHECK(ra::is_pos_inf(ra::plackett_luce{}(std::vector<double>{down, 0.0}, e)));
  CHECK(e == std::vector<double>{-1.0, 1.0});
  std::vector<double> f(2, 0.0);
  CHECK(ra::is_pos_inf(ra::info_nce{0}(std::vector<double>{down, 0.0}, f)));
  CHECK(f == std::vector<double>{-1.0, 1.0});
}

TEST_CASE("GDRO: uniform targets for equal rewards, the order of the rewards otherwise") {
  const std::vector<double> s{0.5, -0.5, 1.0}, tied{2.0, 2.0, 2.0}, sharp{1.0, 3.0, 2.0};
  const std::vector<std::size_t> order{1, 2, 0};
  std::vector<double> d(3, 0.0), e(3, 0.0);
  const auto stage = [](std::vector<double> x) {
    double sum = 0, mean = 0;
    for (const double& v : x) {
      sum += std::exp(v);
      mean += v / static_cast<double>(x.size());
    }
    return std::log(sum) - mean;
  };
  CHECK(ra::gdro{.rewards = tied}(s, d) ==
        doctest::Approx(stage({0.5, -0.5, 1.0}) + stage({-0.5, 1.0})));
  CHECK(ra::gdro{.rewards = sharp, .tau = 1e-3}(s, d) ==
        doctest::Approx(ra::plackett_luce{order}(s, e)));
  CHECK(ra::gdro{.rewards = sharp, .top_weight = 0.5}(s, d) ==
        doctest::Approx(ra::gdro{.rewards = sharp}(s, e) + 0.25));
  const std::vector<double> one{3.0}, its{1.0};
  CHECK(ra::gdro{.rewards = its}(one, d) == 0.0);
}

TEST_CASE("scores of any size") {
  const std::vector<double> s{1e4, -1e4, 0.0}, rewards{0.1, 0.2, 0.3};
  std::vector<double> d(3, 0.0);
  CHECK(ra::plackett_luce{}(s, d) == doctest::Approx(1e4));
  CHECK(ra::is_finite(ra::gdro{.rewards = rewards}(s, d)));
  CHECK(ra::info_nce{1}(s, d) == doctest::Approx(2e4));
  for (const double& x : d) CHECK(ra::is_finite(x));
  CHECK(ra::plackett_luce{}({}, d) == 0.0);
}

namespace {
struct found {
  double loss;
  std::vector<double> d;
};

template <class O>
found evaluated(const O& o, const std::vector<double>& s) {
  found out{0.0, std::vector<double>(s.size(), 0.0)};
  out.loss = o(s, out.d, 1.0);
  return out;
}

/// The worst of the loss and the derivatives against the exact ones: relative, whatever their size.
double worst_digit(const found& at, double loss, const std::vector<double>& d) {
  double worst = std::fabs(at.loss / loss - 1);
  for (std::size_t i = 0; i < d.size(); ++i) worst = std::fmax(worst, std::fabs(at.d[i] / d[i] - 1));
  return worst;
}
}  // namespace

TEST_CASE("large margins and large scores keep their digits, in every ranking of two") {
  const std::vector<double> rewards{1.0, 0.0};
  for (const double m : {1.0, 20.0, 40.0, 100.0, 700.0, -1.0, -40.0, -700.0})
    for (const double base : {0.0, 1e4, 1e12, -1e12}) {
      const std::vector<double> s{base + m, base};
      const double loss = m > 0 ? std::log1p(std::exp(-m)) : -m + std::log1p(std::exp(m));
      const double slope = m > 0 ? std::exp(-m) / (1 + std::exp(-m)) : 1 / (1 + std::exp(m));
      const std::vector<double> d{-slope, slope};
      CHECK(worst_digit(evaluated(ra::plackett_luce{}, s), loss, d) < 1e-14);
      CHECK(worst_digit(evaluated(ra::info_nce{0}, s), loss, d) < 1e-14);
      if (m > -700) CHECK(worst_digit(evaluated(ra::gdro{.rewards = rewards, .tau = 1e-3}, s), loss, d) < 1e-14);
    }
}

TEST_CASE("large margins and large scores keep their digits, in rankings of three") {
  const std::vector<double> rewards{2.0, 1.0, 0.0};
  for (const double base : {0.0, 1e12, -1e12}) {
    const std::vector<double> s{base + 80, base + 40, base};
    const double e = std::exp(-40.0);  // each stage compares with the next, its neighbour: e^-80 is beyond the digits
    const found pl = evaluated(ra::plackett_luce{}, s);
    CHECK(worst_digit({pl.loss, {pl.d[0], pl.d[2]}}, 2 * e, {-e, e}) < 1e-14);
    CHECK(std::fabs(pl.d[1]) < 1e-15 * e);  // placed second for sure: pulled as much as pushed
    const found staged = evaluated(ra::gdro{.rewards = rewards, .tau = 1e-3}, s);
    CHECK(worst_digit({staged.loss, {staged.d[0], staged.d[2]}}, 2 * e, {-e, e}) < 1e-14);
    CHECK(worst_digit(evaluated(ra::info_nce{0}, s), e, {-e, e, std::exp(-80.0)}) < 1e-14);
    const std::vector<double> tied{base + 40, base, base};
    CHECK(worst_digit(evaluated(ra::info_nce{0}, tied), 2 * e, {-2 * e, e, e}) < 1e-14);
    const found last = evaluated(ra::plackett_luce{}, tied);
    CHECK(last.loss == doctest::Approx(std::log(2.0)));
    CHECK(last.d[0] == doctest::Approx(-2 * e));
    CHECK(worst_digit(last, std::log(2.0), {-2 * e, -0.5, 0.5}) < 1e-14);
  }
}

TEST_CASE("the derivatives of a ranking sum to 0, to the rounding of the largest, at scores of any size") {
  ra::random_generator g(12);
  for (const double spread : {1e-3, 1.0, 30.0, 1e4})
    for (const double base : {0.0, 1e6, 1e12})
      for (int n = 0; n < 20; ++n) {
        std::vector<double> s(5), rewards(5);
        for (std::size_t i = 0; i < 5; ++i) {
          s[i] = base + spread * ra::normal(g);
          rewards[i] = ra::normal(g);
        }
        const auto check = [&](const found& at) {
          double sum = 0, largest = 0;
          for (const double x : at.d) {
            sum += x;
            largest = std::fmax(largest, std::fabs(x));
          }
          CHECK(std::fabs(sum) <= 5e-15 * largest);
          CHECK(at.loss >= 0);
        };
        check(evaluated(ra::plackett_luce{}, s));
        check(evaluated(ra::info_nce{2}, s));
        check(evaluated(ra::gdro{.rewards = rewards, .tau = 0.5, .only_first = true}, s));
      }
}

TEST_CASE("the best first, the first of equal ones before the next") {
  const std::vector<double> ranks{1, 3, 2, 3, 5, 1};
  CHECK(ra::detail::best_first(ranks) == std::vector<std::size_t>{4, 1, 3, 2, 0, 5});
  ra::random_generator g(4);
  std::vector<double> many;
  std::vector<std::size_t> expected;
  for (std::size_t i = 0; i < 100; ++i) {
    many.push_back(static_cast<double>(ra::uniform_index(g, 20)));
    expected.push_back(i);
  }
  std::stable_sort(expected.begin(), expected.end(), [&](std::size_t i, std::size_t j) { return many[i] > many[j]; });
  CHECK(ra::detail::best_first(many) == expected);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong input is a contract error") {
  const std::vector<double> s{0.0, 1.0}, one{1.0};
  const std::vector<std::size_t> out{0, 2}, few{0};
  std::vector<double> d(2, 0.0);
  CHECK_THROWS_AS((ra::plackett_luce{out}(s, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::plackett_luce{few}(s, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::gdro{.rewards = one}(s, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::gdro{.rewards = s, .tau = 0.0}(s, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::info_nce{2}(s, d)), ra::contract_error);
  const std::vector<std::size_t> twice{1, 1};
  CHECK_THROWS_WITH_AS((ra::plackett_luce{twice}(s, d)), "order: expected every index once, got 1 again at place 1",
                       ra::contract_error);
  CHECK(d == std::vector<double>(2, 0.0));
}

TEST_CASE("a stage refuses items that are not there, and targets that are none") {
  const std::vector<double> s{0.0, 1.0}, half{0.5, 0.5}, one{1.0}, below{1.5, -0.5}, much{1.0, 1.0};
  const std::vector<double> unknown{ra::not_a_number<double>(), 1.0};
  const std::vector<std::size_t> items{0, 1}, out{0, 5};
  std::vector<double> d(2, 0.0);
  CHECK_THROWS_WITH_AS((ra::cross_entropy_stage{out, half}(s, d)),
                       "items: expected indices below the number of scores, got 5 of 2", ra::contract_error);
  CHECK_THROWS_WITH_AS((ra::cross_entropy_stage{items, one}(s, d)), "targets: expected one per item, got 1 for 2",
                       ra::contract_error);
  for (const std::vector<double>* bad : {&below, &much, &unknown})
    CHECK_THROWS_AS((ra::cross_entropy_stage{items, *bad}(s, d)), ra::contract_error);
  CHECK(d == std::vector<double>(2, 0.0));
}
#endif
