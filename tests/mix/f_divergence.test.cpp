// SPDX-License-Identifier: MIT
#include <realign/mix/f_divergence.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>

#include "../simd/every_isa.hpp"
#include "divergences.hpp"
#include "rules.hpp"

namespace ra = realign;
namespace mix = realign::mix;
using mix::divergence;
using realign_tests::divergences;
using realign_tests::named_divergence;
using realign_tests::on_every_isa;
using realign_tests::row_list;
using realign_tests::total;

static_assert(mix::rule<mix::f_divergence, float> && mix::rule<mix::f_divergence, double>);

namespace {

using mask = std::vector<unsigned char>;

template <class T>
double d(T x) {
  return static_cast<double>(x);
}
template <class T>
constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());

template <class T>
row_list<T> normal_rows(ra::random_generator& g, std::size_t n, std::size_t v, double size) {
  row_list<T> rows(n, std::vector<T>(v));
  for (auto& r : rows)
    for (T& x : r) x = static_cast<T>(size * ra::normal(g));
  return rows;
}
template <class T>
std::vector<double> log_probs(const std::vector<T>& row, const mask& allowed = {}) {
  double top = -1e300, sum = 0;
  std::vector<double> l(row.size(), ra::neg_infinity<double>());
  const auto alive = [&](std::size_t a) { return (allowed.empty() || allowed[a] != 0) && !ra::is_neg_inf(row[a]); };
  for (std::size_t a = 0; a < row.size(); ++a)
    if (alive(a)) top = std::max(top, d(row[a]));
  for (std::size_t a = 0; a < row.size(); ++a)
    if (alive(a)) sum += std::exp(d(row[a]) - top);
  for (std::size_t a = 0; a < row.size(); ++a)
    if (alive(a)) l[a] = d(row[a]) - top - std::log(sum);
  return l;
}
template <class T>
double largest_difference_of_probs(const std::vector<T>& x, const std::vector<T>& y) {
  const auto p = [](const T& l) { return ra::is_neg_inf(l) ? 0.0 : std::exp(d(l)); };
  double worst = 0;
  for (std::size_t a = 0; a < x.size(); ++a) worst = std::max(worst, std::fabs(p(x[a]) - p(y[a])));
  return worst;
}
/// Relative to 1 + |x|.
template <class T>
double largest_difference(const std::vector<T>& x, const std::vector<T>& y) {
  double worst = 0;
  for (std::size_t a = 0; a < x.size(); ++a) {
    if (ra::is_neg_inf(x[a]) && ra::is_neg_inf(y[a])) continue;
    if (ra::is_neg_inf(x[a]) || ra::is_neg_inf(y[a])) return 1e300;
    worst = std::max(worst, std::fabs(d(x[a]) - d(y[a])) / (1 + std::fabs(d(x[a]))));
  }
  return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("the forward KL mean of two mirrored policies, by hand", T, float, double) {
  // pi_1 = (1/4, 3/4), pi_2 = (3/4, 1/4), reference (1/2, 1/2): by symmetry the mean is (1/2, 1/2), x = 1,
  // S = (2 + 2/3) / 2 = 4/3 and nu = 1 - 4/3
  const T third = static_cast<T>(std::log(3.0));
  const row_list<T> rows{{T(5), T(5) + third}, {third, 0}, {-2, -2}};
  std::vector<T> p(2), l(2);
  const std::vector<double> c{0.5, 0.5, 0};
  const mix::outcome got = mix::f_divergence(divergence::forward_kl(), 2)(rows, c, ra::as_probs(p));
  CHECK(got.status == ra::status::ok);
  CHECK(got.log_z == doctest::Approx(-1.0 / 3));
  CHECK(d(p[0]) == doctest::Approx(0.5));
  CHECK(d(p[1]) == doctest::Approx(0.5));
  // Jensen-Shannon: g = (log 2/3 + log 6/5) / 2, and log 2 x / (1 + x) = 0
  const mix::outcome js = mix::f_divergence(divergence::jensen_shannon(), 2)(rows, c, l);
  CHECK(js.log_z == doctest::Approx(std::log(0.8) / 2));
  CHECK(std::exp(d(l[0])) == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("a policy alone is its own mean", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(1);
    for (const named_divergence& n : divergences())
      for (const double size : {1.0, 100.0, 1e4})
        for (const std::size_t v : {1U, 2U, 7U, 40U, 300U}) {
          CAPTURE(n.name);
          CAPTURE(size);
          CAPTURE(v);
          const auto rows = normal_rows<T>(g, 2, v, size);
          std::vector<T> out(v), right(v);
          const mix::outcome got = mix::f_divergence(n.rule, 1)(rows, std::vector<double>{1, 0}, out);
          const auto l = log_probs(rows[0]);
          for (std::size_t a = 0; a < v; ++a) right[a] = static_cast<T>(l[a]);
          // where a policy hardly makes a choice, and the reference much less, that choice takes the rounding of all others
          CHECK(largest_difference_of_probs(out, right) < 30 * size * epsilon<T>);
          if (size > 1) continue;
          CHECK(std::fabs(got.log_z) < 300 * epsilon<T>);
          CHECK(largest_difference(out, right) < 60 * epsilon<T>);
        }
  });
}

TEST_CASE_TEMPLATE("the slopes of f agree at every choice, and the choices without mass do not want any", T, float,
                   double) {
  on_every_isa([] {
    ra::random_generator g(2);
    for (const named_divergence& n : divergences())
      for (const std::size_t v : {2U, 5U, 33U, 500U})
        for (const std::vector<double>& c : {std::vector<double>{0.3, 0.7, 0}, {0.5, 1.1, 0.4}, {0.1, 0.2, 5}}) {
          CAPTURE(n.name);
          CAPTURE(v);
          CAPTURE(c[0]);
          const auto rows = normal_rows<T>(g, 3, v, 1);
          mask allowed(v, 1);
          for (std::size_t a = 1; c[2] > 1 && a < v; ++a) allowed[a] = ra::uniform(g) < 0.7 ? 1 : 0;
          std::vector<T> out(v);
          const mix::outcome got = mix::f_divergence(n.rule, 2)(rows, c, out, allowed);
          REQUIRE(got.status == ra::status::ok);
          CHECK(std::fabs(total(out) - 1) < 100 * epsilon<T>);
          const auto first = log_probs(rows[0]), second = log_probs(rows[1]), prior = log_probs(rows[2]);
          double worst = 0;
          for (std::size_t a = 0; a < v; ++a) {
            if (allowed[a] == 0) {
              CHECK(ra::is_neg_inf(out[a]));
              continue;
            }
            const double right = c[0] * n.slope(first[a] - prior[a]) + c[1] * n.slope(second[a] - prior[a]) - got.log_z;
            if (ra::is_neg_inf(out[a])) {
              CHECK(n.alpha < 0);
              CHECK(right <= -1 + 1e-5);
              continue;
            }
            const double x = d(out[a]) - prior[a], left = n.slope(x);
            // of x^-alpha, and of what it is a difference of
            const double size = 1 + std::fabs(left) + std::fabs(right + got.log_z) + n.size(x);
            worst = std::max(worst, std::fabs(left - right) / size);
          }
          CHECK(worst < 200 * epsilon<T>);
        }
  });
}

TEST_CASE("no other distribution is better") {
  ra::random_generator g(3);
  for (const named_divergence& n : divergences()) {
    CAPTURE(n.name);
    const auto rows = normal_rows<double>(g, 3, 6, 1);
    const auto first = log_probs(rows[0]), second = log_probs(rows[1]), prior = log_probs(rows[2]);
    const auto value = [&](const std::vector<double>& p) {
      double sum = 0;
      for (std::size_t a = 0; a < p.size(); ++a) {
        const double reward = 0.6 * n.slope(first[a] - prior[a]) + 0.9 * n.slope(second[a] - prior[a]);
        sum += p[a] * reward - std::exp(prior[a]) * (p[a] > 0 ? n.f(p[a] / std::exp(prior[a])) : 0.5);
      }
      return sum;
    };
    std::vector<double> p(6);
    (void)mix::f_divergence(n.rule, 2)(rows, std::vector<double>{0.6, 0.9, 0}, ra::as_probs(p));
    const double best = value(p);
    for (int k = 0; k < 200; ++k) {
      std::vector<double> q = p;
      const auto from = static_cast<std::size_t>(6 * ra::uniform(g)), to = static_cast<std::size_t>(6 * ra::uniform(g));
      const double moved = q[from] * 0.3 * ra::uniform(g);
      q[from] -= moved;
      q[to] += moved;
      CHECK(value(q) <= best + 1e-14);
    }
  }
}

TEST_CASE_TEMPLATE("chi-squared is the arithmetic rule", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(4);
    for (const double size : {1.0, 30.0, 1e4})
      for (const std::size_t v : {3U, 50U, 400U}) {
        const auto rows = normal_rows<T>(g, 3, v, size);
        std::vector<T> got(v), right(v);
        (void)mix::f_divergence(divergence::chi_squared(), 2)(rows, std::vector<double>{0.3, 0.7, 0.9}, got);
        (void)mix::arithmetic(rows, std::vector<double>{0.3, 0.7, 0}, right);
        CHECK(got == right);
        // what the coefficients leave of one is the reference's
        const std::vector<double> c{0.3, 0.2, 0};
        const mix::outcome o = mix::f_divergence(divergence::chi_squared(), 2)(rows, c, got);
        (void)mix::arithmetic(rows, std::vector<double>{0.3, 0.2, 0.5}, right);
        CHECK(largest_difference(got, right) < 8 * epsilon<T>);
        CHECK(o.log_z == 0);
      }
  });
}

TEST_CASE_TEMPLATE("coefficients whose sum is one but for rounding leave the reference nothing", T, float, double) {
  const std::vector<double> c{0.7, 0.2, 0.1, 0};
  REQUIRE(c[0] + c[1] + c[2] < 1);
  const T never = ra::neg_infinity<T>();
  const row_list<T> rows{{0, 1, never}, {2, 1, never}, {0, 3, never}, {never, 0, 1}};
  std::vector<T> p(3);
  CHECK(mix::f_divergence(divergence::chi_squared(), 3)(row_list<T>{rows[0], rows[1], rows[2], {0, 0, 1}}, c,
                                                        ra::as_probs(p)).log_z == 0);
  CHECK(p[2] == T(0));
  // what the reference rules out is shared out in its proportions, of which the last choice has most
  (void)mix::f_divergence(divergence::chi_squared(), 3)(rows, c, ra::as_probs(p));
  CHECK(p[0] == T(0));
  CHECK(p[2] > T(0));
}

TEST_CASE_TEMPLATE("chi-squared takes from the reference what the coefficients have too much", T, float, double) {
  // 2 pi_1 - pi_ref = (1.2 - 0.3, 0.8 - 0.7) has a sum of one
  const row_list<T> even{{static_cast<T>(std::log(0.6)), static_cast<T>(std::log(0.4))},
                         {static_cast<T>(std::log(0.3)), static_cast<T>(std::log(0.7))}};
  std::vector<T> p(2);
  const mix::f_divergence rule(divergence::chi_squared(), 1);
  CHECK(rule(even, std::vector<double>{2, 0}, ra::as_probs(p)).log_z == doctest::Approx(0).epsilon(1e-5));
  CHECK(d(p[0]) == doctest::Approx(0.9).epsilon(1e-5));
  CHECK(d(p[1]) == doctest::Approx(0.1).epsilon(1e-5));
  const row_list<T> uneven{{static_cast<T>(std::log(0.9)), static_cast<T>(std::log(0.1))},
                           {static_cast<T>(std::log(0.2)), static_cast<T>(std::log(0.8))}};
  // [1.8 + 0.2 kappa]_+ + [0.2 + 0.8 kappa]_+ = 1: kappa = -4 leaves the second nothing, and nu = 1 - 2 + 4
  CHECK(rule(uneven, std::vector<double>{2, 0}, ra::as_probs(p)).log_z == doctest::Approx(3).epsilon(1e-5));
  CHECK(d(p[0]) == doctest::Approx(1));
  CHECK(p[1] == T(0));
  // without the choice that the reference rules out, the sum is one already: nothing is added or taken
  const row_list<T> halves{{0, 0}, {0, ra::neg_infinity<T>()}};
  CHECK(rule(halves, std::vector<double>{2, 0}, ra::as_probs(p)).log_z == doctest::Approx(-1).epsilon(1e-5));
  CHECK(p == std::vector<T>{1, 0});
}

TEST_CASE_TEMPLATE("reverse KL is the geometric rule", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(5);
    for (const double size : {1.0, 1e4})
      for (const std::size_t v : {3U, 50U, 400U}) {
        const auto rows = normal_rows<T>(g, 3, v, size);
        std::vector<T> got(v), right(v);
        const mix::f_divergence rule(divergence::reverse_kl(), 2);
        const mix::outcome o = rule(rows, std::vector<double>{0.3, 0.7, 9}, got);
        (void)mix::geometric(rows, std::vector<double>{0.3, 0.7, 0}, right);
        CHECK(got == right);
        CHECK(o.log_z <= 10 * size * epsilon<T>);
        (void)rule(rows, std::vector<double>{0.9, 0.7, 0}, got);
        (void)mix::geometric(rows, std::vector<double>{0.9, 0.7, 1 - (0.9 + 0.7)}, right);
        CHECK(largest_difference(got, right) < 8 * epsilon<T>);
      }
  });
}

TEST_CASE("alpha divergences lie between the two KL, and reach them") {
  ra::random_generator g(6);
  const auto rows = normal_rows<double>(g, 3, 60, 1.5);
  const std::vector<double> c{0.4, 0.5, 0};
  const auto mean = [&](const divergence& kind) {
    std::vector<double> out(60);
    (void)mix::f_divergence(kind, 2)(rows, c, out);
    return out;
  };
  CHECK(largest_difference(mean(divergence::alpha_family(1)), mean(divergence::forward_kl())) == 0);
  double before = 1e300;
  for (const double alpha : {1e-1, 1e-2, 1e-3}) {
    const double distance = largest_difference(mean(divergence::alpha_family(alpha)), mean(divergence::reverse_kl()));
    CHECK(distance < alpha);
    CHECK(distance < before / 5);
    before = distance;
  }
}

TEST_CASE_TEMPLATE("row constants and the order of choices and policies do not count", T, float, double) {
  ra::random_generator g(7);
  for (const named_divergence& n : divergences()) {
    CAPTURE(n.name);
    const auto rows = normal_rows<T>(g, 3, 37, 1);
    row_list<T> other{rows[2], rows[0], rows[1]};
    for (auto& r : other) std::reverse(r.begin(), r.end());
    for (T& x : other[0]) x += T(4);
    for (T& x : other[1]) x -= T(8);
    std::vector<T> out(37), moved(37);
    const double nu = mix::f_divergence(n.rule, 2)(rows, std::vector<double>{0.6, 0.8, 0}, out).log_z;
    CHECK(mix::f_divergence(n.rule, 0)(other, std::vector<double>{3, 0.6, 0.8}, moved).log_z ==
          doctest::Approx(nu).epsilon(2000 * epsilon<T>));
    std::reverse(moved.begin(), moved.end());
    CHECK(largest_difference(out, moved) < 2000 * epsilon<T>);
  }
}

TEST_CASE_TEMPLATE("huge logits: no overflow, sums of one, and what every policy prefers has the mass", T, float,
                   double) {
  on_every_isa([] {
    ra::random_generator g(8);
    for (const named_divergence& n : divergences())
      for (const std::size_t v : {2U, 9U, 64U, 700U})
        for (const std::vector<double>& c : {std::vector<double>{0.5, 0.5, 0}, {0.9, 0.9, 0}, {0.1, 0.1, 0}}) {
          CAPTURE(n.name);
          CAPTURE(v);
          CAPTURE(c[0]);
          auto rows = normal_rows<T>(g, 3, v, 1e4);
          std::vector<T> out(v), p(v);
          const mix::f_divergence rule(n.rule, 2);
          CHECK(rule(rows, c, out).status == ra::status::ok);
          CHECK(std::fabs(total(out) - 1) < 100 * epsilon<T>);
          (void)rule(rows, c, ra::as_probs(p));
          for (std::size_t a = 0; a < v; ++a) CHECK(d(p[a]) == doctest::Approx(std::exp(d(out[a]))).epsilon(1e-5));
          rows[0][1] = rows[1][1] = T(6e4);
          (void)rule(rows, c, out);
          CHECK(std::fabs(total(out) - 1) < 100 * epsilon<T>);
          if (c[0] >= 0.5) CHECK(d(out[1]) == doctest::Approx(0));
        }
  });
}

TEST_CASE_TEMPLATE("a multiplier that slopes do not point to: flat on both sides, and the bracket is halved", T, float, double) {
  // pi_1 = (e^-30, 1/2, 1/2, e^-30) under c = 5/9, reference (e^-1000, e^-800, e^-800, 1). The mass of the first choice is
  // gone near tau = -1000, that of the next two stays at 1.8 until -800, and then only e^-30 is left until 0. By symmetry
  // the mean is (0, 1/2, 1/2, 0) but for less than 1e-12.
  const T half = static_cast<T>(std::log(0.5));
  const row_list<T> rows{{-30, half, half, -30}, {-1000, -800, -800, 0}};
  const std::vector<double> c{5.0 / 9, 0};
  std::vector<T> p(4);
  on_every_isa([&] {
    const mix::outcome got = mix::f_divergence(divergence::forward_kl(), 1)(rows, c, ra::as_probs(p));
    CHECK(got.status == ra::status::ok);
    CHECK(got.log_z == doctest::Approx(5.0 / 9 - 1));
    CHECK(d(p[1]) == doctest::Approx(0.5));
    CHECK(d(p[2]) == doctest::Approx(0.5));
    CHECK(d(p[0]) < 1e-12);
    CHECK(d(p[3]) < 1e-12);
  });
}

TEST_CASE_TEMPLATE("float and double agree on huge logits, strided and not, as far as float can tell", T, float,
                   double) {
  on_every_isa([] {
    ra::random_generator g(9);
    for (const named_divergence& n : divergences()) {
      CAPTURE(n.name);
      const std::size_t v = 70;
      std::vector<T> wide(3 * v * 2), out(2 * v, T(7)), dense(v);
      row_list<double> rows(3, std::vector<double>(v));
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t a = 0; a < v; ++a) rows[i][a] = d(wide[2 * (i * v + a)] = static_cast<T>(1e3 * ra::normal(g)));
      const std::vector<double> c{0.5, 0.7, 0};
      const ra::matrix_view<const T> view(wide.data(), 3, v, static_cast<std::ptrdiff_t>(2 * v), 2);
      const mix::f_divergence rule(n.rule, 2);
      std::vector<double> right(v);
      (void)rule(rows, c, right);
      (void)rule(view, c, ra::vector_view<T>(out.data(), v, 2));
      row_list<T> narrow(3, std::vector<T>(v));
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t a = 0; a < v; ++a) narrow[i][a] = wide[2 * (i * v + a)];
      (void)rule(narrow, c, dense);
      for (std::size_t a = 0; a < v; ++a) {
        CHECK(out[2 * a + 1] == T(7));
        CHECK(ra::is_neg_inf(out[2 * a]) == ra::is_neg_inf(right[a]));
        CHECK(ra::is_neg_inf(dense[a]) == ra::is_neg_inf(right[a]));
        if (ra::is_neg_inf(right[a])) continue;
        CHECK(std::fabs(d(out[2 * a]) - right[a]) < 4e4 * epsilon<T>);
        CHECK(std::fabs(d(dense[a]) - right[a]) < 4e4 * epsilon<T>);
      }
    }
  });
}

TEST_CASE_TEMPLATE("supports", T, float, double) {
  const T never = ra::neg_infinity<T>();
  // the first policy, the second, and the reference each rule out one choice
  const row_list<T> rows{{never, 1, 0, 2, 1}, {0, never, 1, 1, 0}, {1, 2, never, 0, 1}};
  const std::vector<double> half{0.5, 0.5, 0}, more{0.8, 0.8, 0}, first{0.9, 0, 0}, none{0, 0, 3};
  std::vector<T> p(5);
  for (const named_divergence& n : divergences()) {
    CAPTURE(n.name);
    const mix::f_divergence rule(n.rule, 2);
    const bool united = n.alpha < 0;
    for (const auto& c : {half, more, first, none}) {
      CAPTURE(c[0]);
      CHECK(rule(rows, c, ra::as_probs(p)).status == ra::status::ok);
      CHECK(p[2] == T(0));
      CHECK(d(p[0]) + d(p[1]) + d(p[3]) + d(p[4]) == doctest::Approx(1));
      if (!united && c[0] > 0) CHECK(p[0] == T(0));
      if (!united && c[1] > 0) CHECK(p[1] == T(0));
      if (!united && !(c[1] > 0)) CHECK(p[1] > T(0));
    }
    // what the reference leaves when no policy counts: the reference, and the nu that makes it so
    const mask two{0, 1, 1, 1, 0};
    const mix::outcome got = rule(rows, none, ra::as_probs(p), two);
    const auto l = log_probs(rows[2], two), all = log_probs(rows[2]);
    for (const std::size_t a : {1U, 3U}) CHECK(d(p[a]) == doctest::Approx(std::exp(l[a])));
    CHECK(n.slope(l[1] - all[1]) == doctest::Approx(-got.log_z).epsilon(1e-5));
    CHECK(p[0] == T(0));
    CHECK(p[2] == T(0));

    std::vector<T> untouched{7, 7, 7, 7, 7};
    CHECK(rule(rows, half, untouched, mask{0, 0, 1, 0, 0}).status == ra::status::no_support);
    CHECK(rule(rows, half, untouched, mask{0, 0, 0, 0, 0}).status == ra::status::no_support);
    CHECK(rule(rows, none, untouched, mask{0, 0, 0, 0, 0}).status == ra::status::no_support);
    if (!united) CHECK(rule(rows, half, untouched, mask{1, 1, 1, 0, 0}).status == ra::status::no_support);
    const row_list<T> empty_policy{{never, never}, {0, 0}, {0, 0}}, empty_reference{{0, 0}, {0, 0}, {never, never}};
    std::vector<T> two_left{7, 7};
    CHECK(rule(empty_policy, half, two_left).status == ra::status::no_support);
    CHECK(rule(empty_reference, half, two_left).status == ra::status::no_support);
    CHECK(rule(empty_reference, none, two_left).status == ra::status::no_support);
    CHECK(rule(row_list<T>{{}, {}, {}}, half, std::vector<T>{}).status == ra::status::no_support);
    CHECK(untouched == std::vector<T>{7, 7, 7, 7, 7});
    CHECK(two_left == std::vector<T>{7, 7});
    CHECK(rule(empty_policy, std::vector<double>{0, 1, 0}, ra::as_probs(two_left)).status == ra::status::ok);
    CHECK(d(two_left[0]) == doctest::Approx(0.5));
    CHECK(rule(row_list<T>{{3}, {1}, {2}}, more, ra::as_probs(p = {9})).status == ra::status::ok);
    CHECK(d(p[0]) == doctest::Approx(1));
    p.resize(5);
  }
}

TEST_CASE_TEMPLATE("room from the stack, the heap and a workspace give one answer; so do many policies", T, float,
                   double) {
  ra::random_generator g(10);
  for (const named_divergence& n : divergences())
    for (const std::size_t v : {20U, 5000U}) {
      CAPTURE(n.name);
      CAPTURE(v);
      std::vector<T> rows(3 * v);
      for (T& x : rows) x = static_cast<T>(ra::normal(g));
      rows[2 * v] = ra::neg_infinity<T>();
      const ra::matrix_view<const T> view(rows.data(), 3, v);
      const std::vector<double> c{0.9, 0.8, 0};
      std::vector<T> out(v), other(v);
      mix::workspace<T> work;
      const mix::f_divergence rule(n.rule, 2);
      const double nu = rule(view, c, out).log_z;
      CHECK(rule(view, c, other, {}, work).log_z == nu);
      CHECK(out == other);

      // a policy in forty parts
      std::vector<T> many(41 * v);
      std::vector<double> parts(41, 1.7 / 40);
      for (std::size_t i = 0; i < 41; ++i)
        for (std::size_t a = 0; a < v; ++a) many[i * v + a] = rows[(i < 40 ? 0 : 2) * v + a];
      (void)mix::f_divergence(n.rule, 40)(ra::matrix_view<const T>(many.data(), 41, v), parts, other);
      (void)rule(view, std::vector<double>{1.7, 0, 0}, out);
      CHECK(largest_difference(out, other) < 4000 * epsilon<T>);
    }
}

TEST_CASE_TEMPLATE("bad input is refused with the place of the fault", T, float, double) {
  for (const named_divergence& n : divergences()) {
    realign_tests::check_refusals<T>(mix::f_divergence(n.rule, 0));
    realign_tests::check_refusals<T>(mix::f_divergence(n.rule, 1));
    std::vector<T> out(2);
    const row_list<T> rows{{0, 1}, {1, 0}};
    CHECK_THROWS_WITH_AS((void)mix::f_divergence(n.rule, 2)(rows, std::vector<double>{1, 0}, out),
                         "reference: expected the number of a row, got 2 of 2", ra::contract_error);
    CHECK_THROWS_AS((void)mix::f_divergence(n.rule, 1)(rows, std::vector<double>{-1, 2}, out), ra::contract_error);
  }
  for (const double bad : {0.0, -1.0, 1e-4, 0.000999, 1000.5, 1e4, ra::pos_infinity<double>(), ra::not_a_number<double>()})
    CHECK_THROWS_WITH_AS((void)divergence::alpha_family(bad),
                         doctest::Contains("alpha: expected a number from 0.001 to 1000"), ra::contract_error);
}
