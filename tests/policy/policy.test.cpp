// SPDX-License-Identifier: MIT
#include <realign/policy/policy.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ra = realign;

namespace {

using state = int;

/// Fills through the member; also callable, which must not be asked.
struct member_policy {
  template <class T>
  void logits(const state& s, std::span<T> out) const {
    for (std::size_t a = 0; a < out.size(); ++a) out[a] = static_cast<T>(s) + static_cast<T>(a);
  }
  std::vector<double> operator()(const state&) const { return {-1, -1, -1}; }
};

/// An array with a call operator that takes anything: still an array.
struct callable_row {
  std::array<double, 3> numbers{1, 2, 3};
  const double* data() const { return numbers.data(); }
  std::size_t size() const { return 3; }
  template <class... Anything>
  double operator()(const Anything&...) const {
    return 99;
  }
};

/// An array of another library, which the call operator must not make a policy.
struct callable_table {
  const long* strides() const { return nullptr; }
  template <class... Anything>
  std::vector<double> operator()(const Anything&...) const {
    return {1, 2, 3};
  }
};

/// Not a wrapper, although it has a member of that name.
struct has_inner {
  int inner = 5;
  std::vector<float> operator()(const state& s) const { return {static_cast<float>(s), 0, 0}; }
};

template <class T, class P>
std::vector<T> row_of(const P& p, state s = 10, std::size_t n = 3) {
  std::vector<T> out(n, T(-77));
  ra::evaluate<T>(p, s, std::span<T>(out));
  return out;
}

std::vector<double> free_function(const state& s) { return {static_cast<double>(s), 1, 2}; }

constexpr auto fill = [](const state& s, auto out) {
  for (auto& x : out) x = static_cast<std::remove_reference_t<decltype(x)>>(s);
};

}  // namespace

static_assert(ra::logits_policy<member_policy, state, float> &&
              !ra::returning_policy<member_policy, state, float>);
static_assert(ra::constant_policy<std::vector<float>> &&
              !ra::filling_policy<std::vector<float>, state, float>);
static_assert(ra::constant_policy<callable_row> &&
              !ra::returning_policy<callable_row, state, double>);
static_assert(ra::returning_policy<has_inner, state, float>);
static_assert(ra::policy<member_policy, state, double> && ra::policy<callable_row, state, float>);
static_assert(ra::policy<ra::probs<member_policy&>, state, double>);
static_assert(!ra::policy<callable_table, state, double>);
static_assert(!ra::policy<int, state, double> && !ra::policy<std::string, state, double>);
static_assert(!ra::policy<member_policy, std::string, double>);
static_assert(!ra::policy<member_policy, state, int>);

TEST_CASE_TEMPLATE("every form of a policy fills the row", T, float, double) {
  CHECK(row_of<T>(member_policy{}) == std::vector<T>{10, 11, 12});
  CHECK(row_of<T>(callable_row{}) == std::vector<T>{1, 2, 3});
  CHECK(row_of<T>(std::vector<T>{4, 5, 6}) == std::vector<T>{4, 5, 6});
  CHECK(row_of<T>(std::vector<double>{4, 5, 6}) == std::vector<T>{4, 5, 6});
  CHECK(row_of<T>(has_inner{}) == std::vector<T>{10, 0, 0});
  CHECK(row_of<T>(fill) == std::vector<T>{10, 10, 10});
  CHECK(row_of<T>([](const state& s) {
          return std::array<float, 3>{static_cast<float>(s), 1, 2};
        }) == std::vector<T>{10, 1, 2});
  CHECK(row_of<T>(free_function) == std::vector<T>{10, 1, 2});
}

TEST_CASE_TEMPLATE("wrappers say on which scale a policy speaks", T, float, double) {
  const std::vector<T> p{T(0.5), T(0), T(2)};
  const auto logs = row_of<T>(ra::as_probs(p));
  CHECK(static_cast<double>(logs[0]) == doctest::Approx(std::log(0.5)));
  CHECK(ra::is_neg_inf(logs[1]));
  CHECK(static_cast<double>(logs[2]) == doctest::Approx(std::log(2.0)));
  CHECK(row_of<T>(ra::as_logits(p)) == p);
  CHECK(row_of<T>(ra::as_log_probs(p)) == p);
  CHECK(row_of<T>(ra::as_log_probs(member_policy{})) == std::vector<T>{10, 11, 12});
  const auto counted = row_of<T>(ra::as_probs(member_policy{}), 1);
  CHECK(static_cast<double>(counted[2]) == doctest::Approx(std::log(3.0)));
  CHECK(row_of<T>(ra::as_probs([](const state&) {
          return std::vector<T>{1, 1, 1};
        })) == std::vector<T>{0, 0, 0});
}

TEST_CASE_TEMPLATE("a probability that rows of T round to zero is not zero", T, float, double) {
  const auto logs = row_of<T>(ra::as_probs(std::vector<double>{1, 1e-60, 0}));
  CHECK(logs[0] == T(0));
  CHECK(static_cast<double>(logs[1]) == doctest::Approx(std::log(1e-60)));
  CHECK(ra::is_neg_inf(logs[2]));
}

TEST_CASE_TEMPLATE("minus infinity and NaN logits pass through to whoever mixes them", T, float,
                   double) {
  const auto out =
      row_of<T>(std::vector<T>{ra::neg_infinity<T>(), ra::not_a_number<T>(), T(1e4)});
  CHECK(ra::is_neg_inf(out[0]));
  CHECK(ra::is_nan(out[1]));
  CHECK(out[2] == T(1e4));
}

TEST_CASE_TEMPLATE("rows of the wrong length and bad probabilities are refused", T, float, double) {
  CHECK_THROWS_WITH_AS(row_of<T>(std::vector<T>{1, 2}),
                       "policy: expected as many logits as there are choices, got 2 for 3 choices",
                       ra::contract_error);
  CHECK_THROWS_AS(row_of<T>([](const state&) { return std::vector<T>(4); }), ra::contract_error);
  CHECK_THROWS_WITH_AS(row_of<T>(ra::as_probs(std::vector<T>{T(0.5), T(-0.5), 1})),
                       "policy: expected finite probabilities >= 0, got -0.5 at choice 1",
                       ra::contract_error);
  CHECK_THROWS_WITH_AS(
      row_of<T>(ra::as_probs(std::vector<T>{0, 1, ra::not_a_number<T>()})),
      doctest::Contains("at choice 2"), ra::contract_error);
  CHECK_THROWS_AS(row_of<T>(ra::as_probs(std::vector<T>{0, 1, ra::pos_infinity<T>()})),
                  ra::contract_error);
}

TEST_CASE_TEMPLATE("a strided row is read with its stride; no choices is no error", T, float,
                   double) {
  const std::vector<T> wide{1, 0, 2, 0, 3, 0};
  CHECK(row_of<T>(ra::vector_view<const T>(wide.data(), 3, 2)) == std::vector<T>{1, 2, 3});
  CHECK(row_of<T>(std::vector<T>{}, 0, 0).empty());
}

namespace {
struct counted_state {
  std::size_t choice_count() const { return 3; }
};
struct counting_policy {
  std::size_t choice_count(state s) const { return static_cast<std::size_t>(s); }
};
}  // namespace

TEST_CASE("who knows the number of choices") {
  static_assert(ra::counts_choices<counted_state> && !ra::counts_choices<state>);
  static_assert(ra::counts_choices_of<counting_policy, state> &&
                !ra::counts_choices_of<member_policy, state>);
  CHECK(counted_state{}.choice_count() == 3);
  CHECK(counting_policy{}.choice_count(4) == 4);
}
