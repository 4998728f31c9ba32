// SPDX-License-Identifier: MIT
// refused: the policy's logits or call operator must be const
#include <realign/policy/policy.hpp>

#include <array>

struct counting {
  int calls = 0;
  void operator()(int, std::span<float> out)
#ifndef REFUSED
      const
#endif
  {
    out[0] = 1;
  }
};

void use(const counting& p, std::span<float> out) { realign::evaluate(p, 0, out); }
