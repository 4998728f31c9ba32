// SPDX-License-Identifier: MIT
// The elementary functions with what they promise, and the measure of it.
#ifndef REALIGN_TESTS_SIMD_ULP_HPP
#define REALIGN_TESTS_SIMD_ULP_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/math.hpp>

namespace realign_tests {

/// The functions in wider arithmetic: of finite numbers inside their domain.
template <class W>
W exact_softplus(W x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
template <class W>
W exact_sigmoid(W x) {
  const W e = std::exp(-std::fabs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/// One function of simd/math.hpp. W is a type with more digits than T.
template <class T, class W>
struct tested_function {
  const char* name;
  void (*run)(realign::vector_view<const T>, realign::vector_view<T>) noexcept;
  T (*scalar)(const T&) noexcept;
  W (*wide)(W);  ///< its exact value above `below`
  double most_ulp;
  T below;       ///< NaN for smaller numbers
  bool flushes;  ///< results that would be denormal are zero
};

template <class T, class W>
inline const tested_function<T, W> tested_functions[] = {
    {"exp", realign::simd::exp<T>, realign::simd::reference::exp<T>, [](W x) -> W { return std::exp(x); }, 1.1,
     std::numeric_limits<T>::lowest(), true},
    {"log", realign::simd::log<T>, realign::simd::reference::log<T>, [](W x) -> W { return std::log(x); }, 1.1, T(0),
     false},
    {"log1p", realign::simd::log1p<T>, realign::simd::reference::log1p<T>, [](W x) -> W { return std::log1p(x); }, 1.5,
     T(-1), false},
    {"softplus", realign::simd::softplus<T>, realign::simd::reference::softplus<T>, exact_softplus<W>, 1.8,
     std::numeric_limits<T>::lowest(), true},
    {"sigmoid", realign::simd::sigmoid<T>, realign::simd::reference::sigmoid<T>, exact_sigmoid<W>, 1.8,
     std::numeric_limits<T>::lowest(), true},
    {"tanh", realign::simd::tanh<T>, realign::simd::reference::tanh<T>, [](W x) -> W { return std::tanh(x); }, 1.4,
     std::numeric_limits<T>::lowest(), false},
};

/// The power of two below or at a positive number.
inline double power_below(double x) {
  std::uint64_t b;
  std::memcpy(&b, &x, sizeof b);
  b &= 0x7ff0000000000000ULL;
  std::memcpy(&x, &b, sizeof x);
  return x;
}
inline long double power_below(long double x) {
  int exponent;
  std::frexp(x, &exponent);
  return std::ldexp(1.0L, exponent - 1);
}

/// Distance of `got` from `exact` in units of the last place of T there; huge when one of them is not finite and they
/// differ. Exact values beyond the largest number of T count as infinity, those below the smallest normal one may be 0.
template <class T, class W>
double ulp_error(const T& got, const W& exact, bool flushes) {
  using limits = std::numeric_limits<T>;
  constexpr double huge = 1e30;
  constexpr W least = (limits::min)();
  const W size = exact < 0 ? -exact : exact;
  // half a unit above the largest number the exact value rounds to infinity
  if (size >= W((limits::max)()) * (1 + W(limits::epsilon()) / 4))
    return (exact > 0 ? realign::is_pos_inf(got) : realign::is_neg_inf(got)) ? 0 : huge;
  if (!realign::is_finite(got)) return huge;
  if (flushes && size < least && got == T(0)) return 0;
  const W unit = power_below(size > least ? size : least) * W(limits::epsilon());
  return static_cast<double>(std::fabs(W(got) - exact) / unit);
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_SIMD_ULP_HPP
