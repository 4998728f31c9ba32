// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/kto.hpp>

#include <cmath>
#include <vector>

namespace ra = realign;

namespace {
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
}  // namespace

TEST_CASE("hand values") {
  const std::vector<unsigned char> desirable{1, 0};
  const std::vector<double> s{0.7, -0.4};
  std::vector<double> d(2, 0.0);
  const ra::kto loss{desirable, 0.2, 1.0, 1.5};
  CHECK(loss(s, d) == doctest::Approx((1 - sigmoid(0.5) + 1.5 * (1 - sigmoid(0.6))) / 2));
  CHECK(d[0] == doctest::Approx(-0.5 * sigmoid(0.5) * sigmoid(-0.5)));
  CHECK(d[1] == doctest::Approx(0.75 * sigmoid(0.6) * sigmoid(-0.6)));
}

TEST_CASE("the loss saturates on both sides, without losing its slope's digits") {
  const std::vector<unsigned char> desirable{1};
  for (const double s : {-1e4, -600.0, 600.0, 1e4}) {
    std::vector<double> d(1, 0.0);
    CHECK(ra::kto{desirable}(std::vector<double>{s}, d) == doctest::Approx(s < 0 ? 1.0 : 0.0));
    CHECK(d[0] == doctest::Approx(-std::exp(-std::fabs(s))).epsilon(1e-12));
  }
}

TEST_CASE("the baseline is never below zero") {
  CHECK(ra::kto_baseline(std::vector<double>{0.5, -0.1}) == doctest::Approx(0.2));
  CHECK(ra::kto_baseline(std::vector<double>{-0.5, -0.1}) == 0.0);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong input is a contract error") {
  const std::vector<unsigned char> one{1};
  const std::vector<double> s{0.0}, two{0.0, 0.0};
  std::vector<double> d(2, 0.0);
  CHECK_THROWS_AS((ra::kto{one}(two, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::kto{one, -1.0}(s, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::kto{one, 0.0, -1.0}(s, d)), ra::contract_error);
  CHECK_THROWS_AS((void)ra::kto_baseline({}), ra::contract_error);
}
#endif
