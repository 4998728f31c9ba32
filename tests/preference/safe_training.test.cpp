// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/safe_training.hpp>

#include <cstddef>
#include <vector>

namespace ra = realign;

TEST_CASE_TEMPLATE("choices of states of any size, in order", T, float, double) {
  const std::size_t first = 7, second = 9;
  ra::scored_choices<std::size_t> data;
  CHECK(data.states() == 0);
  data.add(first, std::vector<T>{T(1), T(2)}, std::vector<T>{T(3), T(4)});
  data.add(second, std::vector<T>{T(5)}, std::vector<T>{T(6)}, 0.5);
  REQUIRE(data.states() == 2);
  REQUIRE(data.steps(0).size() == 2);
  CHECK(data.steps(0)[1].state == &first);
  CHECK(data.steps(0)[1].action == 1);
  CHECK(data.steps(1)[0].state == &second);
  CHECK(data.steps(1)[0].action == 0);
  CHECK(data.rewards(0)[1] == 2.0);
  CHECK(data.costs(0)[0] == 3.0);
  CHECK(data.rewards(1)[0] == 5.0);
  CHECK(data.share(0) == 1.0);
  CHECK(data.share(1) == 0.5);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("a state that does not fit is refused and leaves nothing behind") {
  const double nan = ra::not_a_number<double>();
  const std::size_t state = 0;
  const std::vector<double> two{1, 2}, one{1}, none, bad{1, nan};
  ra::scored_choices<std::size_t> data;
  CHECK_THROWS_AS(data.add(state, none, none), ra::contract_error);
  CHECK_THROWS_AS(data.add(state, two, one), ra::contract_error);
  CHECK_THROWS_AS(data.add(state, bad, two), ra::contract_error);
  CHECK_THROWS_AS(data.add(state, two, bad), ra::contract_error);
  CHECK_THROWS_AS(data.add(state, two, two, 0), ra::contract_error);
  CHECK(data.states() == 0);
  data.add(state, two, two);
  CHECK(data.steps(0).size() == 2);
}
#endif
