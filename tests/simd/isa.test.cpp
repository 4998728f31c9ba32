// SPDX-License-Identifier: MIT
#include <realign/simd/isa.hpp>

#include <doctest/doctest.h>

namespace simd = realign::simd;

TEST_CASE("the portable kernels are always there, and what is active is supported") {
  CHECK(simd::supported(simd::isa::portable));
  CHECK(simd::supported(simd::active()));
}

TEST_CASE("force changes what is active and gives back what was") {
  const simd::isa before = simd::active();
  CHECK(simd::force(simd::isa::portable) == before);
  CHECK(simd::active() == simd::isa::portable);
  CHECK(simd::force(before) == simd::isa::portable);
  CHECK(simd::active() == before);
}

TEST_CASE("a set that this processor lacks is refused by name") {
  const simd::isa before = simd::active();
  for (const simd::isa set : {simd::isa::avx2, simd::isa::avx512}) {
    if (simd::supported(set)) {
      CHECK_NOTHROW(simd::force(set));
    } else {
      CHECK_THROWS_WITH_AS(simd::force(set), doctest::Contains(simd::to_string(set).data()),
                           realign::contract_error);
    }
  }
  simd::force(before);
}
