// SPDX-License-Identifier: MIT
#include <realign/decide/limit.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace ra = realign;

TEST_CASE_TEMPLATE("budgets keep their costs, bound and sense", T, float, double) {
  const std::vector<T> cost{T(0.5), T(1), T(2)};
  const ra::limit most = ra::at_most(cost, 0.7);
  REQUIRE(most.is_budget());
  CHECK(most.size() == 3);
  CHECK(most.as_budget().cost(2) == 2);
  CHECK(most.as_budget().bound == 0.7);
  CHECK(most.as_budget().sense == ra::sense::at_most);
  CHECK(ra::at_least(cost, 0).sense == ra::sense::at_least);
  CHECK(ra::exactly(cost, 0).sense == ra::sense::equal);
}

TEST_CASE("shields take bytes and bools") {
  const std::vector<unsigned char> bytes{0, 1, 0};
  const std::array<bool, 2> bools{true, false};
  const ra::limit shield = ra::never(bytes);
  CHECK_FALSE(shield.is_budget());
  CHECK(shield.size() == 3);
  CHECK(shield.as_shield().forbidden[1] != 0);
  CHECK(ra::never(bools).forbidden[0] != 0);
  CHECK(ra::never(bools).forbidden[1] == 0);
}
