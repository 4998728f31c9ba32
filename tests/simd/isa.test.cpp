// SPDX-License-Identifier: MIT
#include <realign/simd/isa.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

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

#if defined(__unix__)
TEST_CASE("the environment says what is the best at most; other values of it say nothing") {
  const char* const set_before = std::getenv("REALIGN_SIMD");
  const std::string before = set_before == nullptr ? "" : set_before;
  const auto chosen = [](const char* wish) {
    setenv("REALIGN_SIMD", wish, 1);
    return simd::detail::choose();
  };
  unsetenv("REALIGN_SIMD");
  const simd::isa best = simd::detail::choose();
  CHECK(chosen("portable") == simd::isa::portable);
  CHECK(chosen("avx2") == (simd::supported(simd::isa::avx2) ? simd::isa::avx2 : simd::isa::portable));
  CHECK(chosen("avx512") == best);
  for (const char* const other : {"", "AVX2", "sse"}) CHECK(chosen(other) == best);
  if (set_before == nullptr)
    unsetenv("REALIGN_SIMD");
  else
    setenv("REALIGN_SIMD", before.c_str(), 1);
}
#endif
