// SPDX-License-Identifier: MIT
#include <realign/core/half.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

namespace ra = realign;

static_assert(sizeof(ra::float16) == 2 && sizeof(ra::bfloat16) == 2);
static_assert(std::is_trivially_copyable_v<ra::float16> && std::is_trivially_copyable_v<ra::bfloat16>);
static_assert(ra::half_precision<ra::float16> && ra::half_precision<ra::bfloat16>);
static_assert(!ra::half_precision<float> && !ra::half_precision<std::uint16_t> && !ra::scalar<ra::float16>);
static_assert(ra::readable<double> && ra::readable<ra::bfloat16> && !ra::readable<int>);
static_assert(std::is_same_v<ra::widened<ra::float16>, float> && std::is_same_v<ra::widened<double>, double>);
static_assert(ra::float16::from_bits(0x3c00).bits() == 0x3c00);

namespace {

/// Exponent bits, fraction bits and least exponent of a format.
struct format {
  int exponents, fractions, lowest;
};
format format_of(ra::float16) { return {5, 10, -14}; }
format format_of(ra::bfloat16) { return {8, 7, -126}; }

/// The value by the definition of the format, of finite bits.
double value_of(std::uint16_t b, const format& f) {
  const int exponent = (b & 0x7fff) >> f.fractions;
  const double fraction = std::ldexp(b & ((1 << f.fractions) - 1), -f.fractions);
  const double x = exponent == 0 ? std::ldexp(fraction, f.lowest) : std::ldexp(1 + fraction, f.lowest + exponent - 1);
  return (b & 0x8000) != 0 ? -x : x;
}

/// The bits of the float x. Denormal numbers by hand: the processor may have been told to drop them.
std::uint32_t float_bits(double x) {
  if (x == 0 || std::fabs(x) >= std::ldexp(1.0, -126)) return ra::detail::bits(static_cast<float>(x));
  return static_cast<std::uint32_t>(std::ldexp(std::fabs(x), 149)) | (x < 0 ? 0x80000000U : 0U);
}

template <class H>
H of(std::size_t b) {
  return H::from_bits(static_cast<std::uint16_t>(b));
}
template <class H>
std::uint16_t rounded(double x) {
  return H(static_cast<float>(x)).bits();
}

}  // namespace

TEST_CASE_TEMPLATE("all bit patterns become the float they mean, and come back", H, ra::float16, ra::bfloat16) {
  std::size_t wrong = 0, numbers = 0;
  for (std::size_t b = 0; b < 65536; ++b) {
    const H h = of<H>(b);
    const float x = h;
    if (ra::is_nan(h)) {
      wrong += ra::is_nan(x) && ra::is_nan(H(x)) && (H(x).bits() & 0x8000U) == (b & 0x8000U) ? 0U : 1U;
      continue;
    }
    wrong += H(x).bits() == b ? 0U : 1U;
    if (!ra::is_finite(h)) {
      wrong += ra::is_pos_inf(h) == ra::is_pos_inf(x) && ra::is_neg_inf(h) == ra::is_neg_inf(x) ? 0U : 1U;
      continue;
    }
    ++numbers;
    const double exact = value_of(h.bits(), format_of(h));
    wrong += ra::detail::bits(x) == float_bits(exact) ? 0U : 1U;
  }
  CHECK(wrong == 0);
  const format f = format_of(H());
  CHECK(numbers == 65536 - (std::size_t{2} << f.fractions));
}

TEST_CASE_TEMPLATE("infinities and NaN are told by their bits", H, ra::float16, ra::bfloat16) {
  const H inf(ra::pos_infinity<float>()), never(ra::neg_infinity<float>()), nan(ra::not_a_number<float>());
  CHECK(inf.bits() == H::infinity_bits);
  CHECK(ra::is_pos_inf(inf));
  CHECK_FALSE(ra::is_neg_inf(inf));
  CHECK(ra::is_neg_inf(never));
  CHECK_FALSE(ra::is_pos_inf(never));
  CHECK(ra::is_nan(nan));
  CHECK_FALSE(ra::is_nan(inf));
  for (const H& x : {inf, never, nan}) CHECK_FALSE(ra::is_finite(x));
  CHECK(ra::is_finite(H(1.0F)));
  // a NaN whose payload lies below the bits that are kept
  CHECK(ra::is_nan(H(ra::detail::from_bits<float>(0x7f800001U))));
}

TEST_CASE_TEMPLATE("floats round to the nearest, and to even halfway between two", H, ra::float16, ra::bfloat16) {
  const format f = format_of(H());
  std::size_t wrong = 0;
  for (std::size_t b = 0; b + 1 < H::infinity_bits; ++b) {
    const auto low = static_cast<std::uint16_t>(b), high = static_cast<std::uint16_t>(b + 1);
    const double x = value_of(low, f), y = value_of(high, f), middle = (x + y) / 2;
    const auto m = static_cast<float>(middle);
    if (static_cast<double>(m) < middle || static_cast<double>(m) > middle) continue;  // no float lies there
    const float below = ra::detail::from_bits<float>(ra::detail::bits(m) - 1), above = ra::detail::from_bits<float>(ra::detail::bits(m) + 1);
    const std::uint16_t even = b % 2 == 0 ? low : high;
    wrong += H(m).bits() == even && H(below).bits() == low && H(above).bits() == high ? 0U : 1U;
    wrong += rounded<H>(-middle) == (even | 0x8000) ? 0U : 1U;
  }
  CHECK(wrong == 0);
}

TEST_CASE("what is too large becomes infinite, what is too small zero") {
  CHECK(rounded<ra::float16>(65519.99) == 0x7bff);
  CHECK(rounded<ra::float16>(65520) == 0x7c00);
  CHECK(rounded<ra::float16>(-1e30) == 0xfc00);
  CHECK(rounded<ra::float16>(std::ldexp(1.0, -25)) == 0);
  CHECK(rounded<ra::float16>(std::ldexp(1.0001, -25)) == 1);
  CHECK(rounded<ra::float16>(-1e-30) == 0x8000);
  const float largest = (std::numeric_limits<float>::max)();
  CHECK(ra::bfloat16(largest).bits() == 0x7f80);
  CHECK(ra::bfloat16(ra::detail::from_bits<float>(0x7f7f7fffU)).bits() == 0x7f7f);
  CHECK(ra::bfloat16(ra::detail::from_bits<float>(0x7f7f8000U)).bits() == 0x7f80);
}

TEST_CASE_TEMPLATE("views look at halves, and at other types' bits", H, ra::float16, ra::bfloat16) {
  std::vector<H> x;
  for (int i = 0; i < 6; ++i) x.push_back(H(static_cast<float>(i)));
  const ra::vector_view<const H> row(std::span<const H>(x.data(), x.size()));
  CHECK(static_cast<double>(row[5]) == 5.0);
  const ra::matrix_view<const H> rows(x.data(), 2, 3);
  CHECK(static_cast<float>(rows(1, 0)) == 3.0F);
  CHECK(static_cast<float>(rows.row(1)[2]) == 5.0F);

  std::vector<std::uint16_t> raw;
  for (const H& h : x) raw.push_back(h.bits());
  CHECK(static_cast<float>(ra::half_view<H>(raw.data(), raw.size())[4]) == 4.0F);
  CHECK(static_cast<float>(ra::half_view<H>(raw.data(), 3, 2)(2, 1)) == 5.0F);
  const ra::vector_view<std::uint16_t> every_second(raw.data(), 3, 2);
  CHECK(static_cast<float>(ra::half_view<H>(every_second)[2]) == 4.0F);
  const ra::matrix_view<const std::uint16_t> columns(raw.data(), 3, 2, 1, 3);
  CHECK(static_cast<float>(ra::half_view<H>(columns)(1, 1)) == 4.0F);
}

TEST_CASE_TEMPLATE("another library's half is read where it was written", H, ra::float16, ra::bfloat16) {
  struct other {
    short bits;
  };
  std::vector<other> x(3);
  const auto view = ra::half_view<H>(x.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i].bits = static_cast<short>(H(static_cast<float>(i) - 1).bits());
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(static_cast<float>(view[i]) == static_cast<float>(i) - 1);
}
