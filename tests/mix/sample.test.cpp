// SPDX-License-Identifier: MIT
#include <realign/mix/sample.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <list>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/core/weights.hpp>

#include "../simd/every_isa.hpp"
#include "../simd/half_rows.hpp"
#include "rules.hpp"

namespace ra = realign;
namespace mix = realign::mix;
using realign_tests::half_rows;
using realign_tests::row_list;

namespace {

using mask = std::vector<unsigned char>;

/// Draws against the row that the rule writes: Pearson's statistic in standard deviations above its mean.
template <class T, class Rule>
double excess(const Rule& rule, const row_list<T>& rows, const std::vector<double>& w, const mask& allowed,
              std::size_t draws, ra::random_generator& g) {
  std::vector<T> p(rows[0].size());
  REQUIRE(rule(rows, w, ra::as_probs(p), allowed).status == ra::status::ok);
  std::vector<double> got(p.size(), 0.0);
  std::size_t failed = 0;
  for (std::size_t i = 0; i < draws; ++i) {
    const mix::sampled s = mix::sample(rule, rows, w, g, allowed);
    if (s.status == ra::status::ok)
      got[s.choice] += 1;
    else
      ++failed;
  }
  CHECK(failed == 0);
  double sum = 0;
  for (const T& x : p) sum += static_cast<double>(x);
  double statistic = 0, freedom = -1;
  for (std::size_t a = 0; a < p.size(); ++a) {
    if (p[a] == T(0)) {
      CHECK(got[a] == 0);
      continue;
    }
    const double expected = static_cast<double>(p[a]) / sum * static_cast<double>(draws);
    statistic += (got[a] - expected) * (got[a] - expected) / expected;
    freedom += 1;
  }
  return (statistic - freedom) / std::sqrt(2 * freedom);
}

template <class T>
row_list<T> random_rows(std::size_t n, std::size_t v, double size, ra::random_generator& g) {
  row_list<T> rows(n, std::vector<T>(v));
  for (auto& r : rows)
    for (T& x : r) x = static_cast<T>(size * ra::normal(g));
  return rows;
}

/// Some draws, from the rows as a matrix and as a list; the last choice says that a row was refused.
template <class Rule, class T>
std::vector<std::size_t> draws(const Rule& rule, ra::matrix_view<const T> rows, std::span<const double> w,
                               const mask& allowed) {
  std::vector<std::size_t> choices;
  const auto add = [&](mix::sampled s) {
    choices.push_back(s.status == ra::status::ok ? s.choice : rows.cols());
  };
  std::vector<ra::vector_view<const T>> list;
  for (std::size_t i = 0; i < rows.rows(); ++i) list.push_back(rows.row(i));
  ra::random_generator g(6);
  try {
    for (int i = 0; i < 4; ++i) add(mix::sample(rule, rows, w, g, allowed));
    for (int i = 0; i < 2; ++i) add(mix::sample(rule, list, w, g, allowed));
  } catch (const ra::contract_error&) {
    choices.push_back(rows.cols() + 1);
  }
  return choices;
}

}  // namespace

TEST_CASE_TEMPLATE("draws follow the rows that the rules write", T, float, double) {
  ra::random_generator g(1);
  for (const std::size_t n : {1U, 2U, 5U}) {
    const auto rows = random_rows<T>(n, 12, 1, g);
    std::vector<double> w(n, 0.1);
    w[0] = 0.6;
    CHECK(excess(mix::arithmetic, rows, w, {}, 20000, g) < 5);
    CHECK(excess(mix::geometric, rows, w, {}, 20000, g) < 5);
    const mask allowed{1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0};
    CHECK(excess(mix::arithmetic, rows, w, allowed, 20000, g) < 5);
    CHECK(excess(mix::geometric, rows, w, allowed, 20000, g) < 5);
  }
}

TEST_CASE_TEMPLATE("a mask that leaves the policies unequal shares", T, float, double) {
  // the first policy keeps one part in a thousand, the second a half: drawing by weight and then within the mask
  // would give the first policy's choice 0.9
  const row_list<T> rows{{7, T(0.1), 0, 0}, {0, 0, 0, 0}};
  ra::random_generator g(2);
  CHECK(excess(mix::arithmetic, rows, {0.9, 0.1}, {0, 1, 1, 0}, 20000, g) < 5);
  // next to nothing is allowed: nearly every draw goes by allowed mass
  const row_list<T> far{{20, T(0.5), 0, 0}, {18, 0, 1, 0}};
  CHECK(excess(mix::arithmetic, far, {0.5, 0.5}, {0, 1, 1, 0}, 20000, g) < 5);
}

TEST_CASE_TEMPLATE("rows may come in any form, and only the drawn one is read", T, float, double) {
  const T nan = ra::not_a_number<T>();
  std::vector<T> flat{nan, nan, nan, 0, ra::neg_infinity<T>(), ra::neg_infinity<T>()};
  ra::random_generator g(3);
  const ra::weights second{0, 1};
  CHECK(mix::sample(mix::arithmetic, ra::matrix_view<T>(flat.data(), 2, 3), second, g).choice == 0);
  CHECK(mix::sample(mix::arithmetic, ra::matrix_view<const T>(flat.data(), 2, 3), second, g).choice == 0);
  CHECK(mix::sample(mix::geometric, ra::matrix_view<T>(flat.data(), 2, 3), second, g).choice == 0);
  CHECK(mix::sample(mix::geometric, ra::matrix_view<const T>(flat.data(), 2, 3), second, g).choice == 0);
  const std::list<std::vector<T>> list{{flat[0], flat[1], flat[2]}, {flat[3], flat[4], flat[5]}};
  CHECK(mix::sample(mix::arithmetic, list, second, g).choice == 0);
  CHECK(mix::sample(mix::geometric, list, second, g).choice == 0);
}

TEST_CASE_TEMPLATE("without support the status says so", T, float, double) {
  const T never = ra::neg_infinity<T>();
  ra::random_generator g(4);
  const row_list<T> rows{{0, never, 0}, {never, 0, 0}}, dead{{never, never}, {never, never}};
  const std::vector<double> half{0.5, 0.5}, none{0, 0};
  const mask nothing{0, 0, 0}, first{1, 0, 0};
  CHECK(mix::sample(mix::arithmetic, rows, half, g, nothing).status == ra::status::no_support);
  CHECK(mix::sample(mix::geometric, rows, half, g, nothing).status == ra::status::no_support);
  CHECK(mix::sample(mix::geometric, rows, half, g, first).status == ra::status::no_support);
  CHECK(mix::sample(mix::arithmetic, rows, half, g, first).status == ra::status::ok);
  CHECK(mix::sample(mix::arithmetic, dead, half, g).status == ra::status::no_support);
  CHECK(mix::sample(mix::geometric, dead, half, g).status == ra::status::no_support);
  CHECK(mix::sample(mix::arithmetic, rows, none, g).status == ra::status::no_support);
  CHECK(mix::sample(mix::geometric, row_list<T>{{}, {}}, half, g).status == ra::status::no_support);
  CHECK(mix::sample(mix::arithmetic, row_list<T>{{}, {}}, half, g).status == ra::status::no_support);
  // a policy without any choice, and a mask that the other one's draws do not pass
  const row_list<T> mixed{{never, never, never}, {9, 0, 0}};
  std::size_t refused = 0;
  for (int i = 0; i < 50; ++i)
    if (!ra::succeeded(mix::sample(mix::arithmetic, mixed, half, g, mask{0, 1, 1}).status)) ++refused;
  CHECK(refused == 50);
}

TEST_CASE_TEMPLATE("a mask may leave each policy less than any double", T, float, double) {
  // the masses are e^-5000, e^-4000 and e^-4100: all draws come from the second policy
  const T never = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  const row_list<T> rows{{T(5000), 0, never, never}, {T(4000), never, 0, never}, {T(4100), never, never, 0},
                         {nan, nan, nan, nan}};
  ra::random_generator g(8);
  for (int i = 0; i < 50; ++i) {
    const mix::sampled s = mix::sample(mix::arithmetic, rows, ra::weights{0.3, 0.3, 0.4, 0}, g, mask{0, 1, 1, 1});
    REQUIRE(s.status == ra::status::ok);
    CHECK(s.choice == 2);
  }
}

TEST_CASE_TEMPLATE("weights need not sum to one, and no choice is named where there is none", T, float, double) {
  ra::random_generator g(10);
  const std::vector<double> w{0.1, 0.2};
  const mask first{1, 0}, nothing{0, 0};
  const row_list<T> rows{{0, 1}, {1, 0}};
  for (int i = 0; i < 20; ++i) {
    CHECK(mix::sample(mix::arithmetic, rows, w, g).status == ra::status::ok);
    CHECK(mix::sample(mix::arithmetic, rows, w, g, first).status == ra::status::ok);
  }
  const mix::sampled none = mix::sample(mix::arithmetic, rows, w, g, nothing);
  CHECK(none.status == ra::status::no_support);
  CHECK(none.choice == 0);
  CHECK(mix::sample(mix::geometric, rows, w, g, nothing).choice == 0);
  CHECK(mix::sample(mix::arithmetic, rows, std::vector<double>{0, 0}, g).choice == 0);
  const T never = ra::neg_infinity<T>();
  CHECK(mix::sample(mix::arithmetic, row_list<T>{{never, never}}, std::vector<double>{1}, g).choice == 0);
}

TEST_CASE_TEMPLATE("a matrix is checked as a list of rows is", T, float, double) {
  ra::random_generator g(11);
  const std::vector<T> numbers{0, 1, 2, 2, 1, 0};
  const ra::matrix_view<const T> rows(numbers.data(), 2, 3);
  const auto check = [&](const auto& rule) {
    CHECK_THROWS_WITH_AS((void)mix::sample(rule, rows, std::vector<double>{1}, g), doctest::Contains("weights"),
                         ra::contract_error);
    CHECK_THROWS_WITH_AS((void)mix::sample(rule, rows, std::vector<double>{0.5, 0.5}, g, mask{1, 1}),
                         doctest::Contains("allowed"), ra::contract_error);
    CHECK(mix::sample(rule, rows, std::vector<double>{0.5, 0.5}, g, mask{0, 0, 1}).choice == 2);
  };
  check(mix::arithmetic);
  check(mix::geometric);
}

TEST_CASE_TEMPLATE("sums beyond the range are refused", T, float, double) {
  ra::random_generator g(9);
  CHECK_THROWS_WITH_AS((void)mix::sample(mix::geometric, row_list<T>{{T(3), T(2)}}, std::vector<double>{1e308}, g),
                       doctest::Contains("weighted sums within the range"), ra::contract_error);
}

TEST_CASE_TEMPLATE("bad input is refused with the place of the fault", T, float, double) {
  ra::random_generator g(5);
  const auto draw = [&](const auto& rule) {
    return [&rule, &g](const auto& rows, std::span<const double> w, auto& out, mask allowed = {}) {
      // the shape of an output is no matter here; every row is drawn from sooner or later
      if (out.size() != 3) return (void)rule(rows, w, out, allowed);
      for (int i = 0; i < 40; ++i) (void)mix::sample(rule, rows, w, g, allowed);
    };
  };
  realign_tests::check_refusals<T>(draw(mix::arithmetic));
  realign_tests::check_refusals<T>(draw(mix::geometric));
  CHECK_THROWS_WITH_AS(
      (void)mix::sample(mix::arithmetic, row_list<T>{{0, 0}, {0, 0}}, std::vector<double>{1.5, -0.5}, g),
      "weights: expected finite entries >= 0, got -0.5 at index 1", ra::contract_error);
  CHECK_THROWS_WITH_AS((void)mix::sample(mix::geometric, row_list<T>{{0, 0}, {0, ra::neg_infinity<T>()}},
                                         std::vector<double>{1.5, -0.5}, g),
                       doctest::Contains("got -0.5 on row 1, choice 1"), ra::contract_error);
}

TEST_CASE_TEMPLATE("from rows of 16 bits the same choices are drawn as from their floats", H, ra::float16, ra::bfloat16) {
  realign_tests::on_every_isa([] {
    const std::vector<double> w{0.5, 0.0, 0.25};
    realign_tests::each_half_rows<H>(3, [&](const half_rows<H>& x, const mask& allowed) {
      CHECK(draws(mix::arithmetic, x.halves(), w, allowed) == draws(mix::arithmetic, x.floats(), w, allowed));
      CHECK(draws(mix::geometric, x.halves(), w, allowed) == draws(mix::geometric, x.floats(), w, allowed));
    });
  });
  // next to nothing is allowed: by allowed mass; rows that could be written to; a bad row is named
  ra::random_generator g(7);
  std::vector<H> far;
  for (const float number : {20.0F, 0.5F, 0.0F, 18.0F, 0.0F, 1.0F}) far.push_back(H(number));
  const std::vector<double> half{0.5, 0.5};
  const mask last{0, 0, 1};
  CHECK(mix::sample(mix::arithmetic, ra::matrix_view<H>(far.data(), 2, 3), half, g, last).choice == 2);
  CHECK(mix::sample(mix::geometric, ra::matrix_view<H>(far.data(), 2, 3), half, g, last).choice == 2);
  far[1] = far[4] = H(ra::not_a_number<float>());
  CHECK_THROWS_WITH_AS((void)mix::sample(mix::arithmetic, ra::matrix_view<H>(far.data(), 2, 3), std::vector<double>{0, 1}, g),
                       doctest::Contains("in row 1"), ra::contract_error);
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("a draw from the product finds a bad number behind another row's mask", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(3);
    for (const T bad : {ra::not_a_number<T>(), ra::pos_infinity<T>()})
      for (const std::size_t v : {1U, 2U, 3U, 4U, 7U, 8U, 9U, 16U, 40U, 300U}) {
        CAPTURE(v);
        row_list<T> rows(2, std::vector<T>(v, T(0)));
        rows[0][v / 2] = bad;
        rows[1][v / 2] = ra::neg_infinity<T>();
        CHECK_THROWS_WITH_AS((void)mix::sample(mix::geometric, rows, ra::weights{0.5, 0.5}, g), doctest::Contains("row 0"),
                             ra::contract_error);
      }
  });
}
#endif
