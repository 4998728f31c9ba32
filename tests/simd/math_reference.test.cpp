// SPDX-License-Identifier: MIT
#include <realign/simd/math_reference.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

namespace ra = realign;
namespace ref = realign::simd::reference;

TEST_CASE_TEMPLATE("the scalar functions of ordinary numbers", T, float, double) {
  const double tolerance = 4 * static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto near = [&](T got, double exact) {
    CHECK(static_cast<double>(got) == doctest::Approx(exact).epsilon(tolerance));
  };
  near(ref::exp(T(1)), 2.718281828459045);
  near(ref::log(T(10)), 2.302585092994046);
  near(ref::log1p(T(1e-5)), std::log1p(static_cast<double>(T(1e-5))));
  near(ref::softplus(T(0)), 0.6931471805599453);
  near(ref::softplus(T(-30)), 9.357622968839299e-14);
  near(ref::softplus(T(30)), 30 + 9.357622968839299e-14);
  near(ref::sigmoid(T(1)), 0.7310585786300049);
  near(ref::sigmoid(T(-30)), 9.357622968839299e-14);
  near(ref::tanh(T(0.5)), 0.46211715726000975);
}

TEST_CASE_TEMPLATE("and of the others", T, float, double) {
  const T inf = ra::pos_infinity<T>(), never = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  for (T (*const f)(const T&) noexcept :
       {ref::exp<T>, ref::log<T>, ref::log1p<T>, ref::softplus<T>, ref::sigmoid<T>, ref::tanh<T>}) {
    const T y = f(nan);
    CHECK(ra::is_nan(y));
  }
  const T pos[] = {ref::exp(inf), ref::log(inf), ref::log1p(inf), ref::softplus(inf), ref::exp(T(800))};
  for (const T& y : pos) CHECK(ra::is_pos_inf(y));
  const T neg[] = {ref::log(T(0)), ref::log(T(-0.0)), ref::log1p(T(-1))};
  for (const T& y : neg) CHECK(ra::is_neg_inf(y));
  const T none[] = {ref::log(T(-1)), ref::log(never), ref::log1p(T(-2)), ref::log1p(never)};
  for (const T& y : none) CHECK(ra::is_nan(y));
  CHECK(ref::exp(never) == T(0));
  CHECK(ref::softplus(never) == T(0));
  CHECK(ref::sigmoid(never) == T(0));
  CHECK(ref::sigmoid(inf) == T(1));
  CHECK(ref::tanh(inf) == T(1));
  CHECK(ref::tanh(never) == T(-1));
  // denormal results are flushed
  const T low = sizeof(T) == 4 ? T(-100) : T(-740);
  CHECK(ref::exp(low) == T(0));
  CHECK(ref::softplus(low) == T(0));
  CHECK(ref::sigmoid(low) == T(0));
}
