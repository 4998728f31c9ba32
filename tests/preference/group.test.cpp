// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/group.hpp>

#include <cmath>
#include <vector>

namespace ra = realign;

TEST_CASE("of two the entropy is constant: no gradient") {
  std::vector<double> d(2, 0.0);
  const double h = ra::group_entropy{}(std::vector<double>{0.0, 1.0}, d);
  CHECK(h == doctest::Approx(ra::group_entropy{}(std::vector<double>{3.0, 90.0}, d)));
  const double p = 1 / (1 + std::exp(-2.0));
  CHECK(h == doctest::Approx(-p * std::log(p) - (1 - p) * std::log(1 - p)));
  for (const double& x : d) CHECK(std::fabs(x) < 1e-15);
}

TEST_CASE("equal rewards: log K, no gradient; so for one reward with ddof 1") {
  std::vector<double> d(3, 0.0);
  CHECK(ra::group_entropy{}(std::vector<double>{2.0, 2.0, 2.0}, d) == std::log(3.0));
  CHECK(ra::group_entropy{1}(std::vector<double>{2.0}, d) == 0.0);
  CHECK(d == std::vector<double>(3, 0.0));
}

TEST_CASE("alpha mixes a pair loss and the entropy; winner and loser are the caller's") {
  const std::vector<double> r{0.5, 2.0, -1.0};
  std::vector<double> d(3, 0.0), e(3, 0.0);
  const double pair = std::log1p(std::exp(-3.0)), entropy = ra::group_entropy{}(r, e);
  CHECK(ra::r2m{1, 2, 0.0}(r, d) == doctest::Approx(pair));
  CHECK(d[0] == 0.0);
  CHECK(d[1] == doctest::Approx(-1 / (1 + std::exp(3.0))));
  CHECK(ra::r2m{1, 2, 1.0}(r, d) == doctest::Approx(entropy));
  CHECK(ra::r2m{1, 2}(r, d) == doctest::Approx(0.7 * pair + 0.3 * entropy));
}

TEST_CASE("what all rewards have in common does not count, however large") {
  std::vector<double> d(3, 0.0), e(3, 0.0);
  const double h = ra::group_entropy{}(std::vector<double>{1.0, 2.0, 4.0}, d);
  const double far = 0x1p40;
  CHECK(ra::group_entropy{}(std::vector<double>{far + 1, far + 2, far + 4}, e) == doctest::Approx(h).epsilon(1e-3));
  for (std::size_t j = 0; j < 3; ++j) CHECK(e[j] == doctest::Approx(d[j]).epsilon(1e-3));
}

TEST_CASE("an outlier far away keeps the loss finite") {
  std::vector<double> d(3, 0.0);
  CHECK(ra::is_finite(ra::r2m{0, 1}(std::vector<double>{1e8, 0.0, -1e8}, d)));
  for (const double& x : d) CHECK(ra::is_finite(x));
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong input is a contract error") {
  const std::vector<double> r{0.5, 2.0};
  std::vector<double> d(2, 0.0);
  CHECK_THROWS_AS((ra::r2m{0, 2}(r, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::r2m{1, 1}(r, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::r2m{0, 1, 1.5}(r, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::group_entropy{2}(r, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::group_entropy{}({}, d)), ra::contract_error);
}
#endif
