// SPDX-License-Identifier: MIT
// The plain loops are compiled twice, with strict arithmetic and with -ffast-math; each has a namespace.
#ifndef REALIGN_BENCHMARKS_BASELINES_LOOP_HPP
#define REALIGN_BENCHMARKS_BASELINES_LOOP_HPP

#ifdef __FAST_MATH__
#define BENCH_LOOP loop_fast_math
namespace bench::loop_fast_math {
inline constexpr const char* name = "loop_fast_math";
inline constexpr bool exact = false;
}  // namespace bench::loop_fast_math
#else
#define BENCH_LOOP loop
namespace bench::loop {
inline constexpr const char* name = "loop";
inline constexpr bool exact = true;  ///< long double too, and infinities
}  // namespace bench::loop
#endif

#endif  // REALIGN_BENCHMARKS_BASELINES_LOOP_HPP
