// SPDX-License-Identifier: MIT
// What threads may share, for the thread sanitizer: the choice of an instruction set at its first use and when it is
// forced, one aligned_policy, and the weights and limits of its callers.
#include <realign/decide/aligned_policy.hpp>
#include <realign/mix/mix.hpp>

#include <cstddef>
#include <cstdio>
#include <span>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t choices = 40;

const auto quick = [](int state, std::span<float> out) {
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = static_cast<float>((a + static_cast<std::size_t>(state)) % 7);
};
const auto gentle = [](int state, std::span<float> out) {
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = static_cast<float>((3 * a + static_cast<std::size_t>(state)) % 5);
};
const realign::aligned_policy agent{realign::mix::geometric, quick, gentle};

/// The expected costs of some decisions.
void decide(const realign::weights& w, const std::vector<float>& cost, std::vector<double>& out) {
  auto work = agent.workspace();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto d = agent.decide(static_cast<int>(i), w, {realign::at_most(cost, 0.3)}, work);
    out[i] = realign::succeeded(d.status) ? d.cost_values[0] : -1.0;
  }
}

}  // namespace

int main() {
  const realign::weights w{0.6, 0.4};
  std::vector<float> cost(choices);
  for (std::size_t a = 0; a < choices; ++a) cost[a] = static_cast<float>(a % 4) / 4;

  std::vector<std::vector<double>> found(4, std::vector<double>(20));
  std::vector<std::thread> threads;
  for (std::vector<double>& mine : found) threads.emplace_back([&] { decide(w, cost, mine); });
  threads.emplace_back([] {
    for (int i = 0; i < 100; ++i) realign::simd::force(realign::simd::active());
  });
  for (std::thread& t : threads) t.join();

  std::vector<double> alone(20);
  decide(w, cost, alone);
  for (const std::vector<double>& one : found)
    for (std::size_t i = 0; i < one.size(); ++i)
      if (!(alone[i] > 0 && alone[i] < 0.301 && one[i] > alone[i] - 1e-6 && one[i] < alone[i] + 1e-6)) {
        std::printf("decision %zu: expected cost %g, and %g alone\n", i, one[i], alone[i]);
        return 1;
      }
  std::puts("ok");
}
