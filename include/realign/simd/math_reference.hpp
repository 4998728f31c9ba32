// SPDX-License-Identifier: MIT
// Functions of one number in plain scalar code, worked out in double: what the vector functions fall back to.
#ifndef REALIGN_SIMD_MATH_REFERENCE_HPP
#define REALIGN_SIMD_MATH_REFERENCE_HPP

#include <limits>

#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>

namespace realign::inline v0::simd::reference {

/// y, or zero where it is denormal; the values of the functions below that round down to nothing.
template <scalar T>
[[nodiscard]] T without_denormal(double y) noexcept {
  return y < static_cast<double>((std::numeric_limits<T>::min)()) && y > 0 ? T(0) : static_cast<T>(y);
}

/// e^x: 0 where that is denormal, plus infinity where it overflows; NaN is kept here and below.
template <scalar T>
[[nodiscard]] T exp(const T& x) noexcept {
  if (is_nan(x) || is_pos_inf(x)) return x;
  if (is_neg_inf(x)) return T(0);
  // the largest arguments that do not overflow; an infinity is written, as the compiler may assume there is none
  if (x > (sizeof(T) == 4 ? T(88.7228317F) : T(709.782712893383973))) return pos_infinity<T>();
  return without_denormal<T>(libm::exp(static_cast<double>(x)));
}

/// log x: minus infinity at 0, NaN below.
template <scalar T>
[[nodiscard]] T log(const T& x) noexcept {
  if (is_nan(x) || is_pos_inf(x)) return x;
  if (x == T(0)) return neg_infinity<T>();
  return x < T(0) || is_neg_inf(x) ? not_a_number<T>()
                                   : static_cast<T>(libm::log(static_cast<double>(x)));
}

/// log(1 + x): minus infinity at -1, NaN below.
template <scalar T>
[[nodiscard]] T log1p(const T& x) noexcept {
  if (is_nan(x) || is_pos_inf(x)) return x;
  if (x == T(-1)) return neg_infinity<T>();
  return x < T(-1) || is_neg_inf(x) ? not_a_number<T>()
                                    : static_cast<T>(libm::log1p(static_cast<double>(x)));
}

/// log(1 + e^x): 0 where that is denormal.
template <scalar T>
[[nodiscard]] T softplus(const T& x) noexcept {
  if (is_nan(x) || is_pos_inf(x)) return x;
  if (is_neg_inf(x)) return T(0);
  const double y = static_cast<double>(x);
  return y > 0 ? static_cast<T>(y + libm::log1p(libm::exp(-y))) : without_denormal<T>(libm::log1p(libm::exp(y)));
}

/// 1 / (1 + e^-x): 0 where that is denormal.
template <scalar T>
[[nodiscard]] T sigmoid(const T& x) noexcept {
  if (is_nan(x)) return x;
  if (is_pos_inf(x)) return T(1);
  if (is_neg_inf(x)) return T(0);
  const double e = libm::exp(-libm::fabs(static_cast<double>(x)));
  return without_denormal<T>((x < T(0) ? e : 1.0) / (1.0 + e));
}

/// tanh x; tanh -0 = -0.
template <scalar T>
[[nodiscard]] T tanh(const T& x) noexcept {
  if (is_nan(x)) return x;
  if (is_pos_inf(x)) return T(1);
  if (is_neg_inf(x)) return T(-1);
  return static_cast<T>(libm::tanh(static_cast<double>(x)));
}

}  // namespace realign::inline v0::simd::reference

#endif  // REALIGN_SIMD_MATH_REFERENCE_HPP
