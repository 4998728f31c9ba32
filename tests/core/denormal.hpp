// SPDX-License-Identifier: MIT
// Whether this program has denormal numbers: linked with -ffast-math it may have none.
#ifndef REALIGN_TESTS_CORE_DENORMAL_HPP
#define REALIGN_TESTS_CORE_DENORMAL_HPP

#include <limits>

namespace realign_tests {

[[nodiscard]] inline bool has_denormals() {
  const volatile double least = (std::numeric_limits<double>::min)();
  const volatile double half = least / 2;
  return half > 0;
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_CORE_DENORMAL_HPP
