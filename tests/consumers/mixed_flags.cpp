// SPDX-License-Identifier: MIT
// main() of a program whose other files are core.cpp, compiled with different flags.
#include <realign/simd/isa.hpp>

#include <cstddef>
#include <cstdio>
#include <vector>

int old_checks(double* trace, std::size_t room);
int new_checks(double* trace, std::size_t room);
int fast_checks(double* trace, std::size_t room);

namespace {

/// Complains about wrong results, and about ones that are not those of `reference`.
int run(const char* name, int (*checks)(double*, std::size_t), std::vector<double>& trace,
        const std::vector<double>& reference) {
  int wrong = checks(trace.data(), trace.size());
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double off = trace[i] - reference[i], size = reference[i] > 0 ? reference[i] : -reference[i];
    if (!(off <= 1e-6 * (1 + size) && -off <= 1e-6 * (1 + size))) ++wrong;
  }
  if (wrong != 0) std::printf("%s: %d results are wrong\n", name, wrong);
  return wrong;
}

}  // namespace

/// With an argument, only the file for every processor is run.
int main(int count, char**) {
  std::vector<double> expected(4000), trace(expected.size());
  int wrong = run("old", old_checks, expected, {});
  if (count > 1) return wrong != 0;
  wrong += run("fast", fast_checks, trace, expected);
  if (realign::simd::supported(realign::simd::isa::avx512)) wrong += run("new", new_checks, trace, expected);
  return wrong != 0;
}
