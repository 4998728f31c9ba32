// SPDX-License-Identifier: MIT
// A target whose property fails for one input, to see that a replay tells.

#include <cstddef>
#include <cstdint>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  realign_fuzz::require(realign_fuzz::text_of(data, size) != "bad", "the input is not bad");
  return 0;
}
