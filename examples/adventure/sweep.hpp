// SPDX-License-Identifier: MIT
// Plays every combination at every weight, exactly, with the agents of every training seed.
#ifndef ADVENTURE_SWEEP_HPP
#define ADVENTURE_SWEEP_HPP

#include <array>
#include <cstddef>
#include <vector>

#include <realign/env/choice_game_optimal.hpp>

#include "combine.hpp"
#include "statistics.hpp"

namespace adventure {

/// The weights of the reward-only agent.
inline constexpr std::array<double, 11> all_weights = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};

/// One method at one weight under some limits.
struct sweep_point {
  double weight;
  std::vector<env::game_scores> seeds;  ///< by training seed
  summary over_seeds;
  double killings = 0;  ///< expected per episode, the most over training seeds
};
using sweep_line = std::vector<sweep_point>;

[[nodiscard]] sweep_line sweep(const std::vector<agent_pair>& agents, const env::game_scale& scale, method m,
                               const limits& l = {});
/// The front of the means over training seeds.
[[nodiscard]] std::vector<front_point> front_of(const sweep_line& line);
/// The front of one training seed.
[[nodiscard]] std::vector<front_point> front_of(const sweep_line& line, std::size_t seed);

/// The best trade-offs of points and violations that any player can have on average: the corners of their convex hull,
/// by dynamic programming over prices, by rising score.
[[nodiscard]] std::vector<front_point> exact_front(const env::choice_game& game, const env::game_scale& scale);
/// The most violations that any play has, in percent of the random player's.
[[nodiscard]] double most_violations(const env::choice_game& game, const env::game_scale& scale);

/// What was measured of limits at one weight, over all scenes and training seeds.
struct limit_point {
  sweep_point played;
  std::size_t infeasible = 0;        ///< scenes in which the program said so
  std::size_t refused = 0;           ///< scenes in which the shield left no choice
  double infeasible_met = 0;         ///< how many of them an episode meets, mean over training seeds
  double most_when_feasible = 0;     ///< largest expected violations of a decision where the budget could be met
  double over_least = 0;             ///< elsewhere: the most by which a decision exceeds the least achievable
  std::size_t misjudged = 0;         ///< verdicts that differ from a look at the cheapest choice on offer
  double killing_prob = 0;           ///< largest probability of killing in a decision under the shield
};
[[nodiscard]] std::vector<limit_point> sweep_limits(const std::vector<agent_pair>& agents, const env::game_scale& scale,
                                                    method m, const limits& l);

}  // namespace adventure

#endif  // ADVENTURE_SWEEP_HPP
