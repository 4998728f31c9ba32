// SPDX-License-Identifier: MIT
#include <realign/scalarize/scalarization.hpp>

#include <doctest/doctest.h>

#include <span>
#include <vector>

#include <realign/scalarize/scalarize.hpp>

namespace ra = realign;
namespace s = realign::scalarize;

static_assert(s::priced_scalarization<s::linear> && s::priced_scalarization<s::chebyshev>);
static_assert(s::priced_scalarization<s::maxmin> && s::priced_scalarization<s::nash>);
static_assert(s::priced_scalarization<s::alpha_fair> && s::priced_scalarization<s::softmin>);
static_assert(s::scalarization<s::power_mean> && s::scalarization<s::ordered_average>);
static_assert(!s::priced_scalarization<s::power_mean> &&
              !s::priced_scalarization<s::ordered_average>);
static_assert(!s::scalarization<int> && !s::scalarization<s::anchor>);

TEST_CASE("an anchor is a fixed point, by default zero") {
  const s::anchor zero;
  CHECK(zero.fixed());
  CHECK(zero.where() == s::anchor::kind::fixed);
  CHECK(zero.values().empty());
  CHECK(zero[5] == 0.0);
  CHECK_NOTHROW(zero.check(7));
  const s::anchor point{1.0, -2.0};
  CHECK(point.fixed());
  CHECK(point[1] == -2.0);
  CHECK_NOTHROW(point.check(2));
  CHECK_THROWS_WITH_AS(point.check(3),
                       "anchor: expected one value per objective, got 2 for 3 objectives",
                       ra::contract_error);
  CHECK_THROWS_AS((s::anchor{0.0, ra::not_a_number<double>()}), ra::contract_error);
  CHECK_THROWS_AS(s::anchor(std::vector<double>{ra::neg_infinity<double>()}), ra::contract_error);
}

TEST_CASE("an anchor may depend on the choices; then there is no value outside a decision") {
  const s::anchor best = s::anchor::kind::best;
  CHECK_FALSE(best.fixed());
  CHECK(best.where() == s::anchor::kind::best);
  const std::vector<double> J{1, 2}, w{0.5, 0.5};
  std::vector<double> out(2);
  CHECK_THROWS_WITH_AS(
      (void)s::value(s::chebyshev{}, J, w),
      "anchor: expected fixed values outside a decision, got one that depends on the choices",
      ra::contract_error);
  CHECK_THROWS_AS(s::gradient(s::nash{s::anchor::kind::prior}, J, w, out), ra::contract_error);
}

TEST_CASE("value and gradient measure from the anchor") {
  const std::vector<double> J{3, 5}, w{0.5, 0.5};
  std::vector<double> out(2);
  const s::chebyshev f{{4.0, 7.0}, 0.5};
  CHECK(s::value(f, J, w) == doctest::Approx(-1 + 0.5 * (-0.5 - 1)));
  s::gradient(f, J, w, out);
  CHECK(out[0] == doctest::Approx(0.25));
  CHECK(out[1] == doctest::Approx(0.75));
  CHECK(s::value(s::linear{}, J, w) == 4.0);
}

TEST_CASE("wrong lengths are refused") {
  const std::vector<double> J{3, 5}, w{0.5, 0.5}, three{0.2, 0.3, 0.5};
  std::vector<double> out(2), small(1);
  CHECK_THROWS_WITH_AS((void)s::value(s::linear{}, J, three),
                       "weights: expected one per objective, got 3 for 2", ra::contract_error);
  CHECK_THROWS_AS(s::gradient(s::linear{}, J, w, small), ra::contract_error);
  CHECK_THROWS_AS(s::gradient(s::linear{}, J, three, out), ra::contract_error);
  CHECK_THROWS_AS((void)s::value(s::nash{{1.0}}, J, w), ra::contract_error);
}

TEST_CASE("weights are numbers >= 0") {
  const std::vector<double> J{1, 2};
  std::vector<double> out(2);
  for (const double bad : {-1.0, ra::not_a_number<double>(), ra::pos_infinity<double>()}) {
    const std::vector<double> w{0.5, bad};
    CHECK_THROWS_WITH_AS((void)s::value(s::linear{}, J, w), doctest::Contains("weights: expected finite entries >= 0"),
                         ra::contract_error);
    CHECK_THROWS_WITH_AS(s::gradient(s::linear{}, J, w, out), doctest::Contains("at index 1"), ra::contract_error);
  }
}
