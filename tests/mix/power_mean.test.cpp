// SPDX-License-Identifier: MIT
#include <realign/mix/power_mean.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/core/weights.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>

#include "../core/denormal.hpp"
#include "rules.hpp"

namespace ra = realign;
namespace mix = realign::mix;
using realign_tests::row_list;

static_assert(mix::rule<mix::power_mean, float> && mix::rule<mix::power_mean, double>);

namespace {
template <class T>
double d(T x) {
  return static_cast<double>(x);
}
}  // namespace

TEST_CASE_TEMPLATE("the harmonic mean, by hand", T, float, double) {
  // (1/4, 3/4) and (1/2, 1/2): 2 / (4 + 2) = 1/3 and 2 / (4/3 + 2) = 3/5
  const row_list<T> rows{{T(9), static_cast<T>(9 + std::log(3.0))}, {-3, -3}};
  std::vector<T> p(2), l(2);
  const mix::outcome got = mix::power_mean(-1)(rows, ra::weights{0.5, 0.5}, ra::as_probs(p));
  CHECK(got.status == ra::status::ok);
  CHECK(got.log_z == doctest::Approx(std::log(14.0 / 15)));
  CHECK(d(p[0]) == doctest::Approx(5.0 / 14));
  CHECK(d(p[1]) == doctest::Approx(9.0 / 14));
  (void)mix::power_mean(-1)(rows, std::vector<double>{3, 3}, l);  // weights are scaled
  CHECK(std::exp(d(l[0])) == doctest::Approx(5.0 / 14));
}

TEST_CASE_TEMPLATE("exponents 1 and 0 are the arithmetic and the geometric rule", T, float, double) {
  ra::random_generator g(1);
  for (const std::size_t v : {3U, 50U, 400U}) {
    row_list<T> rows(3, std::vector<T>(v));
    for (auto& r : rows)
      for (T& x : r) x = static_cast<T>(2 * ra::normal(g));
    const ra::weights w{0.2, 0.3, 0.5};
    std::vector<T> a(v), b(v), c(v), e(v);
    (void)mix::arithmetic(rows, w, a);
    (void)mix::power_mean(1)(rows, w, b);
    (void)mix::geometric(rows, w, c);
    (void)mix::power_mean(0)(rows, w, e);
    double worst = 0;
    for (std::size_t k = 0; k < v; ++k)
      worst = std::max({worst, std::fabs(d(a[k]) - d(b[k])), std::fabs(d(c[k]) - d(e[k]))});
    CHECK(worst < (sizeof(T) == 4 ? 5e-6 : 1e-13));
  }
}

TEST_CASE_TEMPLATE("the mass before normalising rises with the exponent", T, float, double) {
  ra::random_generator g(2);
  row_list<T> rows(2, std::vector<T>(30));
  for (auto& r : rows)
    for (T& x : r) x = static_cast<T>(ra::normal(g));
  std::vector<T> out(30);
  double before = ra::neg_infinity<double>();
  for (const double p : {ra::neg_infinity<double>(), -20.0, -1.0, -1e-6, 0.0, 1e-6, 0.5, 1.0, 3.0, ra::pos_infinity<double>()}) {
    const double log_z = mix::power_mean(p)(rows, ra::weights{0.4, 0.6}, out).log_z;
    CHECK((ra::is_neg_inf(before) || log_z > before - 1e-6));
    before = log_z;
  }
  CHECK(before > 0);
}

TEST_CASE_TEMPLATE("weights count by their shares, however large or small", T, float, double) {
  const row_list<T> rows{{1, 2, 3, 0, 1}, {0, -1, 2, 1, 0}, {0, 0, 0, 0, 3}};
  const std::vector<double> w{0.25, 0.5, 0.75};
  for (const double p : {-2.0, -1.0, 0.0, 0.5, 1.0, 2.0})
    for (const int power : {-1070, -1022, -900, 1000, 1023, 1024}) {  // denormal, or their sum overflows
      if (power < -1020 && !realign_tests::has_denormals()) continue;
      CAPTURE(p);
      CAPTURE(power);
      std::vector<double> scaled;
      for (const double v : w) scaled.push_back(std::ldexp(v, power));
      std::vector<T> expected(5), found(5);
      const mix::outcome a = mix::power_mean(p)(rows, w, expected), b = mix::power_mean(p)(rows, scaled, found);
      CHECK(b.status == ra::status::ok);
      CHECK(b.log_z == doctest::Approx(a.log_z).epsilon(1e-6));
      for (std::size_t i = 0; i < 5; ++i) CHECK(d(found[i]) == doctest::Approx(d(expected[i])).epsilon(1e-6));
    }
}

TEST_CASE_TEMPLATE("where the sum of the weights overflows, zero stays zero and the least of them counts", T, float, double) {
  const T never = ra::neg_infinity<T>();
  const double huge = std::ldexp(1.5, 1023);
  std::vector<T> p(2);
  const row_list<T> unread{{0, 0}, {0, 0}, {ra::not_a_number<T>(), never}};
  CHECK(mix::power_mean(-1)(unread, std::vector<double>{huge, huge, 0}, ra::as_probs(p)).status == ra::status::ok);
  CHECK(d(p[1]) == doctest::Approx(0.5));
  const row_list<T> vetoed{{0, 0}, {0, 0}, {0, never}};
  CHECK(mix::power_mean(-1)(vetoed, std::vector<double>{huge, huge, 1e-300}, ra::as_probs(p)).status == ra::status::ok);
  CHECK(p[1] == T(0));
}

TEST_CASE_TEMPLATE("supports: united above zero, intersected below", T, float, double) {
  const T never = ra::neg_infinity<T>();
  const row_list<T> rows{{0, 0, never}, {never, 0, 0}};
  const std::vector<double> w{0.5, 0.5};
  std::vector<T> p(3);
  (void)mix::power_mean(0.5)(rows, w, ra::as_probs(p));
  CHECK(p[0] > T(0));
  CHECK(p[2] > T(0));
  for (const double exponent : {0.0, -0.5, ra::neg_infinity<double>()}) {
    (void)mix::power_mean(exponent)(rows, w, ra::as_probs(p));
    CHECK(p[0] == T(0));
    CHECK(d(p[1]) == doctest::Approx(1));
    CHECK(p[2] == T(0));
  }
  const std::vector<unsigned char> outer{1, 0, 1};
  std::vector<T> untouched{7, 7, 7};
  CHECK(mix::power_mean(-1)(rows, w, untouched, outer).status == ra::status::no_support);
  CHECK(mix::power_mean(1)(row_list<T>{{0, 0, 0}, {never, never, never}}, w, untouched).status ==
        ra::status::no_support);
  CHECK(mix::power_mean(1)(rows, std::vector<double>{0, 0}, untouched).status == ra::status::no_support);
  CHECK(mix::power_mean(1)(row_list<T>{{}, {}}, w, std::vector<T>{}).status == ra::status::no_support);
  CHECK(untouched == std::vector<T>{7, 7, 7});
  CHECK(mix::power_mean(1)(rows, w, untouched, outer).status == ra::status::ok);
  CHECK(ra::is_neg_inf(untouched[1]));
}

TEST_CASE_TEMPLATE("where every choice is ruled out by some policy, small exponents keep their digits", T, float, double) {
  const T never = ra::neg_infinity<T>();
  const row_list<T> rows{{0, T(0.7), never, never}, {never, never, 0, T(0.7)}};  // a difference that no rounding shares
  const double least = 0.5 / (1 + std::exp(0.7));
  for (const double p : {0.25, 1e-2, 1e-4, 1e-8, 1e-12, 1e-20, 1e-29, 1e-40, 1e-300}) {
    CAPTURE(p);
    std::vector<T> out(4);
    const mix::outcome got = mix::power_mean(p)(rows, ra::weights{0.5, 0.5}, ra::as_probs(out));
    CHECK(got.status == ra::status::ok);
    CHECK(got.log_z == doctest::Approx(std::log(0.5) / p + std::log(2.0)).epsilon(1e-6));
    for (const std::size_t a : {0U, 2U}) CHECK(d(out[a]) == doctest::Approx(least).epsilon(sizeof(T) == 4 ? 5e-6 : 1e-11));
    for (const std::size_t a : {1U, 3U}) CHECK(d(out[a]) == doctest::Approx(0.5 - least).epsilon(sizeof(T) == 4 ? 5e-6 : 1e-11));
  }
}

TEST_CASE_TEMPLATE("policies that nearly rule out what the other one makes leave a mass that is told", T, float, double) {
  const double gap = sizeof(T) == 4 ? 3e4 : 2e6;
  const row_list<T> rows{{0, static_cast<T>(-gap)}, {static_cast<T>(-gap), 0}};
  std::vector<T> out(2);
  // the inverse of (1 + e^gap) / 2, twice
  const mix::outcome got = mix::power_mean(-1)(rows, ra::weights{0.5, 0.5}, ra::as_probs(out));
  CHECK(got.log_z + gap == doctest::Approx(2 * std::log(2.0)).epsilon(1e-6));
  for (const T& x : out) CHECK(d(x) == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("as the exponent falls to zero the policies of most weight decide", T, float, double) {
  const T never = ra::neg_infinity<T>();
  std::vector<T> out(3);
  // 1, 2 by rows of weight 0.6 together, whose geometric mean they are; 0 by the other one
  const row_list<T> rows{{0, never, never}, {never, 0, T(3)}, {never, 0, 0}};
  for (const double p : {1e-40, 1e-6}) {
    CHECK(mix::power_mean(p)(rows, std::vector<double>{0.4, 0.2, 0.4}, ra::as_probs(out)).status == ra::status::ok);
    CHECK(out[0] == T(0));
    CHECK(d(out[2] / out[1]) == doctest::Approx(std::exp(1.0)).epsilon(1e-5));
  }
  const std::vector<unsigned char> allowed{1, 0, 0};
  CHECK(mix::power_mean(1e-40)(rows, std::vector<double>{0.4, 0.2, 0.4}, out, allowed).status == ra::status::ok);
  CHECK(out[0] == T(0));
  CHECK(ra::is_neg_inf(out[2]));
}

TEST_CASE_TEMPLATE("the log of a mass that no double holds is minus infinity", T, float, double) {
  if (!realign_tests::has_denormals()) return;
  const T never = ra::neg_infinity<T>();
  std::vector<T> out(2);
  const mix::outcome got = mix::power_mean(1e-320)(row_list<T>{{0, never}, {never, 0}}, ra::weights{0.5, 0.5}, ra::as_probs(out));
  CHECK(got.status == ra::status::ok);
  CHECK(ra::is_neg_inf(got.log_z));
  for (const T& x : out) CHECK(d(x) == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("logits whose differences overflow", T, float, double) {
  const T huge = (std::numeric_limits<T>::max)();
  for (const double p : {ra::neg_infinity<double>(), -1e20, -1.0, -1e-3, 0.0}) {
    CAPTURE(p);
    std::vector<T> out(3);
    const row_list<T> rows{{huge, -huge, -huge}, {-huge, huge, -huge}};
    CHECK(mix::power_mean(p)(rows, ra::weights{0.5, 0.5}, ra::as_probs(out)).status == ra::status::ok);
    CHECK(d(out[0]) == doctest::Approx(d(out[1])));
    CHECK(d(out[0] + out[1] + out[2]) == doctest::Approx(1));
  }
  std::vector<T> out(2);
  CHECK(mix::power_mean(2)(row_list<T>{{huge, -huge}}, ra::weights{1}, ra::as_probs(out), std::vector<unsigned char>{0, 1})
            .status == ra::status::ok);
  CHECK(d(out[1]) == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("bad input is refused with the place of the fault", T, float, double) {
  realign_tests::check_refusals<T>(mix::power_mean(0.5));
  CHECK_THROWS_WITH_AS((void)mix::power_mean(ra::not_a_number<double>()), doctest::Contains("p: expected a number"),
                       ra::contract_error);
}
