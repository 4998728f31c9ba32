// SPDX-License-Identifier: MIT
// The program that every way of getting the library builds: two policies, one user, one budget.
#include <realign/realign.hpp>

#include <array>
#include <iostream>
#include <span>

int main() {
  const auto quick = [](int, std::span<float> out) { out[0] = 2, out[1] = 1, out[2] = -1; };
  const auto gentle = [](int, std::span<float> out) { out[0] = -1, out[1] = 1, out[2] = 2; };
  const realign::aligned_policy agent{realign::mix::geometric, quick, gentle};
  auto work = agent.workspace();

  const std::array<float, 3> harm{1.0F, 0.2F, 0.0F};
  const realign::weights w{0.7, 0.3};
  const auto d = agent.decide(0, w, {realign::at_most(harm, 0.25)}, work);
  std::cout << to_string(d.status) << ':';
  for (const float p : d.probs) std::cout << ' ' << p;
  std::cout << "\nharm " << d.cost_values[0] << ", price " << d.multipliers[0] << ", gap " << d.gap << '\n';
}
