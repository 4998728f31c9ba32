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

/// One function of simd/math.hpp: `wide` is its exact value, W a type with more digits than T.
template <class T, class W>
struct tested_function {
  const char* name;
  void (*run)(realign::vector_view<const T>, realign::vector_view<T>) noexcept;
  W (*wide)(W);
  double most_ulp;
  T below;      ///< not defined for smaller numbers
  bool flushes; ///< results that would be denormal are zero
};

template <class T, class W>
inline const tested_function<T, W> tested_functions[] = {
    {"exp", realign::simd::exp<T>, [](W x) -> W { return std::exp(x); }, 1.1, std::numeric_limits<T>::lowest(), true},
    {"log", realign::simd::log<T>, [](W x) -> W { return std::log(x); }, 1.1, T(0), false},
    {"log1p", realign::simd::log1p<T>, [](W x) -> W { return std::log1p(x); }, 1.5, T(-1), false},
    {"softplus", realign::simd::softplus<T>, exact_softplus<W>, 1.8, std::numeric_limits<T>::lowest(), true},
    {"sigmoid", realign::simd::sigmoid<T>, exact_sigmoid<W>, 1.8, std::numeric_limits<T>::lowest(), true},
    {"tanh", realign::simd::tanh<T>, [](W x) -> W { return std::tanh(x); }, 1.4, std::numeric_limits<T>::lowest(),
     false},
};

/// Distance of `got` from `exact`, in units of the last place of T at `exact`; infinite when one of them is not finite
/// and they differ. Exact values beyond the largest number of T count as infinity, denormal ones may be zero.
template <class T, class W>
double ulp_error(const T& got, const W& exact, bool flushes) {
  using limits = std::numeric_limits<T>;
  const W size = exact < 0 ? -exact : exact;
  // half a unit above the largest number, the exact value rounds to infinity
  const W overflow = W((limits::max)()) * (1 + W(limits::epsilon()) / 4);
  constexpr double wrong = 1e30;
  if (size >= overflow) return (exact > 0 ? realign::is_pos_inf(got) : realign::is_neg_inf(got)) ? 0 : wrong;
  if (!realign::is_finite(got)) return wrong;
  if (flushes && size < W((limits::min)()) && got == T(0)) return 0;
  int exponent;
  std::frexp(size, &exponent);
  if (exponent < limits::min_exponent) exponent = limits::min_exponent;
  const W unit = std::ldexp(W(1), exponent - limits::digits);
  return static_cast<double>(std::fabs(W(got) - exact) / unit);
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_SIMD_ULP_HPP
