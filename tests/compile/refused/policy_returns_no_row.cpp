// SPDX-License-Identifier: MIT
// refused: called with a state, the policy returns no row of float or double
#include <realign/policy/policy.hpp>

#include <vector>

#ifdef REFUSED
using number = int;
#else
using number = float;
#endif

void use(std::span<float> out) {
  realign::evaluate([](int) { return std::vector<number>(3); }, 0, out);
}
