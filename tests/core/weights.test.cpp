// SPDX-License-Identifier: MIT
#include <realign/core/weights.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace ra = realign;

namespace {
double sum(const ra::weights& w) {
  double s = 0;
  for (const double v : w) s += v;
  return s;
}
}  // namespace

TEST_CASE("weights hold what they were given") {
  const ra::weights w{0.7, 0.3};
  CHECK(w.size() == 2);
  CHECK(w[0] == 0.7);
  CHECK(w[1] == 0.3);
  const std::span<const double> s = w;
  CHECK(s.data() == w.data());
  CHECK(ra::weights{1.0}[0] == 1.0);
  CHECK(ra::weights{0.0, 1.0}[0] == 0.0);
}

TEST_CASE_TEMPLATE("any array makes weights", T, float, double) {
  const std::vector<T> v{T(0.1), T(0.2), T(0.7)};
  const ra::weights w(v);
  CHECK(w[2] == doctest::Approx(0.7));
  // float weights sum to one only up to rounding; the stored ones do in double
  CHECK(std::fabs(sum(w) - 1) < 1e-15);
  const T raw[] = {T(0.25), T(0.75)};
  CHECK(ra::weights(raw)[1] == 0.75);
  const ra::weights copy(w);
  CHECK(copy[0] == w[0]);
}

TEST_CASE("a temporary vector makes weights, and is checked") {
  CHECK(ra::weights(std::vector<double>{0.5, 0.5}).size() == 2);
  std::vector<double> bad{0.5, 0.4};
  CHECK_THROWS_AS(ra::weights(std::move(bad)), ra::contract_error);
}

TEST_CASE("bad weights say what is wrong with them") {
  const double nan = ra::not_a_number<double>();
  CHECK_THROWS_WITH_AS((ra::weights{0.5, 0.4}), "weights: expected a sum of 1, got 0.9",
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((ra::weights{1.5, -0.5}),
                       "weights: expected finite entries >= 0, got -0.5 at index 1",
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((ra::weights{0.5, 0.5, nan}), doctest::Contains("at index 2"),
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((ra::weights{ra::pos_infinity<double>(), 0.0}), doctest::Contains("at index 0"),
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((ra::weights{0.0, 0.0}), "weights: expected a sum of 1, got 0",
                       ra::contract_error);
  CHECK_THROWS_WITH_AS(ra::weights(std::vector<float>{}),
                       "weights: expected at least one entry, got none", ra::contract_error);
  CHECK_THROWS_AS((ra::weights{0.5, 0.5 + 2e-6}), ra::contract_error);
  CHECK_NOTHROW((ra::weights{0.5, 0.5 + 0.5e-6}));
}

TEST_CASE("weights in proportion") {
  const ra::weights w = ra::weights::proportional_to(std::vector<double>{2, 0, 6});
  CHECK(w[0] == 0.25);
  CHECK(w[1] == 0.0);
  CHECK(w[2] == 0.75);
  CHECK(sum(ra::weights::proportional_to(std::vector<float>{1e-30f, 3e-30f})) ==
        doctest::Approx(1));
  const ra::weights huge = ra::weights::proportional_to(std::vector<double>{1.5e308, 0, 0.5e308, 1e-300});  // no sum
  CHECK(huge[0] == doctest::Approx(0.75));
  CHECK(huge[1] == 0.0);
  CHECK(huge[2] == doctest::Approx(0.25));
  CHECK_THROWS_WITH_AS((void)ra::weights::proportional_to(std::vector<double>{0, 0}),
                       "weights: expected a positive sum, got 0", ra::contract_error);
  CHECK_THROWS_AS((void)ra::weights::proportional_to(std::vector<double>{2, -1}),
                  ra::contract_error);
}

TEST_CASE("uniform weights and vertices") {
  CHECK(ra::weights::uniform(4)[3] == 0.25);
  CHECK(std::fabs(sum(ra::weights::uniform(1000)) - 1) < 1e-12);
  const ra::weights v = ra::weights::vertex(3, 1);
  CHECK(v[0] == 0.0);
  CHECK(v[1] == 1.0);
  CHECK_THROWS_AS((void)ra::weights::uniform(0), ra::contract_error);
  CHECK_THROWS_AS((void)ra::weights::vertex(3, 3), ra::contract_error);
}
