// SPDX-License-Identifier: MIT
#include <realign/simd/mix.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/random.hpp>
#include "every_isa.hpp"

namespace ra = realign;
namespace simd = realign::simd;

namespace {

template <class T>
struct mixed {
  std::vector<T> numbers;
  std::vector<double> log_z;

  mixed(std::vector<T> x, std::size_t rows) : numbers(std::move(x)) {
    const auto v = view(rows);
    for (std::size_t i = 0; i < rows; ++i) log_z.push_back(simd::log_sum_exp(v.row(i)));
  }
  ra::matrix_view<const T> view(std::size_t rows) const {
    return {numbers.data(), rows, numbers.size() / rows};
  }
};

template <class T>
std::vector<T> arithmetic(const mixed<T>& m, const std::vector<double>& w,
                          std::vector<unsigned char> allowed = {}) {
  std::vector<T> out(m.numbers.size() / w.size(), T(99));
  simd::arithmetic_mix(m.view(w.size()), std::span<const double>(w),
                       std::span<const double>(m.log_z), allowed,
                       ra::vector_view<T>(out.data(), out.size()));
  return out;
}
template <class T>
std::vector<T> geometric(const mixed<T>& m, const std::vector<double>& c,
                         std::vector<unsigned char> allowed = {}) {
  std::vector<T> out(m.numbers.size() / c.size(), T(99));
  const double log_z = simd::geometric_mix(m.view(c.size()), std::span<const double>(c), allowed, true,
                                           ra::vector_view<T>(out.data(), out.size()));
  for (T& x : out) x += static_cast<T>(log_z);  // not normalised
  return out;
}

template <class T>
double approximately(T x) {
  return static_cast<double>(x);
}

}  // namespace

TEST_CASE_TEMPLATE("arithmetic_mix of hand values", T, float, double) {
  // rows (1/4, 3/4) and (1/2, 1/2), the first with an odd constant added
  const mixed<T> m({T(5), static_cast<T>(5 + std::log(3.0)), 0, 0}, 2);
  const auto mix = arithmetic(m, {0.6, 0.4});
  CHECK(approximately(mix[0]) == doctest::Approx(std::log(0.35)));
  CHECK(approximately(mix[1]) == doctest::Approx(std::log(0.65)));
}

TEST_CASE_TEMPLATE("arithmetic_mix is finite in the tails", T, float, double) {
  const mixed<T> m({0, T(-2000), T(-1e4), 0, T(-2000), T(-9e3)}, 2);
  const auto mix = arithmetic(m, {0.25, 0.75});
  CHECK(approximately(mix[0]) == doctest::Approx(0));
  CHECK(approximately(mix[1]) == doctest::Approx(-2000));
  CHECK(approximately(mix[2]) == doctest::Approx(-9e3 + std::log(0.75)));
  // the largest term may be in any row
  const mixed<T> swapped({0, T(-9e3), 0, T(-1e4)}, 2);
  CHECK(approximately(arithmetic(swapped, {0.75, 0.25})[1]) ==
        doctest::Approx(-9e3 + std::log(0.75)));
}

TEST_CASE_TEMPLATE("arithmetic_mix keeps what any weighted row can do", T, float, double) {
  const T never = ra::neg_infinity<T>();
  const mixed<T> m({0, never, never, never, 0, never}, 2);
  const auto mix = arithmetic(m, {0.25, 0.75});
  CHECK(approximately(mix[0]) == doctest::Approx(std::log(0.25)));
  CHECK(approximately(mix[1]) == doctest::Approx(std::log(0.75)));
  CHECK(ra::is_neg_inf(mix[2]));
  CHECK(ra::is_neg_inf(arithmetic(m, {1, 0})[1]));
  CHECK(ra::is_neg_inf(arithmetic(m, {0.25, 0.75}, {0, 1, 1})[0]));
}

TEST_CASE_TEMPLATE("a row of weight zero is not read", T, float, double) {
  const T nan = ra::not_a_number<T>();
  mixed<T> m({nan, nan, 0, 0}, 2);
  CHECK(approximately(arithmetic(m, {0, 1})[0]) == doctest::Approx(std::log(0.5)));
  CHECK(geometric(m, {0, 2})[1] == T(0));
}

TEST_CASE_TEMPLATE("geometric_mix of hand values", T, float, double) {
  const mixed<T> m({1, 2, -4, 6}, 2);
  CHECK(geometric(m, {0.5, 0.25}) == std::vector<T>{T(-0.5), T(2.5)});
  CHECK(geometric(m, {1.5, -0.5}) == std::vector<T>{T(3.5), T(0)});
  const auto masked = geometric(m, {0.5, 0.25}, {1, 0});
  CHECK(masked[0] == T(-0.5));
  CHECK(ra::is_neg_inf(masked[1]));
  CHECK(geometric(m, {0, 0}) == std::vector<T>{0, 0});
}

TEST_CASE_TEMPLATE("geometric_mix intersects supports", T, float, double) {
  const T never = ra::neg_infinity<T>();
  const mixed<T> m({0, never, never, 0, 1, never}, 2);
  const auto mix = geometric(m, {0.5, 0.5});
  CHECK(mix[0] == T(0));
  CHECK(ra::is_neg_inf(mix[1]));
  CHECK(ra::is_neg_inf(mix[2]));
  // a row of coefficient zero is ignored, masks included
  CHECK(geometric(m, {0, 1})[1] == T(1));
  // what a positive row masks stays masked, whatever a negative one adds
  CHECK(ra::is_neg_inf(geometric(m, {1, -1})[2]));
}

TEST_CASE_TEMPLATE("mixes do not depend on the order of policies or on how rows are stored", T,
                   float, double) {
  ra::random_generator g(21);
  constexpr std::size_t v = 40;
  std::vector<T> a(3 * v), b(3 * v), t(3 * v);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < v; ++k) {
      a[i * v + k] = static_cast<T>(3 * ra::normal(g));
      b[(2 - i) * v + k] = a[i * v + k];
      t[k * 3 + i] = a[i * v + k];
    }
  const std::vector<double> w{0.2, 0.3, 0.5}, reversed{0.5, 0.3, 0.2};
  const auto one = arithmetic(mixed<T>(a, 3), w), other = arithmetic(mixed<T>(b, 3), reversed);
  std::vector<T> columns(v);
  const mixed<T> m(a, 3);
  simd::arithmetic_mix(ra::matrix_view<const T>(t.data(), 3, v, 1, 3), std::span<const double>(w),
                       std::span<const double>(m.log_z), {}, ra::vector_view<T>(columns.data(), v));
  for (std::size_t k = 0; k < v; ++k) {
    CHECK(approximately(columns[k]) == doctest::Approx(approximately(one[k])).epsilon(1e-5));
    CHECK(approximately(one[k]) == doctest::Approx(approximately(other[k])).epsilon(1e-5));
  }
}

TEST_CASE_TEMPLATE("an outlier anywhere in long rows of small numbers is not overlooked", T, float, double) {
  realign_tests::on_every_isa([] {
    constexpr std::size_t n = 333;
    const std::vector<double> w{0.25, 0.75};
    for (const std::size_t at : {std::size_t{0}, n / 2, n - 1})
      for (const double big : {20.0, 31.0, 60.0, 88.8, 100.0, 710.0, 1e4, 1e30}) {
        CAPTURE(big);
        std::vector<T> x(2 * n, T(-1)), p(n), room(2 * n);
        for (std::size_t a = 0; a < n; ++a) x[n + a] = static_cast<T>(a % 7) / 7;
        x[at] = static_cast<T>(big);
        const ra::matrix_view<const T> rows(x.data(), 2, n);
        std::vector<double> expected(n, 0.0);
        for (std::size_t i = 0; i < 2; ++i) {
          const double z = ra::simd::reference::log_sum_exp(rows.row(i), {});
          for (std::size_t a = 0; a < n; ++a) expected[a] += w[i] * std::exp(static_cast<double>(rows(i, a)) - z);
        }
        for (const bool stored : {false, true}) {
          CAPTURE(stored);
          const std::span<T> kept = stored ? std::span<T>(room) : std::span<T>();
          const ra::vector_view<T> out(p.data(), n);
          if (!simd::fuses(rows, std::span<const double>(w), out)) return;
          CHECK(simd::arithmetic_mix(rows, std::span<const double>(w), {}, false, kept, out) == 2);
          for (std::size_t a = 0; a < n; ++a)
            CHECK(std::fabs(static_cast<double>(p[a]) - expected[a]) <= (sizeof(T) == 4 ? 1e-6 : 1e-13) * expected[a] + 1e-37);
        }
      }
  });
}

TEST_CASE_TEMPLATE("geometric_mix of any length, as scalar code has it", T, float, double) {
  const double close = sizeof(T) == 4 ? 1e-5 : 1e-13;
  realign_tests::on_every_isa([&] {
    ra::random_generator g(45);
    for (std::size_t n = 1; n <= 70; ++n)
      for (const double offset : {0.0, 40.0, -1e4})
        for (const bool masks : {false, true}) {
          CAPTURE(n);
          CAPTURE(offset);
          CAPTURE(masks);
          std::vector<T> x(3 * n);
          std::vector<unsigned char> allowed;
          for (T& v : x) v = static_cast<T>(offset + 3 * ra::normal(g));
          for (std::size_t a = 0; a < n; a += 3) x[n + a] = n > 3 ? ra::neg_infinity<T>() : x[n + a];
          for (std::size_t a = 0; masks && a < n; ++a) allowed.push_back(a % 5 == 4 ? 0 : 2);
          const std::vector<double> c{0.5, 0.25, 0.125};
          const ra::matrix_view<const T> rows(x.data(), 3, n);
          const std::span<const double> weights(c);
          const double log_z = simd::reference::geometric_log_z(rows, weights, allowed);
          CHECK(std::fabs(simd::geometric_log_z(rows, weights, allowed) - log_z) <= close * (1 + std::fabs(log_z)));
          for (const bool logs : {true, false}) {
            std::vector<T> out(n + 2, T(7));
            (void)simd::geometric_mix(rows, weights, allowed, logs, ra::vector_view<T>(out.data() + 1, n));
            CHECK(out.front() == T(7));
            CHECK(out.back() == T(7));
            double worst = 0;
            for (std::size_t a = 0; a < n; ++a) {
              const double logit = static_cast<double>(simd::reference::geometric_logit(rows, weights, allowed, a));
              const bool never = logit < -1e300;
              const double found = static_cast<double>(out[1 + a]);
              if (never && (logs ? ra::is_neg_inf(out[1 + a]) : out[1 + a] == 0)) continue;
              const double expected = logs ? logit - log_z : std::exp(logit - log_z);
              const double apart = std::fabs(found - expected) / (logs ? 1 + std::fabs(logit) : 1);
              worst = (std::max)(worst, never ? 1.0 : apart);
            }
            CHECK(worst <= close * (logs ? 1 : 1 + std::fabs(offset)));
          }
        }
  });
}
