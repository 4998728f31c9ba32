// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/pita.hpp>

#include <cmath>
#include <vector>

namespace ra = realign;

TEST_CASE("the value loss is the cross-entropy of shares, least at their logits") {
  const std::vector<double> y{0.25, 1.0};
  const std::vector<double> z{std::log(1.0 / 3), 2.0};
  std::vector<double> d(2, 0.0);
  const double first = -0.25 * std::log(0.25) - 0.75 * std::log(0.75);
  CHECK(ra::pita_value{y}(z, d) == doctest::Approx((first + std::log1p(std::exp(-2.0))) / 2));
  CHECK(std::fabs(d[0]) < 1e-15);
  CHECK(d[1] == doctest::Approx(-0.5 / (1 + std::exp(2.0))));
}

TEST_CASE("the Bernoulli offset is between 0 and eta and exact at any logit") {
  for (const double eta : {-60.0, -2.0, -0.3, 0.0, 0.5, 3.0, 60.0, 800.0}) {
    CHECK(ra::pita_bernoulli_offset(900.0, eta) == doctest::Approx(eta));
    CHECK(ra::pita_bernoulli_offset(0.0, eta) ==
          doctest::Approx(eta < 700 ? std::log1p(std::exp(eta)) - std::log(2.0)
                                    : eta - std::log(2.0)));
    double before = ra::pita_bernoulli_offset(-1000.0, eta);
    CHECK(std::fabs(before) <= 1e-80);
    for (double z = -900; z <= 900; z += 12.5) {
      const double now = ra::pita_bernoulli_offset(z, eta);
      CHECK((eta >= 0 ? now >= before - 1e-12 : now <= before + 1e-12));
      before = now;
    }
  }
  // far below, e^z (e^eta - 1) with all its digits
  CHECK(ra::pita_bernoulli_offset(-40.0, 2.0) ==
        doctest::Approx(std::exp(-40.0) * std::expm1(2.0)).epsilon(1e-12));
  CHECK(ra::pita_expectation_offset(-3.0, 0.5) == -1.5);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("labels outside [0, 1] and wrong sizes are contract errors") {
  std::vector<double> d(2, 0.0);
  const std::vector<double> z{0.0, 0.0}, bad{0.5, 1.5}, one{0.5};
  CHECK_THROWS_AS((ra::pita_value{bad}(z, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::pita_value{one}(z, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::pita_value{{}}({}, d)), ra::contract_error);
}
#endif
