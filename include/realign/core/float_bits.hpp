// SPDX-License-Identifier: MIT
// Numbers by their bits: tests for NaN and infinity, and roundings, that survive -ffast-math.
#ifndef REALIGN_CORE_FLOAT_BITS_HPP
#define REALIGN_CORE_FLOAT_BITS_HPP

#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

// Clang takes -ffast-math to mean that no number is infinite or NaN when it is passed or returned by value, and drops
// what is: constants where they are returned, tests of the bits where they come back. There the bits go through a
// register that it cannot look into.
#if defined(__clang__) && defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#define REALIGN_HIDE(bits) asm("" : "+r"(bits))
#else
#define REALIGN_HIDE(bits) static_cast<void>(0)
#endif

namespace realign::inline v0 {

/// The two number types of the library.
template <class T>
concept scalar = std::same_as<T, float> || std::same_as<T, double>;

namespace detail {

template <class T>
using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// The bits of `x` as they lie in memory. Compilers that assume finite numbers fold tests on a float
/// value, not on an integer that was read from its address.
template <scalar T>
[[nodiscard]] inline bits_of<T> bits(const T& x) noexcept {
  bits_of<T> b;
  std::memcpy(&b, &x, sizeof b);
  REALIGN_HIDE(b);
  return b;
}

/// The number with these bits.
template <scalar T>
[[nodiscard]] inline T from_bits(bits_of<T> b) noexcept {
  REALIGN_HIDE(b);
  T x;
  std::memcpy(&x, &b, sizeof x);
  return x;
}

template <scalar T>
inline constexpr bits_of<T> infinity_bits =
    sizeof(T) == 4 ? bits_of<T>{0x7f800000U} : static_cast<bits_of<T>>(0x7ff0000000000000ULL);
template <scalar T>
inline constexpr bits_of<T> sign_bit = static_cast<bits_of<T>>(bits_of<T>{1} << (8 * sizeof(T) - 1));

}  // namespace detail

/// `x` as it was rounded: -ffast-math does not regroup what it is made of with what is made of it.
[[nodiscard]] inline double rounded(double x) noexcept {
#if defined(__GNUC__) && (defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__))
  asm("" : "+m"(x));
#endif
  return x;
}

/// True when `x` is not a number.
template <scalar T>
[[nodiscard]] inline bool is_nan(const T& x) noexcept {
  return (detail::bits(x) & ~detail::sign_bit<T>) > detail::infinity_bits<T>;
}

/// True when `x` is neither infinite nor NaN.
template <scalar T>
[[nodiscard]] inline bool is_finite(const T& x) noexcept {
  return (detail::bits(x) & ~detail::sign_bit<T>) < detail::infinity_bits<T>;
}

/// True when `x` is minus infinity: a choice that is never made.
template <scalar T>
[[nodiscard]] inline bool is_neg_inf(const T& x) noexcept {
  return detail::bits(x) == (detail::infinity_bits<T> | detail::sign_bit<T>);
}

/// True when `x` is plus infinity.
template <scalar T>
[[nodiscard]] inline bool is_pos_inf(const T& x) noexcept {
  return detail::bits(x) == detail::infinity_bits<T>;
}

/// Infinity made from its bits: exact also where the compiler assumes finite numbers.
template <scalar T>
[[nodiscard]] inline T pos_infinity() noexcept {
  return detail::from_bits<T>(detail::infinity_bits<T>);
}

/// Minus infinity made from its bits: the log-probability of a choice that is never made.
template <scalar T>
[[nodiscard]] inline T neg_infinity() noexcept {
  return detail::from_bits<T>(detail::infinity_bits<T> | detail::sign_bit<T>);
}

/// A quiet NaN made from its bits.
template <scalar T>
[[nodiscard]] inline T not_a_number() noexcept {
  return detail::from_bits<T>(detail::infinity_bits<T> | (detail::infinity_bits<T> >> 1));
}

}  // namespace realign::inline v0

#undef REALIGN_HIDE

#endif  // REALIGN_CORE_FLOAT_BITS_HPP
