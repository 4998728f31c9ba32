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

#if REALIGN_EXCEPTIONS
namespace {
template <class T, class Rule>
void check_overlap(const Rule& rule) {
  const std::vector<double> w{0.25, 0.75};
  for (const std::size_t v : {9U, 40U, 300U}) {
    std::vector<T> x(4 * v, T(0));
    const auto part = [&](std::size_t first) { return std::span<T>(x.data() + first, v); };
    const ra::matrix_view<const T> rows(x.data(), 2, v), gapped(x.data(), 2, v, static_cast<std::ptrdiff_t>(2 * v), 1),
        columns(x.data(), 2, v, 1, 3), backward(x.data() + 2 * v - 1, 2, v, -static_cast<std::ptrdiff_t>(v), -1);
    CHECK_THROWS_WITH_AS((void)rule(rows, w, part(v)), "out: expected numbers apart from the rows, got numbers of row 1",
                         ra::contract_error);
    CHECK_THROWS_AS((void)rule(rows, w, ra::as_probs(part(v / 2))), ra::contract_error);
    CHECK_THROWS_AS((void)rule(rows, w, part(2 * v - 1)), ra::contract_error);
    CHECK_THROWS_AS((void)rule(backward, w, part(0)), ra::contract_error);
    CHECK_THROWS_AS((void)rule(columns, w, part(1)), ra::contract_error);
    CHECK_THROWS_AS((void)rule(columns, w, ra::vector_view<T>(x.data() + 4, v, 3)), ra::contract_error);
    CHECK(rule(rows, w, part(2 * v)).status == ra::status::ok);
    CHECK(rule(gapped, w, part(v)).status == ra::status::ok);  // between the rows
    CHECK(rule(columns, w, ra::vector_view<T>(x.data() + 2, v, 3)).status == ra::status::ok);
  }
}
}  // namespace

TEST_CASE_TEMPLATE("an output in a row is refused, whatever the layout", T, float, double) {
  check_overlap<T>(mix::arithmetic);
  check_overlap<T>(mix::geometric);
  check_overlap<T>(mix::power_mean(-1));
  check_overlap<T>(mix::f_divergence(mix::divergence::forward_kl(), 0));
  std::vector<T> x(80, T(1));
  CHECK(mix::arithmetic(ra::matrix_view<const T>(x.data(), 2, 40), std::vector<double>{1, 0}, std::span<T>(x.data() + 40, 40))
            .status == ra::status::ok);  // not read
}

TEST_CASE_TEMPLATE("a bad number at a masked choice matters where normalisers count", T, float, double) {
  const std::vector<std::vector<T>> rows{{0, 1, ra::not_a_number<T>()}, {0, 1, 2}};
  const std::vector<double> w{0.5, 0.5}, beyond{1.5, -0.5};
  const std::vector<unsigned char> allowed{1, 1, 0};
  std::vector<T> out(3);
  CHECK_THROWS_AS((void)mix::arithmetic(rows, w, out, allowed), ra::contract_error);
  CHECK_THROWS_AS((void)mix::power_mean(2)(rows, w, out, allowed), ra::contract_error);
  CHECK_THROWS_AS((void)mix::f_divergence(mix::divergence::forward_kl(), 1)(rows, w, out, allowed), ra::contract_error);
  for (const auto& c : {w, beyond}) {
    CHECK(mix::geometric(rows, c, out, allowed).status == ra::status::ok);
    CHECK(ra::is_neg_inf(out[2]));
  }
}
#endif

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
