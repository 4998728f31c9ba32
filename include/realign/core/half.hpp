// SPDX-License-Identifier: MIT
// Numbers of 16 bits, for reading: logits take half the memory, and are widened to float where they are used.
#ifndef REALIGN_CORE_HALF_HPP
#define REALIGN_CORE_HALF_HPP

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

namespace detail {

/// x / 2^count, rounded to nearest, ties to even.
[[nodiscard]] constexpr std::uint32_t rounded_shift(std::uint32_t x, unsigned count) noexcept {
  return (x + (std::uint32_t{1} << (count - 1)) - 1 + ((x >> count) & 1U)) >> count;
}

/// The bits of the float with the value of an IEEE half, and of a bfloat16. NaN keeps its payload.
[[nodiscard]] constexpr std::uint32_t widened_float16(std::uint32_t h) noexcept {
  const std::uint32_t sign = (h & 0x8000U) << 16, magnitude = h & 0x7fffU;
  if (magnitude >= 0x7c00U) return sign | 0x7f800000U | (magnitude & 0x3ffU) << 13;
  if (magnitude >= 0x0400U) return sign | ((magnitude << 13) + (112U << 23));
  if (magnitude == 0) return sign;
  const auto up = static_cast<unsigned>(std::countl_zero(magnitude)) - 21U;  // the leading bit goes to bit 10
  return sign | (((magnitude << up << 13) & 0x007fffffU) + ((113U - up) << 23));
}
[[nodiscard]] constexpr std::uint32_t widened_bfloat16(std::uint32_t h) noexcept { return h << 16; }

/// The other way: the nearest, ties to even; what is too large becomes infinite. NaN becomes quiet.
[[nodiscard]] constexpr std::uint32_t nearest_float16(std::uint32_t b) noexcept {
  const std::uint32_t sign = b >> 16 & 0x8000U, magnitude = b & 0x7fffffffU, exponent = magnitude >> 23;
  if (magnitude > 0x7f800000U) return sign | 0x7e00U | (magnitude >> 13 & 0x3ffU);
  if (exponent >= 143) return sign | 0x7c00U;  // 2^16 and more
  if (exponent >= 113) return sign | rounded_shift(magnitude - (112U << 23), 13);
  if (exponent < 102) return sign;  // below 2^-25
  return sign | rounded_shift((magnitude & 0x007fffffU) | 0x00800000U, 126U - exponent);
}
[[nodiscard]] constexpr std::uint32_t nearest_bfloat16(std::uint32_t b) noexcept {
  if ((b & 0x7fffffffU) > 0x7f800000U) return b >> 16 | 0x40U;
  return rounded_shift(b, 16);
}

/// 16 bits. Kept as bytes, so that they may lie at any address and be read where another type of number was written.
struct two_bytes {
  unsigned char byte[2]{};

  constexpr two_bytes() noexcept = default;
  constexpr explicit two_bytes(std::uint32_t b) noexcept
      : two_bytes(std::bit_cast<two_bytes>(static_cast<std::uint16_t>(b))) {}
  [[nodiscard]] constexpr std::uint16_t get() const noexcept { return std::bit_cast<std::uint16_t>(*this); }
};

}  // namespace detail

/// An IEEE 754 half: 5 bits of exponent, 10 of fraction. For storage; it computes as the float of the same value.
class float16 {
 public:
  constexpr float16() noexcept = default;
  /// The nearest half, ties to even.
  explicit float16(const float& x) noexcept : bits_(detail::nearest_float16(detail::bits(x))) {}
  [[nodiscard]] static constexpr float16 from_bits(std::uint16_t b) noexcept {
    float16 x;
    x.bits_ = detail::two_bytes(b);
    return x;
  }
  [[nodiscard]] constexpr std::uint16_t bits() const noexcept { return bits_.get(); }
  /// Exact.
  operator float() const noexcept { return detail::from_bits<float>(detail::widened_float16(bits())); }

  static constexpr std::uint16_t infinity_bits = 0x7c00;

 private:
  detail::two_bytes bits_;
};

/// The upper half of a float: 8 bits of exponent, 7 of fraction. For storage; it computes as the float of the same value.
class bfloat16 {
 public:
  constexpr bfloat16() noexcept = default;
  /// The nearest bfloat16, ties to even.
  explicit bfloat16(const float& x) noexcept : bits_(detail::nearest_bfloat16(detail::bits(x))) {}
  [[nodiscard]] static constexpr bfloat16 from_bits(std::uint16_t b) noexcept {
    bfloat16 x;
    x.bits_ = detail::two_bytes(b);
    return x;
  }
  [[nodiscard]] constexpr std::uint16_t bits() const noexcept { return bits_.get(); }
  /// Exact.
  operator float() const noexcept { return detail::from_bits<float>(detail::widened_bfloat16(bits())); }

  static constexpr std::uint16_t infinity_bits = 0x7f80;

 private:
  detail::two_bytes bits_;
};

/// The 16-bit number types: read, never written.
template <class T>
concept half_precision = std::same_as<T, float16> || std::same_as<T, bfloat16>;

/// What rows of logits may hold.
template <class T>
concept readable = scalar<T> || half_precision<T>;

/// The type that a number is computed with, and what is made of it is written in.
template <readable T>
using widened = std::conditional_t<half_precision<T>, float, T>;

template <half_precision T>
[[nodiscard]] constexpr bool is_nan(const T& x) noexcept {
  return (x.bits() & 0x7fff) > T::infinity_bits;
}
template <half_precision T>
[[nodiscard]] constexpr bool is_finite(const T& x) noexcept {
  return (x.bits() & 0x7fff) < T::infinity_bits;
}
template <half_precision T>
[[nodiscard]] constexpr bool is_neg_inf(const T& x) noexcept {
  return x.bits() == (T::infinity_bits | 0x8000);
}
template <half_precision T>
[[nodiscard]] constexpr bool is_pos_inf(const T& x) noexcept {
  return x.bits() == T::infinity_bits;
}

/// 16-bit numbers of another type, seen where they lie as Half: `_Float16`, `std::bfloat16_t`, `Eigen::half`, or a format's
/// raw bits as `std::uint16_t`. The caller says which format they are in: `half_view<bfloat16>(logits, rows, cols)`.
template <half_precision Half, class X>
  requires(sizeof(X) == sizeof(Half) && std::is_trivially_copyable_v<X>)
[[nodiscard]] vector_view<const Half> half_view(const X* data, std::size_t size) noexcept {
  return {reinterpret_cast<const Half*>(data), size};
}
template <half_precision Half, class X>
  requires(sizeof(X) == sizeof(Half) && std::is_trivially_copyable_v<X>)
[[nodiscard]] matrix_view<const Half> half_view(const X* data, std::size_t rows, std::size_t cols) noexcept {
  return {reinterpret_cast<const Half*>(data), rows, cols};
}
/// The same for a view, whose steps are kept.
template <half_precision Half, class X>
  requires(sizeof(X) == sizeof(Half) && std::is_trivially_copyable_v<X>)
[[nodiscard]] vector_view<const Half> half_view(const vector_view<X>& x) noexcept {
  return {reinterpret_cast<const Half*>(x.data()), x.size(), x.stride()};
}
template <half_precision Half, class X>
  requires(sizeof(X) == sizeof(Half) && std::is_trivially_copyable_v<X>)
[[nodiscard]] matrix_view<const Half> half_view(const matrix_view<X>& x) noexcept {
  return {reinterpret_cast<const Half*>(x.data()), x.rows(), x.cols(), x.row_stride(), x.col_stride()};
}

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_HALF_HPP
