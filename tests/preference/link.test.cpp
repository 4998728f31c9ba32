// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/link.hpp>

#include <cmath>
#include <initializer_list>

namespace ra = realign;

static_assert(ra::link_function<ra::link::tilt>);
static_assert(ra::link_function<ra::link::logistic>);
static_assert(ra::link_function<ra::link::hinge>);
static_assert(ra::link_function<ra::link::square>);

namespace {
bool near(double x, double expected, double relative = 1e-12, double absolute = 1e-300) {
  return std::fabs(x - expected) <= absolute + relative * std::fabs(expected);
}
struct expected_link {
  double h, value, slope;
};
}  // namespace

TEST_CASE("logistic: golden values over the whole range") {
  const expected_link cases[] = {{-1e4, 1e4, -1.0},
                                 {-37.0, 37.0, -0.9999999999999999},
                                 {-3.0, 3.048587351573742, -0.9525741268224333},
                                 {-0.25, 0.8259394198788436, -0.5621765008857981},
                                 {0.0, 0.6931471805599453, -0.5},
                                 {1e-9, 0.6931471800599454, -0.49999999975},
                                 {1.0, 0.3132616875182228, -0.2689414213699951},
                                 {20.0, 2.061153620314381e-09, -2.0611536181902037e-09},
                                 {37.0, 8.533047625744066e-17, -8.533047625744065e-17},
                                 {100.0, 3.720075976020836e-44, -3.720075976020836e-44},
                                 {700.0, 9.85967654375977e-305, -9.85967654375977e-305},
                                 {1e4, 0.0, 0.0}};
  for (const auto& c : cases) {
    CAPTURE(c.h);
    const ra::link_value got = ra::link::logistic{}(c.h);
    CHECK(near(got.value, c.value));
    CHECK(near(got.slope, c.slope));
  }
}

TEST_CASE("tilt: golden values") {
  CHECK(near(ra::link::tilt{0.1}(-1e4).value, 9000.0));
  CHECK(near(ra::link::tilt{0.1}(37.0).value, 3.7));
  CHECK(near(ra::link::tilt{0.1}(3.0).slope, 0.052574126822433224));
  CHECK(near(ra::link::tilt{0.5}(1e-9).slope, 2.5e-10));
  CHECK(near(ra::link::tilt{-0.125}(3.0).value, -0.32641264842625795));
  CHECK(near(ra::link::tilt{-0.125}(37.0).slope, -0.12500000000000008));
  CHECK(near(ra::link::tilt{-0.125}(1e4).value, -1250.0));
}

TEST_CASE("hinge and square: golden values, slope 0 at the corner") {
  CHECK(ra::link::hinge{1.0}(1.0).slope == 0.0);
  CHECK(ra::link::hinge{1.0}(0.25).slope == -1.0);
  CHECK(ra::link::hinge{1.0}(0.25).value == 0.75);
  CHECK(ra::link::hinge{1.0}(-1e4).value == 10001.0);
  CHECK(ra::link::hinge{1.0}(1e4).value == 0.0);
  CHECK(ra::link::square{0.5}(-1e4).value == 100010000.25);
  CHECK(ra::link::square{0.5}(-1e4).slope == -20001.0);
  CHECK(ra::link::square{0.5}(0.25).value == 0.0625);
}

TEST_CASE("slopes are the derivatives of values") {
  const auto check = [](const auto& f) {
    for (double h = -6.03; h < 6; h += 0.17) {
      const double d = 1e-5;
      CAPTURE(h);
      CHECK(f(h).slope ==
            doctest::Approx((f(h + d).value - f(h - d).value) / (2 * d)).epsilon(1e-6));
    }
  };
  for (const double c : {0.0, 0.1, 0.5, 0.9, -0.125}) check(ra::link::tilt{c});
  check(ra::link::logistic{});
  check(ra::link::hinge{0.4});
  check(ra::link::square{0.7});
}

TEST_CASE("a slope is never a difference of near equals") {
  // sigmoid(h) - 1 is exactly 0 beyond 37; the slope keeps all its digits.
  CHECK(near(ra::link::logistic{}(40.0).slope, -std::exp(-40.0)));
  CHECK(near(ra::link::tilt{1.0}(-40.0).slope, std::exp(-40.0)));
  CHECK(near(ra::link::tilt{0.5}(1e-12).slope, 2.5e-13));
}

TEST_CASE("overflow-prone baseline: no margin overflows") {
  // log(e^-x / (e^-x + e^-y)) is NaN from 750 on.
  for (const double h : {750.0, -750.0, 1e4, -1e4, 1e8, -1e8}) {
    CHECK(ra::is_finite(ra::link::logistic{}(h).value));
    CHECK(ra::is_finite(ra::link::logistic{}(h).slope));
  }
}

TEST_CASE("smoothing parameter accepted and ignored: it moves value and slope") {
  CHECK(ra::link::tilt{0.1}(2.0).value == doctest::Approx(ra::link::logistic{}(2.0).value + 0.2));
  CHECK(ra::link::tilt{0.1}(2.0).slope == doctest::Approx(ra::link::logistic{}(2.0).slope + 0.1));
  // The minimum is at log((1 - c) / c).
  CHECK(std::fabs(ra::link::tilt{0.1}(std::log(9.0)).slope) < 1e-15);
}

TEST_CASE("blending a label into a tilt is the sum of both directions") {
  for (const double c : {0.0, 0.1, -0.125})
    for (const double y : {0.0, 0.3, 0.5, 1.0})
      for (const double h : {-3.0, 0.2, 5.0}) {
        const ra::link::tilt f{c};
        CHECK(f.blend(y)(h).value == doctest::Approx(y * f(h).value + (1 - y) * f(-h).value));
        CHECK(f.blend(y)(h).slope == doctest::Approx(y * f(h).slope - (1 - y) * f(-h).slope));
      }
  CHECK(ra::link::logistic{}.blend(0.3).c == doctest::Approx(0.7));
}

TEST_CASE("a tie is log(2 cosh(h / 2))") {
  for (const double h : {-4.0, -0.3, 0.0, 2.0})
    CHECK(ra::link::tilt{0.5}(h).value == doctest::Approx(std::log(2 * std::cosh(h / 2))));
}

TEST_CASE("infinite margins") {
  const double up = ra::pos_infinity<double>(), down = ra::neg_infinity<double>();
  CHECK(ra::link::logistic{}(up).value == 0.0);
  CHECK(ra::link::logistic{}(up).slope == 0.0);
  CHECK(ra::is_pos_inf(ra::link::logistic{}(down).value));
  CHECK(ra::link::logistic{}(down).slope == -1.0);
  CHECK(ra::is_pos_inf(ra::link::tilt{0.1}(up).value));
  CHECK(ra::link::tilt{0.1}(up).slope == 0.1);
  CHECK(ra::is_neg_inf(ra::link::tilt{-0.125}(up).value));
  CHECK(ra::link::tilt{-0.125}(up).slope == -0.125);
  CHECK(ra::link::hinge{1.0}(up).value == 0.0);
  CHECK(ra::is_pos_inf(ra::link::hinge{1.0}(down).value));
  CHECK(ra::link::hinge{1.0}(down).slope == -1.0);
  CHECK(ra::is_pos_inf(ra::link::square{1.0}(down).value));
  CHECK(ra::is_neg_inf(ra::link::square{1.0}(down).slope));
  CHECK(ra::is_pos_inf(ra::link::square{1.0}(up).slope));
}

TEST_CASE("a margin that is NaN stays NaN") {
  const double nan = ra::not_a_number<double>();
  CHECK(ra::is_nan(ra::link::logistic{}(nan).value));
  CHECK(ra::is_nan(ra::link::hinge{1.0}(nan).slope));
  CHECK(ra::is_nan(ra::link::square{1.0}(nan).value));
}
