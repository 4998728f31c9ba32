// SPDX-License-Identifier: MIT
#include <realign/simd/log_sum_exp.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <realign/core/random.hpp>
#include "every_isa.hpp"

namespace ra = realign;
namespace simd = realign::simd;

namespace {

template <class T>
ra::vector_view<const T> in(const std::vector<T>& x) {
  return {x.data(), x.size()};
}
template <class T>
ra::vector_view<T> out(std::vector<T>& x) {
  return {x.data(), x.size()};
}
using mask = std::vector<unsigned char>;

// relative to double: what one rounding of the output allows
template <class T>
constexpr double eps = 4 * static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace

TEST_CASE_TEMPLATE("log_sum_exp of hand values", T, float, double) {
  CHECK(simd::log_sum_exp(in(std::vector<T>{0, 0, 0, 0})) == doctest::Approx(std::log(4.0)));
  CHECK(simd::log_sum_exp(in(std::vector<T>{0, 1, 2})) ==
        doctest::Approx(2.40760596444438).epsilon(1e-13));
  CHECK(simd::log_sum_exp(in(std::vector<T>{T(1.5)})) == 1.5);
  // a constant moves through
  CHECK(simd::log_sum_exp(in(std::vector<T>{1000, 1001, 999})) ==
        doctest::Approx(1001.4076059644444).epsilon(1e-14));
}

TEST_CASE_TEMPLATE("log_sum_exp of extreme rows", T, float, double) {
  const T never = ra::neg_infinity<T>();
  CHECK(simd::log_sum_exp(in(std::vector<T>{T(1e4), T(-1e4), 0})) == 1e4);
  CHECK(simd::log_sum_exp(in(std::vector<T>{T(-1e4), T(-1e4)})) ==
        doctest::Approx(-1e4 + std::log(2.0)));
  CHECK(simd::log_sum_exp(in(std::vector<T>{never, 3, never})) == 3.0);
  CHECK(ra::is_neg_inf(simd::log_sum_exp(in(std::vector<T>{never, never}))));
  CHECK(ra::is_neg_inf(simd::log_sum_exp(in(std::vector<T>{}))));
  const T big = (std::numeric_limits<T>::max)();
  CHECK(simd::log_sum_exp(in(std::vector<T>{big, big})) == static_cast<double>(big));
}

TEST_CASE_TEMPLATE("NaN and plus infinity come out as NaN wherever they stand, unless masked", T,
                   float, double) {
  for (const T bad : {ra::not_a_number<T>(), ra::pos_infinity<T>()})
    for (std::size_t at = 0; at < 3; ++at) {
      std::vector<T> x{1, T(1e4), -2}, y{7, 7, 7};
      x[at] = bad;
      CHECK(ra::is_nan(simd::log_sum_exp(in(x))));
      CHECK(ra::is_nan(simd::log_softmax(in(x), out(y))));
      CHECK(ra::is_nan(simd::softmax(in(x), out(y))));
      CHECK(y == std::vector<T>{7, 7, 7});
      mask allowed{1, 1, 1};
      allowed[at] = 0;
      CHECK(ra::is_finite(simd::log_sum_exp(in(x), allowed)));
      CHECK(ra::is_finite(simd::softmax(in(x), out(y), allowed)));
      CHECK(y[at] == T(0));
    }
}

TEST_CASE_TEMPLATE("a mask takes choices out of the sum and out of the row", T, float, double) {
  const std::vector<T> x{5, 1, 2, 5};
  const mask allowed{0, 1, 1, 0};
  CHECK(simd::log_sum_exp(in(x), allowed) == doctest::Approx(2 + std::log1p(std::exp(-1.0))));
  std::vector<T> p(4), l(4);
  simd::softmax(in(x), out(p), allowed);
  simd::log_softmax(in(x), out(l), allowed);
  CHECK(p[0] == T(0));
  CHECK(p[3] == T(0));
  CHECK(static_cast<double>(p[2]) == doctest::Approx(1 / (1 + std::exp(-1.0))));
  CHECK(ra::is_neg_inf(l[0]));
  CHECK(ra::is_neg_inf(l[3]));
  CHECK(static_cast<double>(l[2]) == doctest::Approx(-std::log1p(std::exp(-1.0))));
  std::vector<T> untouched{1, 2, 3, 4};
  CHECK(ra::is_neg_inf(simd::softmax(in(x), out(untouched), mask{0, 0, 0, 0})));
  CHECK(untouched == std::vector<T>{1, 2, 3, 4});
}

TEST_CASE_TEMPLATE("rows are normalised, in place and with strides", T, float, double) {
  ra::random_generator g(11);
  for (const std::size_t n : {1U, 2U, 5U, 16U, 63U, 1000U}) {
    std::vector<T> x(n);
    for (T& v : x) v = static_cast<T>(6 * ra::normal(g));
    std::vector<T> l(n), p(n);
    const double log_z = simd::log_softmax(in(x), out(l));
#if defined(__FAST_MATH__)  // scalar code may round the two in different ways
    CHECK(std::fabs(simd::softmax(in(x), out(p)) - log_z) <= std::numeric_limits<T>::epsilon() * (1 + std::fabs(log_z)));
#else
    CHECK(simd::softmax(in(x), out(p)) == log_z);
#endif
    double sum = 0, worst = 0;
    for (std::size_t a = 0; a < n; ++a) {
      sum += static_cast<double>(p[a]);
      const double exact = static_cast<double>(x[a]) - log_z;
      worst =
          (std::max)(worst, std::fabs(static_cast<double>(l[a]) - exact) / (1 + std::fabs(exact)));
      worst = (std::max)(worst, std::fabs(static_cast<double>(p[a]) - std::exp(exact)));
    }
    CHECK(std::fabs(sum - 1) < eps<T> * 4);
    CHECK(worst < eps<T>);

    // every second number of a longer row, written back over itself
    std::vector<T> wide(2 * n, T(123));
    for (std::size_t a = 0; a < n; ++a) wide[2 * a] = x[a];
    const ra::vector_view<T> strided(wide.data(), n, 2);
    // strided rows run on scalar code: the same to rounding, not to the bit
    CHECK(simd::log_softmax(ra::vector_view<const T>(strided), strided) ==
          doctest::Approx(log_z).epsilon(eps<T>));
    bool same = true;
    for (std::size_t a = 0; a < n; ++a) {
      const double l_a = static_cast<double>(l[a]);
      same = same && wide[2 * a + 1] == T(123) &&
             std::fabs(static_cast<double>(wide[2 * a]) - l_a) <= 4 * eps<T> * (1 + std::fabs(l_a) + log_z);
    }
    CHECK(same);
  }
}

TEST_CASE_TEMPLATE("rows of a batch are normalised as each alone", T, float, double) {
  const simd::isa before = simd::active();
  for (const simd::isa set : {simd::isa::portable, simd::isa::avx2, simd::isa::avx512}) {
    if (!simd::supported(set)) continue;
    simd::force(set);
    CAPTURE(simd::to_string(set));
    ra::random_generator g(77);
    for (std::size_t n = 1; n <= 70; n += n < 20 ? 1 : 7)
      for (const std::size_t rows : {1U, 15U, 16U, 17U, 70U})
        for (const std::size_t gap : {0U, 3U})
          for (const double size : {2.0, 1e4}) {
            const auto stride = static_cast<std::ptrdiff_t>(n + gap);
            std::vector<T> x(1 + rows * (n + gap)), y(1 + rows * (n + gap), T(7)), expected(n);
            for (T& v : x) v = ra::uniform(g) < 0.2 ? ra::neg_infinity<T>() : static_cast<T>(size * ra::normal(g));
            for (std::size_t i = 0; i < rows; ++i) x[1 + i * (n + gap)] = T(1);
            const ra::matrix_view<const T> in(x.data() + 1, rows, n, stride, 1);
            const ra::matrix_view<T> out(y.data() + 1, rows, n, stride, 1);
            CHECK(simd::log_softmax(in, out));
            bool same = true;
            for (std::size_t i = 0; i < rows; ++i) {
              const double log_z = simd::reference::log_sum_exp(in.row(i), {});
              for (std::size_t a = 0; a < n; ++a) {
                if (ra::is_neg_inf(in(i, a))) {
                  same = same && ra::is_neg_inf(out(i, a));
                  continue;
                }
                const double e = static_cast<double>(in(i, a)) - log_z;
                same = same && std::fabs(static_cast<double>(out(i, a)) - e) <= eps<T> * 4 * (1 + std::fabs(e) + size);
              }
              for (std::size_t a = n; a < n + gap; ++a) same = same && y[1 + i * (n + gap) + a] == T(7);
            }
            CHECK(same);
            // a row without a choice is told apart, and spoils no other
            for (std::size_t a = 0; a < n; ++a) x[1 + (rows / 2) * (n + gap) + a] = ra::neg_infinity<T>();
            CHECK_FALSE(simd::log_softmax(in, out));
            for (std::size_t i = 0; i < rows; ++i) CHECK(ra::is_nan(out(i, 0)) == (i == rows / 2));
            CHECK_FALSE(simd::log_softmax(in, ra::matrix_view<T>(x.data() + 1, rows, n, stride, 1)));
            for (std::size_t i = 0; i < rows; ++i)
              if (i != rows / 2) same = same && x[1 + i * (n + gap)] == out(i, 0);
            CHECK(same);
          }
  }
  simd::force(before);
}

TEST_CASE_TEMPLATE("rows of a batch may be of any height beside one another", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(5);
    for (const std::size_t n : {8U, 16U, 20U, 32U, 50U, 64U})
      for (const double height : {-1e30, -700.0, -88.0, -64.0, -18.0, 18.0, 60.0, 69.0, 72.0, 88.0, 89.0, 710.0, 1e30}) {
        constexpr std::size_t rows = 70, odd = 37;
        std::vector<T> x(rows * n), y(rows * n);
        for (T& v : x) v = static_cast<T>(2 * ra::normal(g));
        for (std::size_t a = 0; a < n; ++a) x[odd * n + a] += static_cast<T>(height);
        const ra::matrix_view<const T> in(x.data(), rows, n);
        CHECK(simd::log_softmax(in, ra::matrix_view<T>(y.data(), rows, n)));
        double worst = 0;
        for (std::size_t i = 0; i < rows; ++i) {
          const auto row = x.begin() + static_cast<std::ptrdiff_t>(i * n);
          const double top = static_cast<double>(*std::max_element(row, row + static_cast<std::ptrdiff_t>(n)));
          double sum = 0;
          for (std::size_t a = 0; a < n; ++a) sum += std::exp(static_cast<double>(in(i, a)) - top);
          for (std::size_t a = 0; a < n; ++a) {
            const double exact = ra::rounded(static_cast<double>(in(i, a)) - top) - std::log(sum);
            worst = (std::max)(worst, std::fabs(static_cast<double>(y[i * n + a]) - exact) / (1 + std::fabs(exact)));
          }
        }
        CHECK(worst < 2 * eps<T>);
      }
  });
}

TEST_CASE_TEMPLATE("a number of any size, anywhere in a row of small ones, is not overlooked", T, float, double) {
  realign_tests::on_every_isa([] {
    for (const std::size_t n : {200U, 333U, 1500U})
      for (const std::size_t at : {std::size_t{0}, n / 2, n - 1})
        for (const double big : {-1e30, -1e4, 20.0, 31.0, 47.0, 60.0, 87.5, 88.8, 89.0, 100.0, 709.5, 710.0, 1e4, 1e6, 1e30, 3e38}) {
          std::vector<T> x(n, T(-1)), p(n), probs(n);
          x[at] = static_cast<T>(big);
          const double rest = -1 + std::log(static_cast<double>(n - 1)), top = static_cast<double>(x[at]);
          const double log_z = top > rest ? top + std::log1p(std::exp(rest - top)) : rest + std::log1p(std::exp(top - rest));
          CAPTURE(big);
          CAPTURE(at);
          const double tolerance = (sizeof(T) == 4 ? 3e-7 : 1e-14) * (1 + std::fabs(log_z));
          CHECK(std::fabs(simd::log_sum_exp(in(x)) - log_z) <= tolerance);
          CHECK(std::fabs(simd::log_softmax(in(x), out(p)) - log_z) <= tolerance);
          CHECK(std::fabs(static_cast<double>(p[at]) - (top - log_z)) <= 2 * tolerance + eps<T> * std::fabs(top - log_z));
          (void)simd::softmax(in(x), out(probs));
          CHECK(std::fabs(static_cast<double>(probs[at]) - std::exp(top - log_z)) <= 4 * (sizeof(T) == 4 ? 1e-6 : 1e-14));
        }
  });
}
