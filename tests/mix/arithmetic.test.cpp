// SPDX-License-Identifier: MIT
#include <realign/mix/arithmetic.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/core/weights.hpp>

#include "rules.hpp"

namespace ra = realign;
namespace mix = realign::mix;
using realign_tests::row_list;

namespace {
template <class T>
double d(T x) {
  return static_cast<double>(x);
}
}  // namespace

TEST_CASE_TEMPLATE("the mixture of probabilities, by hand", T, float, double) {
  // (1/4, 3/4) and (1/2, 1/2) at 0.6 and 0.4: 0.35, 0.65
  const row_list<T> rows{{T(9), static_cast<T>(9 + std::log(3.0))}, {-3, -3}};
  std::vector<T> p(2), l(2), tagged(2);
  const mix::outcome got = mix::arithmetic(rows, ra::weights{0.6, 0.4}, ra::as_probs(p));
  CHECK(got.status == ra::status::ok);
  CHECK(std::fabs(got.log_z) < 1e-6);
  CHECK(d(p[0]) == doctest::Approx(0.35));
  CHECK(d(p[1]) == doctest::Approx(0.65));
  CHECK(mix::arithmetic(rows, ra::weights{0.6, 0.4}, l).status == ra::status::ok);
  CHECK(d(l[0]) == doctest::Approx(std::log(0.35)));
  (void)mix::arithmetic(rows, ra::weights{0.6, 0.4}, ra::as_log_probs(tagged));
  CHECK(tagged == l);
}

TEST_CASE_TEMPLATE("matrices, strided outputs and lists of rows give the same", T, float, double) {
  const row_list<T> rows{{0, 1, 2}, {2, 0, 0}};
  const std::vector<T> flat{0, 1, 2, 2, 0, 0};
  std::vector<T> writable = flat;
  const std::vector<double> w{0.3, 0.7};
  std::vector<T> a(3), b(3), c(3), wide(6, T(7));
  CHECK(mix::arithmetic(rows, w, a).status == ra::status::ok);
  (void)mix::arithmetic(ra::matrix_view<const T>(flat.data(), 2, 3), w, b);
  (void)mix::arithmetic(ra::matrix_view<T>(writable.data(), 2, 3), w, std::span<T>(c));
  (void)mix::arithmetic(rows, w, ra::vector_view<T>(wide.data(), 3, 2));
  CHECK(a == b);
  CHECK(a == c);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(wide[2 * k] == doctest::Approx(a[k]));  // scalar code: the same to rounding
    CHECK(wide[2 * k + 1] == T(7));
  }
  // one policy: its own distribution, over its own row
  const mix::outcome own =
      mix::arithmetic(ra::matrix_view<T>(writable.data(), 1, 3), std::vector<double>{1},
                      std::span<T>(writable.data(), 3));
  CHECK(own.status == ra::status::ok);
  CHECK(d(writable[2]) == doctest::Approx(-std::log1p(std::exp(-1.0) + std::exp(-2.0))));
}

TEST_CASE_TEMPLATE("weight on one policy gives that policy; a row of weight zero is not read", T,
                   float, double) {
  const T nan = ra::not_a_number<T>();
  const row_list<T> rows{{nan, nan}, {0, 0}};
  std::vector<T> p(2);
  CHECK(mix::arithmetic(rows, ra::weights::vertex(2, 1), ra::as_probs(p)).status == ra::status::ok);
  CHECK(d(p[0]) == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("a row of weight zero is not read, whatever the layout", T, float, double) {
  const T nan = ra::not_a_number<T>();
  const std::vector<T> apart{1, 9, 2, 9, nan, 9, nan, 9};  // every second number
  const std::vector<double> w{1, 0};
  std::vector<T> p(2);
  CHECK(ra::mix::arithmetic(ra::matrix_view<const T>(apart.data(), 2, 2, 4, 2), w, ra::as_probs(p)).status == ra::status::ok);
  CHECK(static_cast<double>(p[1] / p[0]) == doctest::Approx(std::exp(1.0)));
}

TEST_CASE_TEMPLATE("supports are united, masks cut them", T, float, double) {
  const T never = ra::neg_infinity<T>();
  const row_list<T> rows{{0, never, never}, {never, 0, never}};
  std::vector<T> p(3);
  (void)mix::arithmetic(rows, ra::weights{0.25, 0.75}, ra::as_probs(p));
  CHECK(d(p[0]) == doctest::Approx(0.25));
  CHECK(d(p[1]) == doctest::Approx(0.75));
  CHECK(p[2] == T(0));
  const std::vector<unsigned char> allowed{0, 1, 1};
  const mix::outcome cut = mix::arithmetic(rows, ra::weights{0.25, 0.75}, ra::as_probs(p), allowed);
  CHECK(cut.log_z == doctest::Approx(std::log(0.75)));
  CHECK(p[0] == T(0));
  CHECK(d(p[1]) == doctest::Approx(1));
  std::vector<T> l(3);
  (void)mix::arithmetic(rows, ra::weights{0.25, 0.75}, l, allowed);
  CHECK(ra::is_neg_inf(l[0]));
  CHECK(std::fabs(d(l[1])) < 1e-6);
  CHECK(ra::is_neg_inf(l[2]));
}

TEST_CASE_TEMPLATE("without support the status says so and nothing is written", T, float, double) {
  const T never = ra::neg_infinity<T>();
  std::vector<T> p{7, 7};
  const std::vector<unsigned char> nothing{0, 0};
  const mix::outcome masked =
      mix::arithmetic(row_list<T>{{0, 0}, {1, 1}}, ra::weights{0.5, 0.5}, p, nothing);
  CHECK(masked.status == ra::status::no_support);
  CHECK(ra::is_neg_inf(masked.log_z));
  CHECK(mix::arithmetic(row_list<T>{{0, 0}, {never, never}}, ra::weights{0.5, 0.5}, p).status ==
        ra::status::no_support);
  CHECK(mix::arithmetic(row_list<T>{{0, 0}, {1, 1}}, std::vector<double>{0, 0}, p).status ==
        ra::status::no_support);
  CHECK(mix::arithmetic(row_list<T>{{}, {}}, ra::weights{0.5, 0.5}, std::vector<T>{}).status ==
        ra::status::no_support);
  CHECK(p == std::vector<T>{7, 7});
}

TEST_CASE_TEMPLATE("extreme logits and one choice", T, float, double) {
  std::vector<T> l(2), one(1);
  (void)mix::arithmetic(row_list<T>{{T(1e4), T(-1e4)}, {T(1e4), T(-1e4)}}, ra::weights{0.5, 0.5},
                        l);
  CHECK(l[0] == T(0));
  CHECK(d(l[1]) == doctest::Approx(-2e4));
  CHECK(mix::arithmetic(row_list<T>{{T(-1e4)}, {T(3)}}, ra::weights{0.1, 0.9}, ra::as_probs(one))
            .status == ra::status::ok);
  CHECK(d(one[0]) == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("a random mixture is the mean of the softmaxes, for any number of policies", T,
                   float, double) {
  ra::random_generator g(41);
  for (const std::size_t n : {2U, 7U, 40U}) {
    constexpr std::size_t v = 50;
    row_list<T> rows(n, std::vector<T>(v));
    std::vector<double> raw(n), expected(v, 0.0);
    for (double& x : raw) x = ra::uniform(g);
    const ra::weights w = ra::weights::proportional_to(raw);
    for (std::size_t i = 0; i < n; ++i) {
      double z = 0;
      for (T& x : rows[i]) x = static_cast<T>(4 * ra::normal(g));
      for (const T& x : rows[i]) z += std::exp(d(x));
      for (std::size_t a = 0; a < v; ++a) expected[a] += w[i] * std::exp(d(rows[i][a])) / z;
    }
    std::vector<T> p(v);
    CHECK(mix::arithmetic(rows, w, ra::as_probs(p)).status == ra::status::ok);
    double worst = 0;
    for (std::size_t a = 0; a < v; ++a) worst = (std::max)(worst, std::fabs(d(p[a]) - expected[a]));
    CHECK(worst < (sizeof(T) == 4 ? 1e-6 : 1e-14));
  }
}

TEST_CASE_TEMPLATE("a mask that leaves a weight without a logarithm leaves nothing", T, float, double) {
  std::vector<T> p(3, T(7));
  const std::vector<unsigned char> allowed{0, 1, 1};
  const mix::outcome got =
      mix::arithmetic(row_list<T>{{0, 0, 0}}, std::vector<double>{5e-324}, ra::as_probs(p), allowed);
  if (got.status == ra::status::ok) CHECK(d(p[1]) == doctest::Approx(0.5));
  else CHECK(got.status == ra::status::no_support);
}

TEST_CASE_TEMPLATE("a mask that leaves choices too unlikely for their type", T, float, double) {
  const T huge = (std::numeric_limits<T>::max)(), never = ra::neg_infinity<T>();
  for (const std::size_t v : {2U, 3U, 9U, 40U, 300U})
    for (const std::size_t step : {1U, 2U}) {  // side by side, apart
      CAPTURE(v);
      CAPTURE(step);
      std::vector<T> x(2 * v * step, -huge), out(v);
      x[0] = x[v * step] = huge;
      x[(v - 1) * step] = never;  // only the second policy makes it
      std::vector<unsigned char> allowed(v, 0);
      allowed[v - 1] = 1;
      const ra::matrix_view<const T> rows(x.data(), 2, v, static_cast<std::ptrdiff_t>(v * step),
                                          static_cast<std::ptrdiff_t>(step));
      CHECK(mix::arithmetic(rows, ra::weights{0.5, 0.5}, ra::as_probs(out), allowed).status == ra::status::ok);
      CHECK(out[v - 1] == T(1));
      CHECK(out[0] == T(0));
      CHECK(mix::arithmetic(rows, ra::weights{0.5, 0.5}, out, allowed).status == ra::status::ok);
      CHECK(out[v - 1] == T(0));
      CHECK(ra::is_neg_inf(out[0]));
    }
}

TEST_CASE_TEMPLATE("without a mask the row sums to what the weights sum to, with one to one", T, float, double) {
  const row_list<T> rows{{0, 1, 2}, {2, 0, 0}};
  std::vector<T> p(3);
  CHECK(mix::arithmetic(rows, std::vector<double>{2, 0}, ra::as_probs(p)).log_z == 0);
  CHECK(d(p[0] + p[1] + p[2]) == doctest::Approx(2));
  const std::vector<T> apart{0, 9, 1, 9, 2, 9};  // choices in steps of two
  CHECK(mix::arithmetic(ra::matrix_view<const T>(apart.data(), 1, 3, 6, 2), std::vector<double>{2}, ra::as_probs(p)).log_z == 0);
  const mix::outcome all = mix::arithmetic(rows, std::vector<double>{2, 0}, ra::as_probs(p), std::vector<unsigned char>{1, 1, 1});
  CHECK(all.log_z == doctest::Approx(std::log(2.0)));
  CHECK(d(p[0] + p[1] + p[2]) == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("many policies, few of them with weight, over few choices", T, float, double) {
  for (const std::size_t n : {15U, 16U, 17U, 40U, 400U})
    for (const std::size_t v : {2U, 3U, 4U, 7U, 8U}) {
      row_list<T> rows(n, std::vector<T>(v, T(0)));
      rows[n - 1][0] = static_cast<T>(std::log(2.0));
      std::vector<double> w(n, 0.0);
      w[0] = 0.25;
      w[n - 1] = 0.75;
      std::vector<T> p(v);
      CHECK(mix::arithmetic(rows, w, ra::as_probs(p)).status == ra::status::ok);
      const double even = 0.25 / static_cast<double>(v), tilted = 0.75 / (static_cast<double>(v) + 1);
      CHECK(d(p[0]) == doctest::Approx(even + 2 * tilted));
      CHECK(d(p[v - 1]) == doctest::Approx(even + tilted));
    }
}

TEST_CASE_TEMPLATE("rows beyond the stack, with a workspace and without", T, float, double) {
  // 320 KiB of double: too much for the stack; and 640 KiB, too much to store
  for (const std::size_t v : {std::size_t{20000}, std::size_t{40000}}) {
    ra::random_generator g(43);
    row_list<T> rows(2, std::vector<T>(v));
    for (auto& r : rows)
      for (T& x : r) x = static_cast<T>(ra::normal(g));
    const std::vector<double> w{0.25, 0.75};
    std::vector<T> numbers(rows[0]);
    numbers.insert(numbers.end(), rows[1].begin(), rows[1].end());
    const ra::matrix_view<const T> matrix(numbers.data(), 2, v);
    std::vector<T> plain(v), stored(v);
    mix::workspace<T> work;
    CHECK(mix::arithmetic(matrix, w, ra::as_probs(plain)).status == ra::status::ok);
    CHECK(mix::arithmetic(matrix, w, ra::as_probs(stored), {}, work).status == ra::status::ok);
    double sum = 0, worst = 0;
    for (std::size_t a = 0; a < v; ++a) {
      sum += d(plain[a]);
      worst = (std::max)(worst, std::fabs(d(plain[a]) - d(stored[a])) / d(plain[a]));
    }
    CHECK(sum == doctest::Approx(1).epsilon(1e-5));
    CHECK(worst < (sizeof(T) == 4 ? 1e-5 : 1e-13));
  }
}

TEST_CASE_TEMPLATE("a bad number is an error also where a mask leaves nothing", T, float, double) {
  std::vector<T> out(2, T(7));
  const std::vector<unsigned char> nothing{0, 0};
  const T nan = ra::not_a_number<T>();
  CHECK_THROWS_WITH_AS((void)mix::arithmetic(row_list<T>{{0, 0}, {nan, 0}}, ra::weights{0.5, 0.5}, out, nothing),
                       doctest::Contains("row 1"), ra::contract_error);
  CHECK(mix::arithmetic(row_list<T>{{0, 0}, {nan, 0}}, ra::weights{1, 0}, out, nothing).status ==
        ra::status::no_support);
  CHECK(out == std::vector<T>{7, 7});
}

TEST_CASE_TEMPLATE("bad input is refused with the place of the fault", T, float, double) {
  realign_tests::check_refusals<T>(mix::arithmetic);
  std::vector<T> out(2);
  CHECK_THROWS_WITH_AS(
      (void)mix::arithmetic(row_list<T>{{0, 0}, {0, 0}}, std::vector<double>{1.5, -0.5}, out),
      "weights: expected finite entries >= 0, got -0.5 at index 1", ra::contract_error);
}

TEST_CASE_TEMPLATE("many policies over few choices, of which at most 16 have weight", T, float, double) {
  for (const std::size_t count : {17U, 64U})
    for (const std::size_t n : {2U, 4U, 8U}) {
      std::vector<T> x(count * n), out(n);
      for (std::size_t i = 0; i < count; ++i) x[i * n] = static_cast<T>(i % 3);
      std::vector<double> w(count, 0.0);
      for (std::size_t i = 0; i < 16; ++i) w[count - 1 - i] = 1.0 / 16;
      CHECK(mix::arithmetic(ra::matrix_view<const T>(x.data(), count, n), w, ra::as_probs(out)).status == ra::status::ok);
      double expected = 0;
      for (std::size_t i = count - 16; i < count; ++i) {
        const double e = std::exp(d(x[i * n]));
        expected += e / (e + static_cast<double>(n - 1)) / 16;
      }
      CHECK(d(out[0]) == doctest::Approx(expected));
    }
}

TEST_CASE_TEMPLATE("long rows are mixed alike whether their exponentials are kept or taken again", T, float, double) {
  // what is kept depends on the processor: up to 512 KiB or 8 MiB
  for (const std::size_t bytes : {std::size_t{600000}, std::size_t{8500000}}) {
    CAPTURE(bytes);
    const std::size_t v = bytes / (3 * sizeof(T));
    std::vector<T> rows(3 * v), kept(v), again(v);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<T>(i * 2654435761U % 1000) / 100 - 5;
    const ra::matrix_view<const T> x(rows.data(), 3, v);
    const std::vector<double> w{0.2, 0.3, 0.5};
    mix::workspace<T> work;
    for (const bool logs : {true, false}) {
      std::span<T> with(kept), without(again);
      if (logs) {
        CHECK(mix::arithmetic(x, w, with, {}, work).status == ra::status::ok);
        CHECK(mix::arithmetic(x, w, without).status == ra::status::ok);
      } else {
        CHECK(mix::arithmetic(x, w, ra::as_probs(with), {}, work).status == ra::status::ok);
        CHECK(mix::arithmetic(x, w, ra::as_probs(without)).status == ra::status::ok);
      }
      long double sum = 0;
      double apart = 0;
      for (std::size_t a = 0; a < v; ++a) {
        sum += logs ? std::exp(d(kept[a])) : d(kept[a]);
        apart = (std::max)(apart, std::fabs(d(kept[a]) - d(again[a])) / (std::fabs(d(again[a])) + (logs ? 1 : 0)));
      }
      CHECK(std::fabs(static_cast<double>(sum - 1)) <= (sizeof(T) == 4 ? 1e-6 : 1e-13));
      CHECK(apart <= 16 * d(std::numeric_limits<T>::epsilon()));
    }
  }
}
