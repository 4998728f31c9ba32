// SPDX-License-Identifier: MIT
#include <realign/simd/mean_reference.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ra = realign;
namespace reference = ra::simd::reference;
using ra::simd::detail::power_mean;

TEST_CASE("exponents that are as good as zero or infinity") {
  using ra::simd::detail::mean_kind;
  CHECK(power_mean(0).kind == mean_kind::product);
  CHECK(power_mean(-1e-40).kind == mean_kind::product);
  CHECK(power_mean(1e-6).kind == mean_kind::small_power);
  CHECK(power_mean(-3).kind == mean_kind::power);
  CHECK(power_mean(1e200).kind == mean_kind::largest);
  CHECK(power_mean(ra::pos_infinity<double>()).kind == mean_kind::largest);
  CHECK(power_mean(ra::neg_infinity<double>()).kind == mean_kind::smallest);
}

TEST_CASE_TEMPLATE("power means of hand values", T, float, double) {
  // probabilities 1/4 and 1/2 under weights 1 : 3, and one choice that the first policy never makes
  const std::vector<T> x{static_cast<T>(std::log(0.25)), ra::neg_infinity<T>(), static_cast<T>(std::log(0.5)), T(0)};
  const ra::matrix_view<const T> m(x.data(), 2, 2);
  const std::vector<double> w{1, 3}, z{0, 0};
  const auto mean = [&](double p, std::size_t a) {
    const double l = reference::log_power_mean(m, std::span<const double>(w), std::span<const double>(z), power_mean(p), a);
    return ra::is_neg_inf(l) ? 0.0 : std::exp(l);
  };
  CHECK(mean(1, 0) == doctest::Approx(0.4375));
  CHECK(mean(-1, 0) == doctest::Approx(0.4));
  CHECK(mean(2, 0) == doctest::Approx(std::sqrt(0.203125)));
  CHECK(mean(0, 0) == doctest::Approx(std::pow(0.25, 0.25) * std::pow(0.5, 0.75)));
  CHECK(mean(1e-9, 0) == doctest::Approx(mean(0, 0)));
  CHECK(mean(ra::pos_infinity<double>(), 0) == doctest::Approx(0.5));
  CHECK(mean(ra::neg_infinity<double>(), 0) == doctest::Approx(0.25));
  CHECK(mean(1, 1) == doctest::Approx(0.75));
  for (const double p : {0.0, -1e-9, -1.0}) CHECK(mean(p, 1) == 0);
  CHECK(mean(ra::neg_infinity<double>(), 1) == 0);
  CHECK(mean(ra::pos_infinity<double>(), 1) == 1);
}
