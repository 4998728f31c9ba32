// SPDX-License-Identifier: MIT
// What every combination rule must refuse.
#ifndef REALIGN_TESTS_MIX_RULES_HPP
#define REALIGN_TESTS_MIX_RULES_HPP

#include <doctest/doctest.h>

#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign_tests {

template <class T>
using row_list = std::vector<std::vector<T>>;

/// Shapes and numbers that are errors for any rule.
template <class T, class Rule>
void check_refusals(const Rule& rule) {
  using realign::contract_error;
  const row_list<T> rows{{0, 1, 2}, {2, 1, 0}};
  const std::vector<double> w{0.5, 0.5}, one{1.0}, three{0.2, 0.3, 0.5};
  std::vector<T> out(3, T(7)), small(2);

  CHECK_THROWS_WITH_AS((void)rule(row_list<T>{{0, 1, 2}, {2, 1}}, w, out),
                       "rows: expected rows of equal length, got 2 numbers in row 1 and 3 in row 0",
                       contract_error);
  CHECK_THROWS_WITH_AS((void)rule(rows, one, out),
                       "weights: expected one per row, got 1 for 2 rows", contract_error);
  CHECK_THROWS_AS((void)rule(rows, three, out), contract_error);
  CHECK_THROWS_WITH_AS((void)rule(rows, w, small),
                       "out: expected one number per choice, got 2 for 3 choices", contract_error);
  CHECK_THROWS_WITH_AS((void)rule(rows, w, out, std::vector<unsigned char>{1, 1}),
                       "allowed: expected one byte per choice, or none, got 2 for 3 choices",
                       contract_error);
  CHECK_THROWS_WITH_AS((void)rule(row_list<T>{}, std::vector<double>{}, out),
                       "rows: expected at least one policy, got none", contract_error);

  const double nan = realign::not_a_number<double>();
  CHECK_THROWS_WITH_AS((void)rule(rows, std::vector<double>{0.5, nan}, out),
                       doctest::Contains("at index 1"), contract_error);
  CHECK_THROWS_AS((void)rule(rows, std::vector<double>{realign::pos_infinity<double>(), 0.5}, out),
                  contract_error);
  for (const T bad : {realign::not_a_number<T>(), realign::pos_infinity<T>()})
    CHECK_THROWS_WITH_AS((void)rule(row_list<T>{{0, 1, 2}, {2, bad, 0}}, w, out),
                         doctest::Contains("row 1"), contract_error);
  CHECK(out == std::vector<T>{7, 7, 7});
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_MIX_RULES_HPP
