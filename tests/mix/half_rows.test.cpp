// SPDX-License-Identifier: MIT
// The rules that read rows of 16 bits do with them what they do with the same numbers as floats.
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/power_mean.hpp>
#include <realign/mix/sample.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <realign/core/random.hpp>

#include "../simd/every_isa.hpp"
#include "../simd/half_rows.hpp"

namespace ra = realign;
namespace mix = realign::mix;
using realign_tests::close;
using realign_tests::half_rows;

namespace {

using floats = std::vector<float>;
using mask = std::vector<unsigned char>;
using weights = std::vector<double>;

/// A rule's answers: log-probabilities, probabilities, and what it reports.
struct answers {
  floats logs, probs, with_room;
  mix::outcome of_logs, of_probs;

  template <class Rule, class T>
  answers(const Rule& rule, const ra::matrix_view<const T>& rows, const weights& w, const mask& allowed)
      : logs(rows.cols(), 7.0F), probs(logs), with_room(logs) {
    of_logs = rule(rows, w, logs, allowed);
    of_probs = rule(rows, w, ra::as_probs(probs), allowed);
    mix::workspace<float> work;
    (void)rule(rows, w, with_room, allowed, work);
  }
};
bool alike(const answers& x, const answers& y) {
  return close(x.logs, y.logs) && close(x.probs, y.probs) && close(x.with_room, y.with_room) &&
         x.of_logs.status == y.of_logs.status && x.of_probs.status == y.of_probs.status &&
         close(x.of_logs.log_z, y.of_logs.log_z) && close(x.of_probs.log_z, y.of_probs.log_z);
}

template <class Row, class Rule>
concept mixed_by = requires(const Rule& rule, ra::matrix_view<const Row> rows, const weights& w, floats& out) {
  rule(rows, w, out);
};
static_assert(mixed_by<ra::float16, mix::arithmetic_rule> && mixed_by<ra::bfloat16, mix::geometric_rule>);
static_assert(mixed_by<float, mix::power_mean> && !mixed_by<ra::bfloat16, mix::power_mean>);

/// f(rule) for both rules.
template <class F>
void with_each_rule(F f) {
  f(mix::arithmetic);
  f(mix::geometric);
}

}  // namespace

TEST_CASE_TEMPLATE("rows of any length and number, masks, rows of no weight", H, ra::float16, ra::bfloat16) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(3);
    for (const std::size_t count : {1U, 2U, 4U, 17U, 40U})
      for (const std::size_t n : {1U, 2U, 4U, 5U, 8U, 9U, 31U, 200U, 3001U}) {
        CAPTURE(count);
        CAPTURE(n);
        weights w(count, 1.0 / static_cast<double>(count));
        if (count > 2) w[1] = 0;
        const half_rows<H> rows(realign_tests::some_logits(g, count, n, 4.0), count, 1);
        const mask allowed = realign_tests::some_mask(g, n);
        with_each_rule([&](const auto& rule) {
          CHECK(alike(answers(rule, rows.halves(), w, {}), answers(rule, rows.floats(), w, {})));
          CHECK(alike(answers(rule, rows.halves(), w, allowed), answers(rule, rows.floats(), w, allowed)));
        });
      }
  });
}

TEST_CASE_TEMPLATE("rows with steps, in columns, and lists of rows", H, ra::float16, ra::bfloat16) {
  ra::random_generator g(4);
  const weights w{0.25, 0.75};
  const half_rows<H> x(realign_tests::some_logits(g, 1, 80, 3.0), 1);
  const ra::matrix_view<const H> columns(x.halves().data(), 2, 40, 1, 2), rows(x.halves().data(), 2, 40);
  const ra::matrix_view<const float> same(x.floats().data(), 2, 40, 1, 2);
  with_each_rule([&](const auto& rule) {
    CHECK(alike(answers(rule, columns, w, {}), answers(rule, same, w, {})));
    floats listed(40), apart(80, 7.0F), direct(40);
    (void)rule(std::vector<ra::vector_view<const H>>{rows.row(0), rows.row(1)}, w, listed);
    (void)rule(rows, w, direct);
    CHECK(listed == direct);
    (void)rule(rows, w, ra::vector_view<float>(apart.data(), 40, 2));
    for (std::size_t a = 0; a < 40; ++a) CHECK(close(static_cast<double>(apart[2 * a]), static_cast<double>(direct[a])));
  });
}

TEST_CASE_TEMPLATE("geometric coefficients beyond the weights", H, ra::float16, ra::bfloat16) {
  ra::random_generator g(5);
  const half_rows<H> rows(realign_tests::some_logits(g, 1, 66, 1.0), 2);
  for (const weights& c : {weights{0, 0}, weights{2, 0.5}})
    CHECK(alike(answers(mix::geometric, rows.halves(), c, {}), answers(mix::geometric, rows.floats(), c, {})));
  const half_rows<H> whole({1, 2, 3, 4, 0, -1}, 2);
  CHECK(alike(answers(mix::geometric, whole.halves(), {1.5, -0.5}, {}), answers(mix::geometric, whole.floats(), {1.5, -0.5}, {})));
  const half_rows<H> masked({1, 2, 3, 4, 0, ra::neg_infinity<float>()}, 2);
  floats out(3);
  CHECK_THROWS_WITH_AS((void)mix::geometric(masked.halves(), weights{1.5, -0.5}, out),
                       "coefficients: expected another row that masks what a negative one masks, got -0.5 on row 1, choice 2",
                       ra::contract_error);
}

TEST_CASE_TEMPLATE("NaN and plus infinity are errors that name the row", H, ra::float16, ra::bfloat16) {
  for (const std::size_t n : {3U, 20U, 300U})
    for (const float bad : {ra::not_a_number<float>(), ra::pos_infinity<float>()}) {
      floats x(3 * n, 1.0F), out(n, 7.0F);
      x[2 * n - 1] = bad;
      const half_rows<H> rows(x, 3);
      const weights all{0.5, 0.25, 0.25}, others{0.5, 0.0, 0.5};
      with_each_rule([&](const auto& rule) {
        CHECK_THROWS_WITH_AS((void)rule(rows.halves(), all, out), doctest::Contains("in row 1"), ra::contract_error);
        CHECK(rule(rows.halves(), others, out).status == ra::status::ok);
      });
    }
}

TEST_CASE_TEMPLATE("without a choice nothing is written", H, ra::float16, ra::bfloat16) {
  const float never = ra::neg_infinity<float>();
  const half_rows<H> rows({0, never, never, 0}, 2), empty({never, never, 0, 0}, 2);
  const weights w{0.5, 0.5};
  floats out(2, 7.0F);
  CHECK(mix::geometric(rows.halves(), w, out).status == ra::status::no_support);
  CHECK(mix::arithmetic(empty.halves(), w, out).status == ra::status::no_support);
  CHECK(mix::arithmetic(rows.halves(), w, out, mask{0, 0}).status == ra::status::no_support);
  CHECK(out == floats(2, 7.0F));
  CHECK(mix::arithmetic(rows.halves(), w, ra::as_probs(out)).status == ra::status::ok);
  CHECK(close(out, {0.5F, 0.5F}));
}

TEST_CASE_TEMPLATE("raw bits of another program", H, ra::float16, ra::bfloat16) {
  std::vector<std::uint16_t> bits;
  for (const float x : {0.0F, 1.0F, -1.0F, 0.5F}) bits.push_back(H(x).bits());
  floats out(2), expected(2);
  const floats x{0, 1, -1, 0.5F};
  const weights w{0.5, 0.5};
  (void)mix::arithmetic(ra::half_view<H>(bits.data(), 2, 2), w, out);
  (void)mix::arithmetic(ra::matrix_view<const float>(x.data(), 2, 2), w, expected);
  CHECK(close(out, expected));
}

TEST_CASE_TEMPLATE("lists of rows of 16 bits are mixed as their floats", H, ra::float16, ra::bfloat16) {
  std::vector<std::vector<H>> rows(2);
  std::vector<floats> widened(2);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t a = 0; a < 12; ++a) {
      rows[i].push_back(H(static_cast<float>((5 * i + 3 * a) % 7) / 2));
      widened[i].push_back(rows[i].back());
    }
  const std::vector<double> w{0.25, 0.75};
  floats got(12), expected(12);
  const auto same = [&](const auto& rule) {
    CHECK(rule(rows, w, ra::as_probs(got)).status == ra::status::ok);
    CHECK(rule(widened, w, ra::as_probs(expected)).status == ra::status::ok);
    for (std::size_t a = 0; a < 12; ++a) CHECK(got[a] == doctest::Approx(expected[a]));
  };
  same(mix::arithmetic);
  same(mix::geometric);
  mix::workspace<float> work;
  CHECK(mix::arithmetic(rows, w, ra::as_probs(got), {}, work).status == ra::status::ok);
  const std::array<std::span<const H>, 2> spans{rows[0], rows[1]};
  CHECK(mix::geometric(spans, w, got).status == ra::status::ok);
  std::vector<H> wide;
  for (const H& x : rows[0]) wide.insert(wide.end(), {x, H(9.0F)});
  const std::array<ra::vector_view<const H>, 2> views{ra::vector_view<const H>(wide.data(), 12, 2), {rows[1].data(), 12}};
  CHECK(mix::arithmetic(views, w, ra::as_probs(got)).status == ra::status::ok);
  CHECK(mix::arithmetic(widened, w, ra::as_probs(expected)).status == ra::status::ok);
  for (std::size_t a = 0; a < 12; ++a) CHECK(got[a] == doctest::Approx(expected[a]));
  ra::random_generator g(1);
  CHECK(mix::sample(mix::arithmetic, rows, w, g).choice < 12);
  CHECK(mix::sample(mix::geometric, views, w, g).choice < 12);
  CHECK(!std::is_invocable_v<mix::power_mean, decltype(rows), std::vector<double>, floats&>);
}
