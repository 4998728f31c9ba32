// SPDX-License-Identifier: MIT
// Runs a test on every instruction set of this processor.
#ifndef REALIGN_TESTS_SIMD_EVERY_ISA_HPP
#define REALIGN_TESTS_SIMD_EVERY_ISA_HPP

#include <doctest/doctest.h>

#include <realign/simd/isa.hpp>

namespace realign_tests {

template <class Body>
void on_every_isa(const Body& body) {
  namespace simd = realign::simd;
  const simd::isa before = simd::active();
  for (const simd::isa set : {simd::isa::portable, simd::isa::avx2, simd::isa::avx512}) {
    if (!simd::supported(set)) continue;
    simd::force(set);
    CAPTURE(simd::to_string(set));
    body();
  }
  simd::force(before);
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_SIMD_EVERY_ISA_HPP
