// SPDX-License-Identifier: MIT
#include <realign/core/float_bits.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace ra = realign;

namespace {

template <class T>
T from_bits(ra::detail::bits_of<T> b) {
  T x;
  std::memcpy(&x, &b, sizeof x);
  return x;
}

}  // namespace

static_assert(ra::scalar<float> && ra::scalar<double>);
static_assert(!ra::scalar<int> && !ra::scalar<long double> && !ra::scalar<const double>);

// Numbers come out of a vector, as they do in use, so that the compiler cannot know them.
TEST_CASE_TEMPLATE("every class of number is told apart", T, float, double) {
  using limits = std::numeric_limits<T>;
  const T inf = from_bits<T>(ra::detail::infinity_bits<T>);
  const T minus_inf = from_bits<T>(ra::detail::infinity_bits<T> | ra::detail::sign_bit<T>);
  for (const T& x :
       std::vector<T>{T(0), from_bits<T>(ra::detail::sign_bit<T>), T(1), T(-1), (limits::max)(),
                      limits::lowest(), (limits::min)(), limits::denorm_min(), T(1e4), T(-1e4)}) {
    CHECK(ra::is_finite(x));
    CHECK_FALSE(ra::is_nan(x));
    CHECK_FALSE(ra::is_neg_inf(x));
    CHECK_FALSE(ra::is_pos_inf(x));
  }
  // quiet, signalling, negative, with payload
  using bits = ra::detail::bits_of<T>;
  const bits i = ra::detail::infinity_bits<T>, s = ra::detail::sign_bit<T>;
  for (const T& x :
       std::vector<T>{ra::not_a_number<T>(), from_bits<T>(i | 1U), from_bits<T>(i | s | 1U),
                      from_bits<T>(static_cast<bits>(~bits{0}))}) {
    CHECK(ra::is_nan(x));
    CHECK_FALSE(ra::is_finite(x));
    CHECK_FALSE(ra::is_neg_inf(x));
    CHECK_FALSE(ra::is_pos_inf(x));
  }
  const std::vector<T> infinite{inf, minus_inf};
  CHECK(ra::is_pos_inf(infinite[0]));
  CHECK_FALSE(ra::is_neg_inf(infinite[0]));
  CHECK(ra::is_neg_inf(infinite[1]));
  CHECK_FALSE(ra::is_pos_inf(infinite[1]));
  for (const T& x : infinite) {
    CHECK_FALSE(ra::is_finite(x));
    CHECK_FALSE(ra::is_nan(x));
  }
}

TEST_CASE_TEMPLATE("infinities have the bits of infinity", T, float, double) {
  const std::vector<T> x{ra::pos_infinity<T>(), ra::neg_infinity<T>()};
  CHECK(ra::detail::bits(x[0]) == ra::detail::infinity_bits<T>);
  CHECK(ra::detail::bits(x[1]) == (ra::detail::infinity_bits<T> | ra::detail::sign_bit<T>));
  CHECK(ra::is_pos_inf(x[0]));
  CHECK(ra::is_neg_inf(x[1]));
  CHECK(ra::is_pos_inf(ra::pos_infinity<T>()));
  CHECK(ra::is_neg_inf(ra::neg_infinity<T>()));
  CHECK(ra::is_nan(ra::not_a_number<T>()));
}

TEST_CASE("a rounded number is not regrouped, whatever the flags") {
  const volatile double small = -1, large = 8e22;
  const double s = small, l = large;
  CHECK(ra::rounded(s - l) + l == 0.0);
  CHECK(ra::rounded(s) == s);
}
