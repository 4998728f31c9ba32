// SPDX-License-Identifier: MIT
#include <realign/core/contract.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace ra = realign;

static_assert(std::is_base_of_v<std::logic_error, ra::contract_error>);
static_assert(std::is_base_of_v<std::runtime_error, ra::input_error>);
// usable in constant expressions as long as the condition holds
static_assert((ra::expects(true, "x", "anything"), true));

TEST_CASE("the message names the argument, what was expected and what came") {
  CHECK_NOTHROW(ra::expects(true, "beta", "a number > 0", -1.0));
  CHECK_THROWS_WITH_AS(ra::expects(false, "beta", "a number > 0", -1.5),
                       "beta: expected a number > 0, got -1.5", ra::contract_error);
  CHECK_THROWS_WITH_AS(
      ra::expects(false, "w", "a sum of 1", 0.9f, " at index ", std::size_t{7}, " of ", -8),
      "w: expected a sum of 1, got 0.899999976 at index 7 of -8", ra::contract_error);
}

TEST_CASE("text, numbers and truth values are formatted") {
  const std::string owned = "owned";
  CHECK_THROWS_WITH(
      ra::expects(false, "a", "b", "text ", owned, std::string_view(" view "), true, false),
      "a: expected b, got text owned view truefalse");
  CHECK_THROWS_WITH(ra::expects(false, "a", "b", 1e300, " ", 123456789.0, " ", 0.1),
                    "a: expected b, got 1e+300 123456789 0.1");
  CHECK_THROWS_WITH(ra::expects(false, "a", "b", INT64_MIN, " ", UINT64_MAX),
                    "a: expected b, got -9223372036854775808 18446744073709551615");
  CHECK_THROWS_WITH(ra::expects(false, "a", "b"), "a: expected b, got ");
}

TEST_CASE("a bad file is reported with file, place and field") {
  CHECK_THROWS_WITH_AS(
      ra::input_failure("game.json", "scene 3", "points: expected a number, got ", 1),
      "game.json: scene 3: points: expected a number, got 1", ra::input_error);
  CHECK_THROWS_WITH_AS(ra::input_failure("game.json", "", "cannot be opened"),
                       "game.json: cannot be opened", ra::input_error);
}
