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
}
#endif
