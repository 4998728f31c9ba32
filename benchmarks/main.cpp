// SPDX-License-Identifier: MIT
// Runs the benchmarks of a program; fails when a case gave a wrong result.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>

#include "harness.hpp"

namespace {

/// The instruction sets that the compiler was allowed to use.
std::string instruction_sets() {
  std::string names = "baseline";
#ifdef __AVX2__
  names += " avx2";
#endif
#ifdef __FMA__
  names += " fma";
#endif
#ifdef __AVX512F__
  names += " avx512f";
#endif
#ifdef __ARM_NEON
  names += " neon";
#endif
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("compiler", REALIGN_BENCHMARK_COMPILER);
  benchmark::AddCustomContext("flags", REALIGN_BENCHMARK_FLAGS);
  benchmark::AddCustomContext("instruction_sets", instruction_sets());
  bench::register_cases();
  const std::size_t run = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  if (bench::failures() > 0) std::fprintf(stderr, "%zu wrong results\n", bench::failures());
  return run > 0 && bench::failures() == 0 ? 0 : 1;
}
