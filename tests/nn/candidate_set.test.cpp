// SPDX-License-Identifier: MIT
#include <realign/nn/candidate_set.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ra = realign;
namespace nn = realign::nn;

namespace {
template <class T>
nn::sparse_vector<T> row(const ra::candidate_set<T>& set, std::size_t a) {
  const auto begin = set.offsets()[a], end = set.offsets()[a + 1];
  return {{set.indices().begin() + begin, set.indices().begin() + end},
          {set.values().begin() + begin, set.values().begin() + end}};
}
template <class T>
double square(const nn::sparse_vector<T>& x) {
  double sum = 0;
  for (const T v : x.values) sum += static_cast<double>(v) * static_cast<double>(v);
  return sum;
}
const nn::text_encoder wide({.dimension = 1U << 30});
}  // namespace

TEST_CASE_TEMPLATE("rows as they were added", T, float, double) {
  ra::candidate_set<T> set(6);
  CHECK(set.choice_count() == 0);
  set.add({{1, 5}, {2, 3}});
  set.add({});
  set.add({{0}, {T(-1)}});
  CHECK(set.choice_count() == 3);
  CHECK(row(set, 0) == nn::sparse_vector<T>{{1, 5}, {2, 3}});
  CHECK(row(set, 1).empty());
  const auto matrix = set.rows();
  CHECK(matrix.rows() == 3);
  CHECK(matrix.cols() == 6);
  CHECK(matrix.coeff(0, 5) == T(3));
  CHECK(matrix.coeff(2, 0) == T(-1));
  CHECK_THROWS_AS(set.add({{6}, {1}}), ra::contract_error);
  CHECK(set.choice_count() == 3);
  CHECK_THROWS_AS(ra::candidate_set<T>(0), ra::contract_error);
}

TEST_CASE_TEMPLATE("three parts of norm one", T, float, double) {
  const std::vector<std::string> choices{"Open the door", "Leave"};
  const auto set = ra::encode_candidates<T>(wide, "You stand before a door.", choices);
  REQUIRE(set.choice_count() == 2);
  for (std::size_t a = 0; a < 2; ++a)
    CHECK(square(row(set, a)) == doctest::Approx(3).epsilon(1e-5));
  const auto only_scene = ra::encode_candidates<T>(wide, "You stand before a door.", choices,
                                                   {.choice = false, .scene_identity = false});
  CHECK(row(only_scene, 0) == row(only_scene, 1));
  CHECK(row(only_scene, 0).size() == 9);  // five words, four pairs, no characters
}

TEST_CASE_TEMPLATE("the same choice in another scene shares only what describes the choice", T,
                   float, double) {
  const std::vector<std::string_view> choices{"Shoot"};
  const auto in = [&](std::string_view scene, const ra::candidate_options& o) {
    return row(ra::encode_candidates<T>(wide, scene, choices, o), 0);
  };
  const ra::candidate_options choice_only{.scene = false, .scene_identity = false};
  const ra::candidate_options identity_only{.scene = false, .choice = false};
  CHECK(in("A guard", choice_only) == in("A target", choice_only));
  CHECK(in("A guard", identity_only) != in("A target", identity_only));
  CHECK(in("A guard", identity_only) == in("a GUARD", identity_only));
  CHECK(in("A guard", identity_only).size() == 2);
}

TEST_CASE_TEMPLATE("keywords pair long scene words with choice words", T, float, double) {
  const ra::candidate_options keywords{
      .scene = false, .choice = false, .scene_identity = false, .keyword_length = 5};
  const std::vector<std::string> choices{"shoot now", "shoot"};
  const auto set = ra::encode_candidates<T>(wide, "The guard sees an alarm", choices, keywords);
  CHECK(row(set, 0).size() == 4);
  CHECK(row(set, 1).size() == 2);
  const auto other = ra::encode_candidates<T>(wide, "An alarm and a guard", choices, keywords);
  CHECK(row(set, 0) == row(other, 0));
}

TEST_CASE_TEMPLATE("empty texts and no choices", T, float, double) {
  const nn::text_encoder encoder;
  const auto none = ra::encode_candidates<T>(encoder, "A scene", std::vector<std::string>{});
  CHECK(none.choice_count() == 0);
  const auto empty = ra::encode_candidates<T>(encoder, "", std::vector<std::string>{"", "x"});
  CHECK(empty.choice_count() == 2);
  CHECK(row(empty, 0) != row(empty, 1));
}

TEST_CASE("any range of strings, also one that cannot be walked while constant") {
  const ra::nn::text_encoder encoder(ra::nn::text_encoder_options{});
  std::vector<std::string> texts{"go north", "take the lamp"};
  struct walked {  // as std::views::filter is, which clang 14 does not compile
    std::vector<std::string>& texts;
    auto begin() { return texts.begin(); }
    auto end() { return texts.end(); }
  } some{texts};
  CHECK(ra::encode_candidates<float>(encoder, "a cave", some).choice_count() == 2);
  CHECK(ra::encode_candidates<float>(encoder, "a cave", texts).choice_count() == 2);
}
