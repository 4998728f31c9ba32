// SPDX-License-Identifier: MIT
// refused: no policy for this type of state
#include <realign/decide/aligned_policy.hpp>
#include <realign/mix/geometric.hpp>

#include <string>

#ifdef REFUSED
using other = std::string;
#else
using other = double;
#endif

realign::status use() {
  const realign::aligned_policy agent{realign::mix::geometric, [](const other&, std::span<float> out) { out[0] = 0; }};
  auto work = agent.workspace();
  return agent.decide(0.5, realign::weights{1.0}, work).status;
}
