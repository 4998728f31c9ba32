// SPDX-License-Identifier: MIT
#include <realign/decide/rule.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include <realign/mix/mix.hpp>
#include <realign/scalarize/scalarize.hpp>

namespace ra = realign;

namespace {

template <class T>
ra::detail::rule_rows<T> two_rows() {
  ra::detail::rule_rows<T> rows;
  rows.policies = 2;
  rows.choices = 3;
  rows.logits = {T(1), T(0), T(-1), T(-2), T(0.5), T(1)};
  return rows;
}

template <class T, class Rule>
std::vector<double> probs_of(const Rule& rule, const ra::weights& w) {
  ra::detail::rule_rows<T> rows = two_rows<T>();
  ra::decision_workspace<T> work;
  ra::decision_problem<T> problem{.log_prior = {}};
  const auto d = ra::detail::decide_by(rule, rows, w, problem, work);
  REQUIRE(d.status == ra::status::ok);
  return {d.probs.begin(), d.probs.end()};
}

}  // namespace

TEST_CASE_TEMPLATE("a mix without limits is the mix", T, float, double) {
  const ra::weights w{0.3, 0.7};
  const ra::detail::rule_rows<T> rows = two_rows<T>();
  std::vector<T> expected(3);
  (void)ra::mix::arithmetic(rows.view(), w, ra::as_probs(expected));
  const auto p = probs_of<T>(ra::mix::arithmetic, w);
  for (std::size_t a = 0; a < 3; ++a) CHECK(p[a] == doctest::Approx(expected[a]).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("linear welfare over a uniform prior at beta = alpha is the geometric mix", T, float, double) {
  const ra::weights w{0.3, 0.7};
  const auto program = probs_of<T>(
      ra::maximize(ra::scalarize::linear{}, {.alpha = {0.4, 0.4}, .beta = 0.4, .prior = ra::prior::uniform}), w);
  const auto mixed = probs_of<T>(ra::mix::geometric, w);
  for (std::size_t a = 0; a < 3; ++a) CHECK(program[a] == doctest::Approx(mixed[a]).epsilon(1e-5));
}

TEST_CASE_TEMPLATE("a large beta gives the prior back", T, float, double) {
  const ra::weights w{0.9, 0.1};
  const auto near_prior = probs_of<T>(ra::maximize(ra::scalarize::chebyshev{}, {.beta = 1e6}), w);
  const auto mixture = probs_of<T>(ra::mix::arithmetic, ra::weights::uniform(2));
  for (std::size_t a = 0; a < 3; ++a) CHECK(near_prior[a] == doctest::Approx(mixture[a]).epsilon(1e-4));
  const auto weighted =
      probs_of<T>(ra::maximize(ra::scalarize::linear{}, {.beta = 1e6, .prior = ra::prior::weighted_mixture}), w);
  const auto eq3 = probs_of<T>(ra::mix::arithmetic, w);
  for (std::size_t a = 0; a < 3; ++a) CHECK(weighted[a] == doctest::Approx(eq3[a]).epsilon(1e-4));
}

TEST_CASE("bad settings") {
  CHECK_THROWS_WITH_AS((void)ra::maximize(ra::scalarize::linear{}, {.beta = 0}), doctest::Contains("beta"),
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((void)ra::maximize(ra::scalarize::linear{}, {.alpha = {1, -1}}), doctest::Contains("alpha"),
                       ra::contract_error);
  ra::detail::rule_rows<float> rows = two_rows<float>();
  ra::decision_workspace<float> work;
  ra::decision_problem<float> problem{.log_prior = {}};
  CHECK_THROWS_WITH_AS((void)ra::detail::decide_by(ra::maximize(ra::scalarize::linear{}, {.alpha = {1}}), rows,
                                                   ra::weights{0.5, 0.5}, problem, work),
                       doctest::Contains("alpha"), ra::contract_error);
}

TEST_CASE_TEMPLATE("a welfare asks nothing of a policy without weight, unless its prior does", T, float, double) {
  const T never = ra::neg_infinity<T>();
  ra::decision_workspace<T> work;
  const auto decide = [&](ra::prior prior, std::vector<T> second, const ra::weights& w) {
    ra::detail::rule_rows<T> rows = two_rows<T>();
    std::copy(second.begin(), second.end(), rows.logits.begin() + 3);
    ra::decision_problem<T> problem{.log_prior = {}};
    return ra::detail::decide_by(ra::maximize(ra::scalarize::linear{}, {.prior = prior}), rows, w, problem, work);
  };
  for (const ra::prior prior : {ra::prior::weighted_mixture, ra::prior::uniform}) {
    const auto alone = decide(prior, {T(0), T(0), T(0)}, {1, 0});
    const std::vector<T> expected(alone.probs.begin(), alone.probs.end());
    for (const T odd : {ra::not_a_number<T>(), ra::pos_infinity<T>(), never}) {
      const auto d = decide(prior, {odd, odd, odd}, {1, 0});
      REQUIRE(d.status == ra::status::ok);
      CHECK(std::vector<T>(d.probs.begin(), d.probs.end()) == expected);
      CHECK(ra::is_finite(d.objective_values[0]));
      CHECK(ra::is_nan(d.objective_values[1]));
    }
    CHECK(decide(prior, {never, never, never}, {0.5, 0.5}).status == ra::status::no_support);
    CHECK_THROWS_WITH_AS((void)decide(prior, {ra::not_a_number<T>(), T(0), T(0)}, {0.5, 0.5}),
                         doctest::Contains("in row 1"), ra::contract_error);
  }
  CHECK_THROWS_WITH_AS((void)decide(ra::prior::mixture, {ra::not_a_number<T>(), T(0), T(0)}, {1, 0}),
                       doctest::Contains("row 1"), ra::contract_error);
}
