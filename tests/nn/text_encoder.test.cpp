// SPDX-License-Identifier: MIT
#include <realign/nn/text_encoder.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ra = realign;
namespace nn = realign::nn;

namespace {
nn::text_encoder words_only(std::size_t n, std::size_t dimension = 1U << 20) {
  return nn::text_encoder({.dimension = dimension, .word_max = n, .char_max = 0});
}
}  // namespace

TEST_CASE("the hash is FNV-1a with a mixed result, the same everywhere") {
  // FNV-1a of eight zero bytes and "a", mixed, calculated apart from this code
  CHECK(nn::text_hash().byte('a').finish() == 0xd38d3c8a628cc82ULL);
  CHECK(nn::text_hash(3).text("Agent 7").finish() == 0xfe93e9dd8b71b7dULL);
  CHECK(nn::text_hash(3).text("aGENT 7").finish() == nn::text_hash(3).text("Agent 7").finish());
  CHECK(nn::text_hash(4).text("Agent 7").finish() != nn::text_hash(3).text("Agent 7").finish());
}

TEST_CASE("words") {
  using list = std::vector<std::string_view>;
  CHECK(nn::words("Run, agent-7!  na\xc3\xafve") == list{"Run", "agent", "7", "na\xc3\xafve"});
  CHECK(nn::words("").empty());
  CHECK(nn::words(" ,.;-_ \n").empty());
  CHECK(nn::words("x") == list{"x"});
}

TEST_CASE("n-grams are counted as announced") {
  CHECK(words_only(1).features("a b c").size() == 3);
  CHECK(words_only(2).features("a b c").size() == 5);
  CHECK(
      nn::text_encoder({.word_min = 2, .word_max = 3, .char_max = 0}).features("a b c d").size() ==
      5);
  // " cat ": 3 of three bytes, 2 of four, 1 of five
  CHECK(nn::text_encoder({.word_max = 0}).features("cat").size() == 6);
  CHECK(nn::text_encoder({.word_max = 0, .char_min = 1, .char_max = 9}).features("a").size() == 6);
  const auto all = nn::text_encoder().features("cat cat");
  CHECK(all.size() == 3 + 12);
  CHECK(all.capacity() == all.size());
  CHECK(std::set<std::uint64_t>(all.begin(), all.end()).size() == 2 + 6);
}

TEST_CASE_TEMPLATE("case is ignored, order and space matter", T, float, double) {
  const nn::text_encoder encoder;
  const auto x = encoder.encode<T>("Take the money and run");
  CHECK(x == encoder.encode<T>("take THE money, and run!"));
  CHECK(x != encoder.encode<T>("run and take the money"));
  CHECK(x != encoder.encode<T>("Take the money and run", 1));
  CHECK(words_only(1).encode<T>("run and take the money") ==
        words_only(1).encode<T>("Take the money and run"));
}

TEST_CASE_TEMPLATE("indices ascend below the dimension and the norm is one", T, float, double) {
  for (const std::size_t dimension : {std::size_t{1}, std::size_t{13}, std::size_t{4096}}) {
    const nn::text_encoder encoder({.dimension = dimension});
    const auto x = encoder.encode<T>("You hold the only key. Open the door, or leave it shut?");
    REQUIRE_FALSE(x.empty());
    nn::expect_valid(x, dimension);
    double square = 0;
    for (const T v : x.values) square += static_cast<double>(v) * static_cast<double>(v);
    CHECK(square == doctest::Approx(1).epsilon(sizeof(T) == 4 ? 1e-6 : 1e-14));
  }
}

TEST_CASE_TEMPLATE("counts: sublinear or plain", T, float, double) {
  nn::text_encoder_options o{.word_max = 1, .char_max = 0, .normalized = false};
  auto x = nn::text_encoder(o).encode<T>("go go go");
  REQUIRE(x.size() == 1);
  CHECK(std::fabs(x.values[0]) == doctest::Approx(1 + std::log(3.0)));
  o.sublinear = false;
  x = nn::text_encoder(o).encode<T>("go go go");
  CHECK(std::fabs(x.values[0]) == T(3));
}

TEST_CASE("signs: both occur, colliding features add with them, and none without") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "word" + std::to_string(i) + " ";
  nn::text_encoder_options o{
      .dimension = 1U << 30, .word_max = 1, .char_max = 0, .normalized = false};
  const auto wide = nn::text_encoder(o).encode<double>(text);
  REQUIRE(wide.size() == 400);
  const double sum = [&] {
    double s = 0;
    for (const double v : wide.values) s += v;
    return s;
  }();
  CHECK(std::fabs(sum) < 80);  // four standard deviations of 400 fair signs
  o.dimension = 1;
  const auto one = nn::text_encoder(o).encode<double>(text);
  CHECK((one.empty() ? 0.0 : one.values[0]) == sum);
  o.signed_hashing = false;
  CHECK(nn::text_encoder(o).encode<double>(text).values[0] == 400.0);
}

TEST_CASE_TEMPLATE("texts without words, and bytes outside ASCII", T, float, double) {
  const nn::text_encoder encoder;
  CHECK(encoder.encode<T>("").empty());
  CHECK(encoder.encode<T>("?!").empty());
  CHECK(encoder.encode<T>("\xc3\x84") != encoder.encode<T>("\xc3\xa4"));
  CHECK(encoder.encode<T>(std::string_view("a\0b", 3)) == encoder.encode<T>("a b"));
}

TEST_CASE("wrong options") {
  CHECK_THROWS_AS(nn::text_encoder({.dimension = 0}), ra::contract_error);
  CHECK_THROWS_AS(nn::text_encoder({.dimension = 1ULL << 31}), ra::contract_error);
  CHECK_THROWS_AS(nn::text_encoder({.word_min = 0}), ra::contract_error);
  CHECK_THROWS_AS(nn::text_encoder({.word_min = 3}), ra::contract_error);
  CHECK_THROWS_AS(nn::text_encoder({.char_min = 6}), ra::contract_error);
}
