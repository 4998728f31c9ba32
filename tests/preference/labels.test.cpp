// SPDX-License-Identifier: MIT
#include <realign/preference/labels.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/float_bits.hpp>

namespace ra = realign;

namespace {

constexpr std::array<std::size_t, 3> states{0, 1, 2};
using recorded = ra::recorded_segment<std::size_t>;
using step = ra::step<std::size_t, std::size_t>;

const std::vector<recorded> segments{
    {{&states[0], 1}, {&states[1], 0}, {&states[2], 2}}, {{&states[1], 1}}, {}};

}  // namespace

TEST_CASE_TEMPLATE("the return of a row counts that row alone", T, float, double) {
  const std::vector<T> rewards{1, 2, 4, 0, T(-1), 8};
  const ra::matrix_view<const T> view(rewards.data(), 2, 3);
  CHECK(ra::label_by_return(view) == std::vector<double>{7, 7});
  CHECK(ra::label_by_return(view, 0.5) == std::vector<double>{3, 1.5});
  CHECK(ra::label_by_return(view, 0.0) == std::vector<double>{1, 0});
  CHECK(ra::label_by_return(ra::matrix_view<const T>(rewards.data(), 2, 0)) ==
        std::vector<double>{0, 0});
}

TEST_CASE("returns are summed in double") {
  const std::vector<float> rewards{1e8F, 1.0F, -1e8F};
  CHECK(ra::label_by_return(ra::matrix_view<const float>(rewards.data(), 1, 3)) ==
        std::vector<double>{1});
}

TEST_CASE("segments of any length, by a reward per step") {
  const auto reward = [](const step& s) { return static_cast<double>(10 * *s.state + s.action); };
  CHECK(ra::label_by_return<std::size_t, std::size_t>(segments, reward) ==
        std::vector<double>{33, 11, 0});
  CHECK(ra::label_by_return<std::size_t, std::size_t>(segments, reward, 0.5) ==
        std::vector<double>{1 + 5 + 5.5, 11, 0});
}

TEST_CASE("by a model of whole segments") {
  const auto model = [](const recorded& s) { return static_cast<float>(s.size()); };
  CHECK(ra::label_by_model<std::size_t, std::size_t>(segments, model) ==
        std::vector<double>{3, 1, 0});
  const auto endless = [](const recorded&) { return ra::neg_infinity<double>(); };
  CHECK(ra::is_neg_inf(ra::label_by_model<std::size_t, std::size_t>(segments, endless)[0]));
}

TEST_CASE("by regret: no regret is the most, and the return is another order") {
  // Two states in a row; in each, action 0 is optimal. V* = 5, then 3; the other action loses 1, 2.
  const auto q = [](const step& s) {
    const double best = *s.state == 0 ? 5.0 : 3.0;
    return s.action == 0 ? best : best - (*s.state == 0 ? 1.0 : 2.0);
  };
  const auto v = [](std::size_t s) { return s == 0 ? 5.0 : 3.0; };
  const std::vector<recorded> walks{{{&states[0], 0}, {&states[1], 0}},
                                    {{&states[0], 1}, {&states[1], 0}},
                                    {{&states[0], 1}, {&states[1], 1}}};
  CHECK(ra::label_by_regret<std::size_t, std::size_t>(walks, q, v) ==
        std::vector<double>{0, -1, -3});
  CHECK(ra::label_by_regret<std::size_t, std::size_t>(walks, q, v, 0.5) ==
        std::vector<double>{0, -1, -2});
}

TEST_CASE("ties stay ties in every way of pairing") {
  const std::vector<double> values{1, 5, 2, 1, 3, 2, 9};
  const auto pairs = ra::fixed_pairs(values);
  REQUIRE(pairs.size() == 3);  // the seventh stays alone
  CHECK(pairs[0].preferred == 0);
  CHECK(pairs[0].rejected == 3);
  CHECK(pairs[0].label == 0.5);
  CHECK(pairs[1].preferred == 1);
  CHECK(pairs[1].rejected == 4);
  CHECK(pairs[1].label == 1);
  CHECK(pairs[2].label == 0.5);
  CHECK(ra::fixed_pairs(values, 2.0)[1].label == 0.5);
  CHECK(ra::fixed_pairs(std::vector<double>{1, 2})[0].preferred == 1);
  CHECK(ra::fixed_pairs(std::vector<double>{1}).empty());
  CHECK(ra::fixed_pairs({}).empty());
}

TEST_CASE("vectors, arrays and spans of segments that may be written, without naming types") {
  std::vector<recorded> own = segments;
  const std::array<recorded, 3> array{segments[0], segments[1], segments[2]};
  const auto one = [](const auto&) { return 1.0; };
  const auto size = [](const recorded& s) { return s.size(); };
  const auto check = [&](const auto& of) {
    CHECK(ra::label_by_return(of, one) == std::vector<double>{3, 1, 0});
    CHECK(ra::label_by_return(of, one, 0.5) == std::vector<double>{1.75, 1, 0});
    CHECK(ra::label_by_model(of, size) == std::vector<double>{3, 1, 0});
    CHECK(ra::label_by_regret(of, one, one, 0.5) == std::vector<double>{0, 0, 0});
  };
  check(own);
  check(array);
  check(std::span(own));
  check(std::span(segments));
  check(ra::preference_data<std::size_t>{own, {}, {}}.segments);
  std::vector<float> rewards{1, 2, 4, 8};
  CHECK(ra::label_by_return(ra::matrix_view<float>(rewards.data(), 2, 2), 0.5) == std::vector<double>{2, 8});
}

#if REALIGN_EXCEPTIONS
TEST_CASE("numbers that are none are refused, naming step and segment") {
  const double nan = ra::not_a_number<double>();
  const std::vector<double> rewards{1, 2, 3, nan};
  const ra::matrix_view<const double> view(rewards.data(), 2, 2);
  CHECK_THROWS_WITH_AS((void)ra::label_by_return(view),
                       "rewards: expected finite numbers, got nan at step 1 of segment 1",
                       ra::contract_error);
  CHECK(ra::label_by_return(view, 0.0) == std::vector<double>{1, 3});  // weight 0 is not read
  for (const double gamma : {-0.1, 1.1, nan})
    CHECK_THROWS_AS((void)ra::label_by_return(view, gamma), ra::contract_error);
  const auto one = [](const auto&) { return 1.0; };
  for (const double gamma : {-0.1, 1.1, nan})
    CHECK_THROWS_AS((void)(ra::label_by_return<std::size_t, std::size_t>(segments, one, gamma)), ra::contract_error);
  const auto bad = [&](const auto&) { return nan; };
  CHECK_THROWS_AS((void)(ra::label_by_model<std::size_t, std::size_t>(segments, bad)),
                  ra::contract_error);
  const auto endless = [](const auto&) { return ra::pos_infinity<double>(); };
  CHECK_THROWS_AS((void)(ra::label_by_regret<std::size_t, std::size_t>(segments, endless, endless)),
                  ra::contract_error);
}
#endif
