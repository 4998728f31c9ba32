// SPDX-License-Identifier: MIT
// xtensor's views of the arrays of a problem.
#ifndef REALIGN_BENCHMARKS_BASELINES_XTENSOR_HPP
#define REALIGN_BENCHMARKS_BASELINES_XTENSOR_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xreducer.hpp>
#include <xtensor/xtensor.hpp>

namespace bench::xtensor {

inline constexpr const char* name = "xtensor";
#ifdef XTENSOR_USE_XSIMD
inline constexpr const char* with_xsimd = " with xsimd";
#else
inline constexpr const char* with_xsimd = " without xsimd";
#endif
inline constexpr auto now = xt::evaluation_strategy::immediate;

/// A plain array, without a copy.
template <class T>
[[nodiscard]] auto see(T* x, std::size_t n) {
  return xt::adapt(x, n, xt::no_ownership(), std::array<std::size_t, 1>{n});
}

template <class E>
[[nodiscard]] auto largest(const E& e) {
  return xt::amax(e, now)();
}
template <class E>
[[nodiscard]] auto total(const E& e) {
  return xt::sum(e, now)();
}

}  // namespace bench::xtensor

#endif  // REALIGN_BENCHMARKS_BASELINES_XTENSOR_HPP
