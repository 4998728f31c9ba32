// SPDX-License-Identifier: MIT
// Combines the two trained agents when a decision is made: by mixing or by the decision program, under limits.
#ifndef ADVENTURE_COMBINE_HPP
#define ADVENTURE_COMBINE_HPP

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include <realign/core/status.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/env/choice_game_exact.hpp>

#include "players.hpp"

namespace adventure {

/// Eq. 3, the weighted geometric mean, and the decision program with three scalarizations.
enum class method { arithmetic, geometric, linear, chebyshev, nash };
inline constexpr std::array<method, 5> all_methods = {method::arithmetic, method::geometric, method::linear,
                                                      method::chebyshev, method::nash};
[[nodiscard]] const char* name_of(method m) noexcept;

/// The agents of one training seed.
struct agent_pair {
  const env::choice_game* game;
  const env::scene_table* reward;  ///< logits of the reward-only agent
  const env::scene_table* ethics;  ///< logits of the ethics-only agent
};

/// What no weight can relax.
struct limits {
  std::optional<double> budget = std::nullopt;  ///< on the expected violations of one decision
  bool never_kill = false;       ///< a shield on choices that count as killing
};

/// A player over the whole game, and how each of its decisions came about.
struct combined {
  player play;                        ///< a row of zeros where it refuses to go on
  std::vector<ra::status> as_asked;   ///< per scene: of the decision under the limits that were asked for
};

/// Combines the agents in every scene.
///
/// The program maximises f(J, w) - alpha KL(p || Eq. 3 mixture) with J_i = E_p[alpha log pi_i]. Where no distribution meets
/// the budget (`infeasible`), the budget is raised to the least achievable expectation, which comes with the proof.
/// Where the shield leaves no choice (`no_support`), the player refuses, and the episode ends. Where an agent is
/// indifferent between all choices, Nash has nothing to bargain for (`no_gain`): Eq. 3 decides.
///
/// @param w  weight of the reward-only agent; the ethics-only agent has 1 - w
[[nodiscard]] combined combine(const agent_pair& agents, method m, double w, const limits& l = {});

}  // namespace adventure

#endif  // ADVENTURE_COMBINE_HPP
