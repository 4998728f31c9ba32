// SPDX-License-Identifier: MIT
#include <realign/mix/outcome.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <list>
#include <span>
#include <vector>

#include <realign/mix/mix.hpp>

namespace ra = realign;
namespace mix = realign::mix;

static_assert(mix::rule<mix::arithmetic_rule, float> && mix::rule<mix::arithmetic_rule, double>);
static_assert(mix::rule<mix::geometric_rule, float> && mix::rule<mix::geometric_rule, double>);
static_assert(!mix::rule<int, double>);

static_assert(mix::detail::row_list<std::vector<std::vector<float>>>);
static_assert(mix::detail::row_list<std::list<std::array<double, 3>>>);
static_assert(mix::detail::row_list<std::array<std::span<const double>, 2>>);
static_assert(!mix::detail::row_list<std::vector<double>> && !mix::detail::row_list<int>);

namespace {
// A rule of the user's: the first policy, whatever the weights.
struct first_rule {
  template <ra::scalar T, class Out>
  mix::outcome operator()(ra::matrix_view<const T> rows, std::span<const double>, Out&& out,
                          ra::mask_view) const {
    for (std::size_t a = 0; a < rows.cols(); ++a) out[a] = rows(0, a);
    return {};
  }
};
}  // namespace
static_assert(mix::rule<first_rule, float>);

TEST_CASE("an outcome is ok unless it says otherwise") {
  CHECK(mix::outcome{}.status == ra::status::ok);
  CHECK(mix::outcome{}.log_z == 0.0);
}

TEST_CASE("scratch space is on the stack for few policies and on the heap for many") {
  for (const std::size_t n : {0U, 1U, 32U, 33U, 500U}) {
    mix::detail::scratch s(n);
    REQUIRE(s.get().size() == n);
    for (double& x : s.get()) x = 1;
    double sum = 0;
    for (const double x : s.get()) sum += x;
    CHECK(sum == static_cast<double>(n));
  }
}

TEST_CASE_TEMPLATE("lists of rows are packed, ragged ones refused", T, float, double) {
  const std::list<std::vector<T>> rows{{1, 2}, {3, 4}, {5, 6}};
  const mix::detail::packed_rows<T> packed(rows);
  CHECK(packed.view().rows() == 3);
  CHECK(packed.view().cols() == 2);
  CHECK(packed.view()(2, 0) == T(5));
  const std::vector<std::vector<T>> ragged{{1, 2}, {3}};
  CHECK_THROWS_WITH_AS(mix::detail::packed_rows<T>{ragged},
                       "rows: expected rows of equal length, got 1 numbers in row 1 and 2 in row 0",
                       ra::contract_error);
  const std::vector<std::vector<T>> none;
  CHECK(mix::detail::packed_rows<T>(none).view().rows() == 0);
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("of a policy alone, too, the shape that is wrong is named", T, float, double) {
  const std::vector<std::vector<T>> row{{1, 2}};
  std::vector<T> out(2), few(1);
  CHECK_THROWS_WITH_AS((void)mix::arithmetic(row, std::vector<double>{1, 1}, out),
                       "weights: expected one per row, got 2 for 1 rows", ra::contract_error);
  CHECK_THROWS_WITH_AS((void)mix::arithmetic(row, std::vector<double>{1}, few),
                       "out: expected one number per choice, got 1 for 2 choices", ra::contract_error);
}
#endif

TEST_CASE_TEMPLATE("where a rule writes, and on which scale", T, float, double) {
  std::vector<T> row(3);
  CHECK_FALSE(mix::detail::target_of(row).probabilities);
  CHECK_FALSE(mix::detail::target_of(ra::as_log_probs(row)).probabilities);
  const auto to = mix::detail::target_of(ra::as_probs(row));
  CHECK(to.probabilities);
  CHECK(to.row.data() == row.data());
  const std::span<T> part(row.data() + 1, 2);
  CHECK(mix::detail::target_of(ra::as_probs(part)).row.size() == 2);
  CHECK(mix::detail::target_of(ra::as_probs(std::span<T>(row))).row.size() == 3);
}
