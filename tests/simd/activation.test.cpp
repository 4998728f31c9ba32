// SPDX-License-Identifier: MIT
#include <realign/simd/activation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <realign/core/random.hpp>

#include "every_isa.hpp"

namespace {

namespace ra = realign;
namespace simd = ra::simd;
using realign_tests::on_every_isa;

}  // namespace

TEST_CASE_TEMPLATE("relu and the slopes, for every length", T, float, double) {
  ra::random_generator g(3);
  on_every_isa([&] {
    bool right = true;
    for (std::size_t n = 0; n <= 70; ++n) {
      std::vector<T> z(n + 1), dy(n + 2);
      for (T& v : z) v = static_cast<T>(ra::normal(g));
      for (T& v : dy) v = static_cast<T>(ra::normal(g));
      const ra::vector_view<const T> x(z.data() + 1, n);
      std::vector<T> y(n + 2, T(7));
      const ra::vector_view<T> out(y.data() + 1, n);
      simd::relu(x, out);
      for (std::size_t i = 0; i < n; ++i) right = right && out[i] == (x[i] > T(0) ? x[i] : T(0));
      std::vector<T> d = dy;
      simd::multiply_slope(simd::nonlinearity::relu, x, ra::vector_view<T>(d.data() + 1, n));
      for (std::size_t i = 0; i < n; ++i) right = right && d[i + 1] == (x[i] > T(0) ? dy[i + 1] : T(0));
      d = dy;
      simd::multiply_slope(simd::nonlinearity::tanh, x, ra::vector_view<T>(d.data() + 1, n));
      for (std::size_t i = 0; i < n; ++i)
        right = right && std::fabs(d[i + 1] - dy[i + 1] * (1 - x[i] * x[i])) <=
                             16 * std::numeric_limits<T>::epsilon() * (1 + std::fabs(d[i + 1]));
      right = right && d[0] == dy[0] && d[n + 1] == dy[n + 1] && y[0] == T(7) && y[n + 1] == T(7);
    }
    CHECK(right);
  });
}

TEST_CASE_TEMPLATE("apply in place, with strides, and identity", T, float, double) {
  const std::vector<T> z{T(-2), T(0.5), T(3), T(-1), T(1), T(0)};
  on_every_isa([&] {
    std::vector<T> y = z;
    simd::apply(simd::nonlinearity::relu, ra::vector_view<const T>(y.data(), 3, 2), ra::vector_view<T>(y.data(), 3, 2));
    CHECK(y == std::vector<T>{0, T(0.5), 3, -1, 1, 0});
    y = z;
    simd::apply(simd::nonlinearity::identity, ra::vector_view<const T>(z.data(), 6), ra::vector_view<T>(y.data(), 6));
    CHECK(y == z);
    simd::multiply_slope(simd::nonlinearity::identity, ra::vector_view<const T>(z.data(), 6),
                         ra::vector_view<T>(y.data(), 6));
    CHECK(y == z);
    std::vector<T> d{2, 2, 2, 2, 2, 2};
    simd::multiply_slope(simd::nonlinearity::tanh, ra::vector_view<const T>(z.data() + 1, 3, 2),
                         ra::vector_view<T>(d.data(), 3, 2));
    CHECK(d == std::vector<T>{T(1.5), 2, 0, 2, 2, 2});
    simd::apply(simd::nonlinearity::tanh, ra::vector_view<const T>(z.data(), 6), ra::vector_view<T>(y.data(), 6));
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(static_cast<double>(y[i]) == doctest::Approx(std::tanh(static_cast<double>(z[i]))).epsilon(1e-6));
  });
}

TEST_CASE_TEMPLATE("NaN passes relu; a unit that is off passes nothing, whatever comes back", T, float, double) {
  const T nan = ra::not_a_number<T>();
  on_every_isa([&] {
    for (const std::size_t n : {1U, 16U, 40U}) {
      std::vector<T> x(n, nan), y(n), off(n, T(0)), d(n, nan);
      simd::relu(ra::vector_view<const T>(x.data(), n), ra::vector_view<T>(y.data(), n));
      simd::multiply_slope(simd::nonlinearity::relu, ra::vector_view<const T>(off.data(), n),
                           ra::vector_view<T>(d.data(), n));
      bool kept = true;
      for (const T& v : y) kept = kept && ra::is_nan(v);
      CHECK(kept);
      CHECK(d == off);
    }
  });
}
