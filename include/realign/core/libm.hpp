// SPDX-License-Identifier: MIT
// The functions of <cmath> that the headers of realign::core call. Including <cmath> itself costs a program that needs
// nothing else of it a fifth of the time that these headers take to compile.
#ifndef REALIGN_CORE_LIBM_HPP
#define REALIGN_CORE_LIBM_HPP

#if !defined(__GNUC__)
#include <cmath>
#endif

namespace realign::inline v0::libm {

#if defined(__GNUC__)
#define REALIGN_LIBM(name)                                                       \
  inline double name(double x) noexcept { return __builtin_##name(x); }          \
  inline float name(float x) noexcept { return __builtin_##name##f(x); }
REALIGN_LIBM(exp)
REALIGN_LIBM(expm1)
REALIGN_LIBM(fabs)
REALIGN_LIBM(log)
REALIGN_LIBM(log1p)
REALIGN_LIBM(sqrt)
REALIGN_LIBM(tanh)
#undef REALIGN_LIBM
inline double fmax(double x, double y) noexcept { return __builtin_fmax(x, y); }
inline double pow(double x, double y) noexcept { return __builtin_pow(x, y); }
inline double ldexp(double x, int exponent) noexcept { return __builtin_ldexp(x, exponent); }
inline int ilogb(double x) noexcept { return __builtin_ilogb(x); }
#else
using std::exp;
using std::expm1;
using std::fabs;
using std::fmax;
using std::ilogb;
using std::ldexp;
using std::log;
using std::log1p;
using std::pow;
using std::sqrt;
using std::tanh;
#endif

}  // namespace realign::inline v0::libm

#endif  // REALIGN_CORE_LIBM_HPP
