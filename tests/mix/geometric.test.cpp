// SPDX-License-Identifier: MIT
#include <realign/mix/geometric.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/core/weights.hpp>

#include "../core/denormal.hpp"
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

TEST_CASE_TEMPLATE("the weighted product, by hand", T, float, double) {
  // (1/4, 3/4)^1/2 (1/2, 1/2)^1/2 is proportional to (1, sqrt 3)
  const T three = static_cast<T>(std::log(0.75)), one = static_cast<T>(std::log(0.25)),
          half = static_cast<T>(std::log(0.5));
  std::vector<T> p(2), l(2);
  const mix::outcome got = mix::geometric(row_list<T>{{one, three}, {half, half}},
                                          ra::weights{0.5, 0.5}, ra::as_probs(p));
  CHECK(got.status == ra::status::ok);
  CHECK(d(p[1]) == doctest::Approx(std::sqrt(3.0) / (1 + std::sqrt(3.0))));
  // log_z of normalised rows: log sum_a sqrt(p_a q_a), the Bhattacharyya coefficient
  CHECK(got.log_z == doctest::Approx(std::log(std::sqrt(0.125) + std::sqrt(0.375))));
  CHECK(got.log_z < 0);
  (void)mix::geometric(row_list<T>{{one, three}, {half, half}}, ra::weights{0.5, 0.5}, l);
  CHECK(std::exp(d(l[1])) == doctest::Approx(d(p[1])));
}

TEST_CASE_TEMPLATE("constants added to a row cancel", T, float, double) {
  std::vector<T> a(3), b(3);
  (void)mix::geometric(row_list<T>{{0, 1, 2}, {2, 0, 0}}, ra::weights{0.25, 0.75}, a);
  (void)mix::geometric(row_list<T>{{8, 9, 10}, {-6, -8, -8}}, ra::weights{0.25, 0.75}, b);
  for (std::size_t k = 0; k < 3; ++k) CHECK(d(a[k]) == doctest::Approx(d(b[k])));
}

TEST_CASE_TEMPLATE("coefficients beyond the simplex extrapolate", T, float, double) {
  // 1.5 logits_0 - 0.5 logits_1
  std::vector<T> l(2);
  const std::vector<double> c{1.5, -0.5};
  CHECK(mix::geometric(row_list<T>{{0, 2}, {0, -2}}, c, l).status == ra::status::ok);
  CHECK(d(l[1] - l[0]) == doctest::Approx(4));
}

TEST_CASE_TEMPLATE("supports are intersected; a row of coefficient zero is not read", T, float,
                   double) {
  const T never = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  std::vector<T> p(3);
  (void)mix::geometric(row_list<T>{{0, 0, never}, {never, 0, 0}}, ra::weights{0.5, 0.5},
                       ra::as_probs(p));
  CHECK(p == std::vector<T>{0, 1, 0});
  (void)mix::geometric(row_list<T>{{never, never, nan}, {0, 0, never}}, ra::weights{0, 1},
                       ra::as_probs(p));
  CHECK(d(p[0]) == doctest::Approx(0.5));
  CHECK(p[2] == T(0));
  const std::vector<unsigned char> allowed{0, 1, 1};
  std::vector<T> l(3);
  (void)mix::geometric(row_list<T>{{5, 0, 0}, {5, 1, 1}}, ra::weights{0.5, 0.5}, l, allowed);
  CHECK(ra::is_neg_inf(l[0]));
  CHECK(d(l[1]) == doctest::Approx(std::log(0.5)));
}

TEST_CASE_TEMPLATE("without support the status says so and nothing is written", T, float, double) {
  const T never = ra::neg_infinity<T>();
  std::vector<T> p{7, 7};
  const mix::outcome disjoint =
      mix::geometric(row_list<T>{{0, never}, {never, 0}}, ra::weights{0.5, 0.5}, p);
  CHECK(disjoint.status == ra::status::no_support);
  CHECK(ra::is_neg_inf(disjoint.log_z));
  const std::vector<unsigned char> nothing{0, 0};
  CHECK(mix::geometric(row_list<T>{{0, 1}, {1, 0}}, ra::weights{0.5, 0.5}, p, nothing).status ==
        ra::status::no_support);
  CHECK(p == std::vector<T>{7, 7});
}

TEST_CASE_TEMPLATE("a negative coefficient needs another row's mask where its own row masks", T,
                   float, double) {
  const T never = ra::neg_infinity<T>();
  const std::vector<double> c{1.5, -0.5};
  std::vector<T> l(2, T(7));
  CHECK_THROWS_WITH_AS((void)mix::geometric(row_list<T>{{0, 0}, {0, never}}, c, l),
                       doctest::Contains("got -0.5 on row 1, choice 1"), ra::contract_error);
  CHECK(l == std::vector<T>{7, 7});
  CHECK(mix::geometric(row_list<T>{{0, never}, {0, never}}, c, l).status == ra::status::ok);
  CHECK(ra::is_neg_inf(l[1]));
  const std::vector<unsigned char> allowed{1, 0};
  CHECK(mix::geometric(row_list<T>{{0, 0}, {0, never}}, c, l, allowed).status == ra::status::ok);
  CHECK(ra::is_neg_inf(l[1]));
}

TEST_CASE_TEMPLATE("small coefficients count as much as large ones, zero ones not at all", T, float, double) {
  const T never = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  std::vector<T> l(2, T(7));
  // a positive row masks what a negative one masks, however small their coefficients
  CHECK(mix::geometric(row_list<T>{{0, never}, {0, never}}, std::vector<double>{0.5, -0.25}, l).status ==
        ra::status::ok);
  CHECK(ra::is_neg_inf(l[1]));
  CHECK_THROWS_WITH_AS((void)mix::geometric(row_list<T>{{0, 0}, {0, never}}, std::vector<double>{0.5, -0.25}, l),
                       doctest::Contains("got -0.25 on row 1, choice 1"), ra::contract_error);
  // also beside a negative one a row of coefficient zero is not read
  CHECK(mix::geometric(row_list<T>{{0, 1}, {0, 1}, {nan, never}}, std::vector<double>{0.5, -0.25, 0}, l).status ==
        ra::status::ok);
  CHECK(d(l[1] - l[0]) == doctest::Approx(0.25));
  CHECK_THROWS_WITH_AS((void)mix::geometric(row_list<T>{{0, 1}, {nan, 1}}, std::vector<double>{0.5, -0.25}, l),
                       doctest::Contains("row 1"), ra::contract_error);
  CHECK_THROWS_WITH_AS((void)mix::geometric(row_list<T>{{0, 0}, {0, never}, {0, never}}, std::vector<double>{0.5, 0, -0.25}, l),
                       doctest::Contains("got -0.25 on row 2, choice 1"), ra::contract_error);
  // a positive row may mask alone
  CHECK(mix::geometric(row_list<T>{{never, 1}, {0, 1}}, std::vector<double>{0.5, -0.25}, l).status == ra::status::ok);
  CHECK(l[1] == T(0));
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("no other row's mask hides a bad number, whatever the layout", T, float, double) {
  const T never = ra::neg_infinity<T>();
  for (const T bad : {ra::not_a_number<T>(), ra::pos_infinity<T>()})
    for (const std::size_t v : {1U, 2U, 3U, 4U, 5U, 9U, 40U, 300U})
      for (const std::ptrdiff_t step : {1, 2}) {
        CAPTURE(v);
        CAPTURE(step);
        std::vector<T> x(4 * v, T(0)), out(v);
        const auto at = [&](std::size_t i, std::size_t a) -> T& { return x[(i * v + a) * static_cast<std::size_t>(step)]; };
        at(0, v - 1) = bad;
        at(1, v - 1) = never;
        const ra::matrix_view<const T> rows(x.data(), 2, v, static_cast<std::ptrdiff_t>(v) * step, step);
        CHECK_THROWS_WITH_AS((void)mix::geometric(rows, ra::weights{0.5, 0.5}, out), doctest::Contains("row 0"),
                             ra::contract_error);
        CHECK(mix::geometric(rows, ra::weights{0, 1}, out).status == (v > 1 ? ra::status::ok : ra::status::no_support));
      }
}
#endif

TEST_CASE_TEMPLATE("extreme logits and one choice", T, float, double) {
  std::vector<T> l(2), one(1);
  (void)mix::geometric(row_list<T>{{T(1e4), T(-1e4)}, {T(-1e4), T(1e4)}}, ra::weights{0.75, 0.25},
                       l);
  CHECK(l[0] == T(0));
  CHECK(d(l[1]) == doctest::Approx(-1e4));
  CHECK(mix::geometric(row_list<T>{{T(-1e4)}, {T(1e4)}}, ra::weights{0.5, 0.5}, ra::as_probs(one))
            .status == ra::status::ok);
  CHECK(one[0] == T(1));
}

TEST_CASE_TEMPLATE("coefficients too small or too large for the rows' type", T, float, double) {
  const T never = ra::neg_infinity<T>();
  for (const std::size_t v : {std::size_t{3}, std::size_t{40}}) {
    std::vector<T> row(v, T(2)), p(v, T(7));
    row[1] = never;
    const double tiny = realign_tests::has_denormals() ? 1e-310 : 1e-307;
    CHECK(mix::geometric(row_list<T>{row}, std::vector<double>{tiny}, ra::as_probs(p)).status == ra::status::ok);
    CHECK(p[1] == T(0));
    CHECK(d(p[0]) == doctest::Approx(1 / (static_cast<double>(v) - 1)));
    row[0] = T(3);
    CHECK_THROWS_WITH_AS((void)mix::geometric(row_list<T>{row}, std::vector<double>{1e308}, p),
                         doctest::Contains("weighted sums within the range"), ra::contract_error);
  }
}

TEST_CASE_TEMPLATE("it minimises the weighted divergence to the policies", T, float, double) {
  // geometric mixing is argmin_p sum_i w_i KL(p || pi_i), whose minimum is -log_z
  ra::random_generator g(51);
  constexpr std::size_t n = 3, v = 8;
  row_list<T> rows(n, std::vector<T>(v));
  for (auto& r : rows) {
    double z = 0;
    for (T& x : r) z += std::exp(d(x = static_cast<T>(ra::normal(g))));
    for (T& x : r) x = static_cast<T>(d(x) - std::log(z));
  }
  const ra::weights w{0.2, 0.3, 0.5};
  std::vector<T> l(v);
  const double log_z = mix::geometric(rows, w, l).log_z;
  const auto divergence = [&](const std::vector<double>& p) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t a = 0; a < v; ++a) sum += w[i] * p[a] * (std::log(p[a]) - d(rows[i][a]));
    return sum;
  };
  std::vector<double> p(v);
  for (std::size_t a = 0; a < v; ++a) p[a] = std::exp(d(l[a]));
  const double least = divergence(p);
  CHECK(least == doctest::Approx(-log_z).epsilon(1e-5));
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> q(v);
    double z = 0;
    for (std::size_t a = 0; a < v; ++a) z += q[a] = p[a] * std::exp(0.3 * ra::normal(g));
    for (double& x : q) x /= z;
    CHECK(divergence(q) > least);
  }
}

TEST_CASE_TEMPLATE("bad input is refused with the place of the fault", T, float, double) {
  realign_tests::check_refusals<T>(mix::geometric);
}
