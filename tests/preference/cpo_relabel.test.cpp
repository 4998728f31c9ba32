// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/cpo_relabel.hpp>

#include <vector>

namespace ra = realign;

TEST_CASE("values by hand") {
  const std::vector<double> ratings{3, 1, 4};
  const std::vector<ra::rating_condition> conditions{
      {}, {.weight = 0.5, .target = 4.0}, {.target = 5.0, .strictness = 2.0}};
  CHECK(ra::conditioned_value(ratings, conditions) == 3 - 0.5 * 3 - 2 * 1);
  CHECK(ra::conditioned_value({}, {}) == 0.0);
}

TEST_CASE("equal values make no pair, also when rounding tells them apart") {
  const std::vector<double> values{0.1 + 0.2, 0.3, 1.0};
  const auto pairs = ra::strict_pairs(values);
  REQUIRE(pairs.size() == 2);
  for (const auto& p : pairs) {
    CHECK(p.preferred == 2);
    CHECK(p.label == 1.0);
  }
  CHECK(ra::strict_pairs({}).empty());
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong input is a contract error") {
  const std::vector<double> one{1.0}, nan{ra::not_a_number<double>()};
  using conditions = std::vector<ra::rating_condition>;
  CHECK_THROWS_AS((void)ra::conditioned_value(one, {}), ra::contract_error);
  CHECK_THROWS_AS((void)ra::conditioned_value(nan, conditions(1)), ra::contract_error);
  CHECK_THROWS_AS((void)ra::conditioned_value(one, conditions{{.weight = -1.0}}),
                  ra::contract_error);
  CHECK_THROWS_WITH_AS((void)ra::conditioned_value(one, conditions{{.target = nan[0]}}),
                       "conditions: expected a finite target or none, got nan at index 0", ra::contract_error);
}
#endif
