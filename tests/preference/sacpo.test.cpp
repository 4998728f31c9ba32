// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/policy/tabular.hpp>
#include <realign/preference/sacpo.hpp>

#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace ra = realign;

namespace {
template <class T>
ra::vector_view<const T> in(const std::vector<T>& x) {
  return {x.data(), x.size()};
}
template <class T>
ra::vector_view<T> out(std::vector<T>& x) {
  return {x.data(), x.size()};
}
}  // namespace

TEST_CASE("the two steps are DPO with the paper's coefficients") {
  CHECK(ra::sacpo{}.first().beta == 0.1);
  CHECK(ra::sacpo{}.second().beta == doctest::Approx(0.025));
  CHECK(ra::sacpo{.beta = 0.2, .lambda = 2.0}.second().beta == doctest::Approx(0.1));
}

TEST_CASE_TEMPLATE("two tilts are one, and merging is a smaller lambda", T, float, double) {
  const std::vector<T> q{0, 1, T(-0.5)}, r{1, 0, T(0.5)}, safety{T(-0.2), T(0.4), 1};
  const ra::sacpo p{.beta = 0.5, .lambda = 0.7};
  std::vector<T> one(3), two(3), joint(3), direct(3), merged(3);
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;
  CHECK(ra::sacpo_optimum(p, in(q), in(r), in(safety), out(one), out(two)) == ra::status::ok);
  const auto check = [&](const std::vector<T>& got, double lambda) {
    for (std::size_t a = 0; a < 3; ++a)
      joint[a] =
          static_cast<T>(static_cast<double>(r[a]) + lambda * static_cast<double>(safety[a]));
    CHECK(ra::succeeded(ra::kl_optimum(in(q), in(joint), 0.5, out(direct)).status));
    const double shift = ra::simd::log_sum_exp(in(got));
    for (std::size_t a = 0; a < 3; ++a)
      CHECK(std::fabs(static_cast<double>(got[a]) - shift - static_cast<double>(direct[a])) <
            tolerance);
  };
  check(two, 0.7);
  CHECK(ra::sacpo_optimum(p, q, std::span(r), safety, direct, joint) == ra::status::ok);
  CHECK(direct == one);
  CHECK(joint == two);
  ra::merge_parameters<T>(one, two, 0.25, merged);
  check(merged, 0.25 * 0.7);
}

TEST_CASE_TEMPLATE("an impossible choice stays so through a merge of any share", T, float, double) {
  const T down = ra::neg_infinity<T>();
  const std::vector<T> a{1, down}, b{3, down};
  std::vector<T> c(2);
  for (const double q : {0.0, 0.5, 1.0}) {
    ra::merge_parameters<T>(a, b, q, c);
    CHECK(c[0] == static_cast<T>(1 + 2 * q));
    CHECK(ra::is_neg_inf(c[1]));
  }
  std::vector<T> one(2, T(5)), two(2, T(5));
  const std::vector<T> none(2, down);
  CHECK(ra::sacpo_optimum(ra::sacpo{}, in(none), in(a), in(a), out(one), out(two)) ==
        ra::status::no_support);
  CHECK(one == std::vector<T>(2, T(5)));
  CHECK(two == std::vector<T>(2, T(5)));
}

TEST_CASE("policies merge as they are, const or not, also into one of themselves") {
  ra::tabular_policy<double> before(1, 2), after(1, 2), merged(1, 2);
  after.row(0)[1] = 4;
  ra::merge_parameters(before.parameters(), after.parameters(), 0.5, merged.parameters());
  CHECK(merged.row(0)[1] == 2.0);
  ra::merge_parameters(before.parameters(), std::as_const(after).parameters(), 0.25, after.parameters());
  CHECK(after.row(0)[1] == 1.0);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong input is a contract error") {
  const std::vector<double> a{1, 2}, b{1};
  std::vector<double> c(2);
  CHECK_THROWS_AS(ra::merge_parameters<double>(a, b, 0.5, c), ra::contract_error);
  CHECK_THROWS_AS(ra::merge_parameters<double>(a, a, 1.5, c), ra::contract_error);
  CHECK_THROWS_AS((void)ra::sacpo{.lambda = 0.0}.second(), ra::contract_error);
  // neither step is written when the second cannot be taken
  std::vector<double> one(2, 5.0), two(2, 5.0);
  const std::vector<double> safety{ra::not_a_number<double>(), 0};
  CHECK_THROWS_WITH_AS((void)ra::sacpo_optimum(ra::sacpo{}, in(a), in(a), in(safety), out(one), out(two)),
                       doctest::Contains("safety: "), ra::contract_error);
  CHECK(one == std::vector<double>(2, 5.0));
  CHECK(two == std::vector<double>(2, 5.0));
}
#endif
