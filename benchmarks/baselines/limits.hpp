// SPDX-License-Identifier: MIT
// What one core of this machine allows, measured here and now, and the bound that follows for a kernel.
#ifndef REALIGN_BENCHMARKS_BASELINES_LIMITS_HPP
#define REALIGN_BENCHMARKS_BASELINES_LIMITS_HPP

#include <cstddef>
#include <vector>

#include "registry.hpp"

namespace bench {

namespace limits {

// Loops that do one thing as fast as the instruction set of the contenders lets them, over n floats.
BENCH_SHARED float read(const float* x, std::size_t n);
BENCH_SHARED void copy(const float* x, float* to, std::size_t n);
BENCH_SHARED float sum_exp(const float* x, std::size_t n);
/// n dependent multiply-adds in each of `madd_lanes()` lanes.
BENCH_SHARED float multiply_add(std::size_t n);
BENCH_SHARED std::size_t madd_lanes();

}  // namespace limits

/// One pass over memory, in float: what it moves and what it computes.
struct pass {
  double read = 0;         ///< bytes
  double written = 0;      ///< bytes
  double working_set = 0;  ///< bytes that must stay in a cache for the pass to find them there
  double write_set = 0;    ///< the same for what is written, where that is more
  double exps = 0;         ///< exponentials; a logarithm counts as one
  double madds = 0;        ///< multiply-adds
};

/// No code can take less: the sum over the passes of the longest of
///
///     read * t_read,   2 written * t_copy,   written * (2 t_copy - t_read) in the write set,
///     exps * t_exp + madds * t_madd
///
/// with the times of one byte in a working set of that size. A model, good to some 10 %. The times are measured when
/// first needed, best of several, and again after some seconds, as clocks and neighbours change.
///
/// @return seconds
BENCH_SHARED double bound(const std::vector<pass>& passes);

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_LIMITS_HPP
