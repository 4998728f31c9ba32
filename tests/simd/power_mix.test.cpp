// SPDX-License-Identifier: MIT
#include <realign/simd/power_mix.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>

#include "every_isa.hpp"

namespace ra = realign;
namespace simd = realign::simd;
using realign_tests::on_every_isa;

namespace {

using mask = std::vector<unsigned char>;

/// Policies whose rows do not lie aligned.
template <class T>
struct policies {
  std::vector<T> numbers;
  std::vector<double> log_z;
  std::size_t count;

  policies(ra::random_generator& g, std::size_t rows, std::size_t n, double size, double masked)
      : numbers(1 + rows * n), count(rows) {
    for (T& x : numbers) x = ra::uniform(g) < masked ? ra::neg_infinity<T>() : static_cast<T>(size * ra::normal(g));
    for (std::size_t i = 0; i < rows; ++i) numbers[1 + i * n] = T(0);
    for (std::size_t i = 0; i < rows; ++i) log_z.push_back(simd::log_sum_exp(view().row(i)));
  }
  ra::matrix_view<const T> view() const { return {numbers.data() + 1, count, (numbers.size() - 1) / count}; }
};

template <class T>
std::vector<T> mixed(const policies<T>& pi, const std::vector<double>& w, double p, const mask& allowed) {
  std::vector<T> out(pi.view().cols(), T(99));
  simd::power_mix(pi.view(), std::span<const double>(w), std::span<const double>(pi.log_z), p, allowed,
                  ra::vector_view<T>(out.data(), out.size()));
  return out;
}
template <class T>
std::vector<T> expected(const policies<T>& pi, const std::vector<double>& w, double p, const mask& allowed) {
  std::vector<T> out(pi.view().cols(), T(99));
  simd::reference::power_mix(pi.view(), std::span<const double>(w), std::span<const double>(pi.log_z),
                             simd::detail::power_mean(p), allowed, ra::vector_view<T>(out.data(), out.size()));
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("power means agree with plain code for every exponent", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(1);
    const double infinity = ra::pos_infinity<double>();
    for (const std::size_t n : {1U, 3U, 4U, 5U, 15U, 16U, 17U, 33U, 70U, 300U})
      for (const std::size_t rows : {1U, 2U, 5U, 18U})
        for (const double size : {1.0, 40.0, 1e4})
          for (const double masked : {0.0, 0.3}) {
            const policies<T> pi(g, rows, n, size, masked);
            std::vector<double> w(rows);
            for (std::size_t i = 0; i < rows; ++i) w[i] = i == 1 ? 0.0 : 1e-3 + ra::uniform(g);
            mask allowed(masked > 0 ? n : 0);
            for (unsigned char& b : allowed) b = ra::uniform(g) < 0.7 ? 1 : 0;
            for (const double p : {1.0, 2.0, 40.0, 0.5, 0.25, 0.1, 1e-3, 1e-9, 0.0, -1e-9, -0.2, -1.0, -3.0, infinity,
                                   -infinity}) {
              CAPTURE(n);
              CAPTURE(rows);
              CAPTURE(p);
              const auto got = mixed(pi, w, p, allowed), right = expected(pi, w, p, allowed);
              bool same = true;
              for (std::size_t a = 0; a < n; ++a) {
                if (ra::is_neg_inf(right[a])) {
                  same = same && ra::is_neg_inf(got[a]);
                  continue;
                }
                const double r = static_cast<double>(right[a]), difference = static_cast<double>(got[a]) - r;
                // the rounding of the terms, which are as large as the logits; log 1e-3 / p for the far weights
                same = same && std::fabs(difference) <= 6 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                                                            (1 + size * 5 + std::fabs(r));
              }
              CHECK(same);
            }
          }
  });
}

TEST_CASE_TEMPLATE("small exponents lose nothing, nor do tiny weights", T, float, double) {
  on_every_isa([] {
    // two policies with log-probabilities l and l + d: the mean is l + d / 2 + p d^2 / 8 - .. at equal weights
    ra::random_generator g(2);
    const policies<T> pi(g, 2, 64, 1, 0);
    const auto m = pi.view();
    for (const double p : {1e-5, 1e-7, -1e-7}) {
      const auto got = mixed(pi, {1, 1}, p, {});
      double worst = 0;
      for (std::size_t a = 0; a < 64; ++a) {
        const double l = static_cast<double>(m(0, a)) - pi.log_z[0], r = static_cast<double>(m(1, a)) - pi.log_z[1];
        worst = std::max(worst, std::fabs(static_cast<double>(got[a]) - ((l + r) / 2 + p * (l - r) * (l - r) / 8)));
      }
      CHECK(worst < (sizeof(T) == 4 ? 2e-6 : 1e-13));
    }
    // the first policy has nearly no weight, and nearly all probability of the choice: (1e-9 e^40)^(1/1)
    std::vector<T> numbers(1 + 2 * 64, T(0));
    policies<T> two = pi;
    two.numbers = numbers;
    two.numbers[1 + 5] = T(40);
    two.log_z = {0, 0};
    CHECK(static_cast<double>(mixed(two, {1e-9, 1}, 1, {})[5]) == doctest::Approx(40 + std::log(1e-9)));
    CHECK(static_cast<double>(mixed(two, {1e-9, 1}, 0.1, {})[5]) ==
          doctest::Approx(10 * std::log(1 + 1e-9 * (std::exp(4.0) - 1))).epsilon(1e-5));
  });
}

TEST_CASE_TEMPLATE("rows of weight zero are not read; strides", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(3);
    policies<T> pi(g, 2, 40, 1, 0);
    for (std::size_t a = 0; a < 40; ++a) pi.numbers[1 + 40 + a] = ra::not_a_number<T>();
    const auto got = mixed(pi, {0.5, 0}, -1, {});
    for (std::size_t a = 0; a < 40; ++a)
      CHECK(static_cast<double>(got[a]) ==
            doctest::Approx(static_cast<double>(pi.view()(0, a)) - pi.log_z[0]).epsilon(1e-5));
    std::vector<T> wide(80, T(7));
    const std::vector<double> w{1, 0};
    simd::power_mix(pi.view(), std::span<const double>(w), std::span<const double>(pi.log_z), 1, {},
                    ra::vector_view<T>(wide.data(), 40, 2));
    CHECK(static_cast<double>(wide[78]) == doctest::Approx(static_cast<double>(got[39])).epsilon(1e-5));
    CHECK(wide[79] == T(7));
  });
}
