// SPDX-License-Identifier: MIT
#include <realign/policy/categorical.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace ra = realign;

namespace {
using step_type = ra::step<std::size_t, std::size_t>;
const auto count = [](std::size_t state) { return state; };  // a state is its number of choices

/// Log-probabilities by the definition, in long double.
std::vector<long double> reference(std::span<const double> row) {
  long double sum = 0;
  for (const double x : row) sum += std::exp(static_cast<long double>(x));
  std::vector<long double> l;
  for (const double x : row) l.push_back(static_cast<long double>(x) - std::log(sum));
  return l;
}
}  // namespace

TEST_CASE_TEMPLATE("ragged rows against the definition", T, float, double) {
  const std::size_t states[] = {3, 1, 5};
  const std::vector<step_type> steps{
      {&states[2], 4}, {&states[0], 1}, {&states[2], 4}, {&states[1], 0}, {&states[0], 2}};
  ra::categorical_tape<std::size_t, T> tape;
  tape.begin(std::span<const step_type>(steps), count);
  REQUIRE(tape.states().size() == 3);
  CHECK(tape.states()[0] == &states[2]);
  REQUIRE(tape.logits().size() == 9);
  CHECK(tape.row(1).size() == 3);
  CHECK(tape.offset(2) == 8);
  const std::vector<double> logits{0.5, -1.25, 2, 0, 1, 0.25, -3, 1.5, 7};
  for (std::size_t i = 0; i < 9; ++i) tape.logits()[i] = static_cast<T>(logits[i]);
  std::vector<T> l(5);
  tape.log_probs(l);
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-15;
  const auto five = reference(std::span(logits).first(5)),
             three = reference(std::span(logits).subspan(5, 3));
  const long double expected[] = {five[4], three[1], five[4], 0, three[2]};
  for (std::size_t t = 0; t < 5; ++t)
    CHECK(std::fabs(l[t] - static_cast<double>(expected[t])) <= 2 * tolerance);

  const std::vector<T> dl{1, 2, -3, 4, T(0.5)};
  const auto d = tape.d_logits(std::span<const T>(dl));
  REQUIRE(d.size() == 9);
  for (std::size_t a = 0; a < 5; ++a) {
    const double pi = static_cast<double>(std::exp(five[a]));
    CHECK(std::fabs(d[a] - ((a == 4 ? -2 : 0) + 2 * pi)) <= 4 * tolerance);
  }
  const double taken[] = {0, 2, 0.5};
  for (std::size_t a = 0; a < 3; ++a)
    CHECK(std::fabs(d[5 + a] - (taken[a] - 2.5 * static_cast<double>(std::exp(three[a])))) <=
          4 * tolerance);
  CHECK(d[8] == T(0));
}

TEST_CASE_TEMPLATE("one step in each state, all of as many choices: as if the rows were ragged", T,
                   float, double) {
  for (const std::size_t choices : {1U, 2U, 4U, 7U, 32U, 100U}) {
    CAPTURE(choices);
    const std::vector<std::size_t> states(21, choices);
    const std::size_t other = choices + 1;
    std::vector<step_type> steps;
    for (const std::size_t& s : states) steps.push_back({&s, steps.size() % choices});
    ra::categorical_tape<std::size_t, T> even, ragged;
    even.begin(std::span<const step_type>(steps), count);
    steps.push_back({&other, 0});
    ragged.begin(std::span<const step_type>(steps), count);
    for (std::size_t i = 0; i < even.logits().size(); ++i)
      even.logits()[i] = ragged.logits()[i] = static_cast<T>(std::sin(static_cast<double>(3 * i)));
    even.logits()[choices] = ragged.logits()[choices] = ra::neg_infinity<T>();
    std::vector<T> l(21), expected(22), dl(22);
    even.log_probs(l);
    ragged.log_probs(expected);
    for (std::size_t t = 0; t < 22; ++t) dl[t] = t % 4 == 0 ? T(0) : static_cast<T>(0.1 * static_cast<double>(t) - 1);
    const auto d = even.d_logits(std::span<const T>(dl).first(21));
    const auto d_expected = ragged.d_logits(std::span<const T>(dl));
    const double tolerance = 8 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::size_t t = 0; t < 21; ++t) {
      if (ra::is_neg_inf(expected[t]))
        CHECK(ra::is_neg_inf(l[t]));
      else
        CHECK(std::fabs(static_cast<double>(l[t] - expected[t])) <= 4 * tolerance);
    }
    REQUIRE(d.size() == 21 * choices);
    for (std::size_t i = 0; i < d.size(); ++i)
      CHECK(std::fabs(static_cast<double>(d[i] - d_expected[i])) <= tolerance);
  }
}

TEST_CASE("derivatives of many steps are summed in double") {
  const std::size_t state = 2;
  const std::vector<step_type> steps(200000, step_type{&state, 0});
  ra::categorical_tape<std::size_t, float> tape;
  tape.begin(std::span<const step_type>(steps), count);
  std::vector<float> l(steps.size());
  tape.log_probs(l);
  const std::vector<float> dl(steps.size(), 0.1F);
  CHECK(tape.d_logits(dl)[0] == doctest::Approx(100000 * static_cast<double>(0.1F)).epsilon(1e-7));
}

TEST_CASE_TEMPLATE("plus infinity among the logits shows as NaN", T, float, double) {
  const std::size_t state = 2;
  const std::vector<step_type> steps{{&state, 0}};
  ra::categorical_tape<std::size_t, T> tape;
  tape.begin(std::span<const step_type>(steps), count);
  tape.logits()[1] = ra::pos_infinity<T>();
  std::vector<T> l(1);
  tape.log_probs(l);
  CHECK(ra::is_nan(l[0]));
}

TEST_CASE("wrong use") {
  const std::size_t none = 0, two = 2;
  ra::categorical_tape<std::size_t, double> tape;
  const std::vector<step_type> no_choice{{&none, 0}}, bad_action{{&two, 2}}, good{{&two, 1}};
  CHECK_THROWS_AS(tape.begin(std::span<const step_type>(no_choice), count), ra::contract_error);
  CHECK_THROWS_AS(tape.begin(std::span<const step_type>(bad_action), count), ra::contract_error);
  tape.begin(std::span<const step_type>(good), count);
  std::vector<double> l(1), wrong(2);
  CHECK_THROWS_AS(tape.log_probs(wrong), ra::contract_error);
  tape.log_probs(l);
  CHECK_THROWS_AS((void)tape.d_logits(std::span<const double>(wrong)), ra::contract_error);
}
