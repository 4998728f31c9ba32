// SPDX-License-Identifier: MIT
#include <realign/policy/scale.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <span>
#include <utility>
#include <vector>

namespace ra = realign;

TEST_CASE_TEMPLATE("a wrapper holds an lvalue by reference and an rvalue by value", T, float,
                   double) {
  std::vector<T> row{1, 2};
  const std::vector<T> fixed{3};
  static_assert(std::same_as<decltype(ra::as_logits(row)), ra::logits<std::vector<T>&>>);
  static_assert(
      std::same_as<decltype(ra::as_log_probs(fixed)), ra::log_probs<const std::vector<T>&>>);
  static_assert(std::same_as<decltype(ra::as_probs(std::vector<T>{})), ra::probs<std::vector<T>>>);
  static_assert(std::same_as<decltype(ra::as_probs(std::span<T>(row))), ra::probs<std::span<T>>>);
  ra::as_logits(row).inner[0] = T(9);
  CHECK(row[0] == T(9));
  const T* where = row.data();
  const auto owned = ra::as_probs(std::move(row));
  CHECK(owned.inner.data() == where);
}

TEST_CASE("scales are different types") {
  using row = std::vector<double>;
  static_assert(!std::convertible_to<ra::logits<row>, ra::probs<row>>);
  static_assert(!std::convertible_to<ra::log_probs<row>, ra::logits<row>>);
  static_assert(!std::convertible_to<ra::probs<row>, row>);
  constexpr auto seven = ra::as_logits(7);
  static_assert(seven.inner == 7);
  CHECK(seven.inner == 7);
}
