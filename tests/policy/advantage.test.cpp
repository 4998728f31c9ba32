// SPDX-License-Identifier: MIT
#include <realign/policy/advantage.hpp>

#include <realign/policy/tabular.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ra = realign;

namespace {
template <class T, class P>
ra::status advantage(const P& p, double alpha, std::vector<T>& out) {
  return ra::advantage(p, std::size_t{0}, alpha, std::span<T>(out));
}
}  // namespace

TEST_CASE_TEMPLATE("alpha log pi by hand", T, float, double) {
  const std::vector<T> logits{std::log(T(3)) + 7, 7};
  std::vector<T> out(2);
  CHECK(advantage(logits, 0.5, out) == ra::status::ok);
  CHECK(out[0] == doctest::Approx(0.5 * std::log(0.75)));
  CHECK(out[1] == doctest::Approx(0.5 * std::log(0.25)));
  const std::vector<T> p{T(0.75), T(0.25)};
  CHECK(advantage(ra::as_probs(p), 0.5, out) == ra::status::ok);
  CHECK(out[1] == doctest::Approx(0.5 * std::log(0.25)));
}

TEST_CASE_TEMPLATE("exp(A / alpha) sums to one; a shift of the logits changes nothing", T, float,
                   double) {
  ra::tabular_policy<T> policy(1, 4);
  const double row[] = {1, -2, 0.5, 3};
  std::vector<T> out(4), shifted(4);
  for (std::size_t a = 0; a < 4; ++a) policy.row(0)[a] = static_cast<T>(row[a]);
  CHECK(advantage(policy, 0.1, out) == ra::status::ok);
  double sum = 0;
  for (const T x : out) sum += std::exp(static_cast<double>(x) / 0.1);
  CHECK(sum == doctest::Approx(1));
  for (T& x : policy.parameters()) x += T(16);
  CHECK(advantage(policy, 0.1, shifted) == ra::status::ok);
  for (std::size_t a = 0; a < 4; ++a)
    CHECK(std::fabs(out[a] - shifted[a]) < (sizeof(T) == 4 ? 1e-6 : 1e-15));
}

TEST_CASE_TEMPLATE("extremes: impossible, far apart, alone", T, float, double) {
  std::vector<T> out(3);
  CHECK(advantage(std::vector<T>{T(1e4), ra::neg_infinity<T>(), T(-1e4)}, 0.1, out) ==
        ra::status::ok);
  CHECK(out[0] == T(0));
  CHECK(ra::is_neg_inf(out[1]));
  CHECK(out[2] == doctest::Approx(-2e3));
  std::vector<T> one(1);
  CHECK(advantage(std::vector<T>{T(5)}, 2, one) == ra::status::ok);
  CHECK(one[0] == T(0));
  CHECK(advantage(std::vector<T>(3, ra::neg_infinity<T>()), 0.1, out) == ra::status::no_support);
  CHECK(advantage(std::vector<T>{}, 0.1, out = {}) == ra::status::no_support);
}

TEST_CASE_TEMPLATE("wrong use", T, float, double) {
  const T nan = ra::not_a_number<T>();
  std::vector<T> out(2);
  CHECK_THROWS_AS((void)advantage(std::vector<T>{0, nan}, 1, out), ra::contract_error);
  CHECK_THROWS_AS((void)advantage(std::vector<T>{0, ra::pos_infinity<T>()}, 1, out),
                  ra::contract_error);
  CHECK_THROWS_AS((void)advantage(std::vector<T>{0}, 1, out), ra::contract_error);
  for (const double alpha :
       {0.0, -1.0, ra::not_a_number<double>(), ra::pos_infinity<double>()})
    CHECK_THROWS_AS((void)advantage(std::vector<T>{0, 0}, alpha, out), ra::contract_error);
}

TEST_CASE_TEMPLATE("into whatever holds numbers, where its steps lead", T, float, double) {
  const std::vector<T> p{T(0), T(0), T(0)};
  const T each = static_cast<T>(-std::log(3.0));
  std::vector<T> numbers(3), spread(6, T(7));
  T plain[3] = {};
  CHECK(ra::advantage(p, 0, 1.0, numbers) == ra::status::ok);
  CHECK(ra::advantage(p, 0, 1.0, plain) == ra::status::ok);
  ra::vector_view<T> every_second(spread.data(), 3, 2);
  CHECK(ra::advantage(p, 0, 1.0, every_second) == ra::status::ok);
  for (std::size_t a = 0; a < 3; ++a) {
    CHECK(static_cast<double>(numbers[a]) == doctest::Approx(static_cast<double>(each)));
    CHECK(plain[a] == numbers[a]);
    CHECK(spread[2 * a] == numbers[a]);
    CHECK(spread[2 * a + 1] == T(7));
  }
}
