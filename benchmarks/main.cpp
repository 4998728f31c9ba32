// SPDX-License-Identifier: MIT
// Runs the benchmarks of a program; fails when a contender gave a wrong result.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <string>

#include <realign/simd/isa.hpp>

#include "harness.hpp"

namespace {

/// What the system calls the processor; empty where it does not say.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("processor", processor());
  benchmark::AddCustomContext("compiler", REALIGN_BENCHMARK_COMPILER);
  benchmark::AddCustomContext("realign", REALIGN_BENCHMARK_FLAGS ", running " +
                                             std::string(realign::simd::to_string(realign::simd::active())));
  benchmark::AddCustomContext("others", REALIGN_BENCHMARK_BASELINE_FLAGS);
  for (const bench::fact& f : bench::facts()) benchmark::AddCustomContext(f.name, f.value);
  bench::register_cases();
  const std::size_t run = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  if (bench::failures() > 0) std::fprintf(stderr, "%zu wrong results\n", bench::failures());
  return run > 0 && bench::failures() == 0 ? 0 : 1;
}
