// SPDX-License-Identifier: MIT
// Trains the agents: behaviour cloning, then CPL, on texts and pairs alone.
#ifndef ADVENTURE_TRAINING_HPP
#define ADVENTURE_TRAINING_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <realign/core/status.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/env/choice_game_exact.hpp>
#include <realign/preference/training.hpp>

#include "players.hpp"

namespace adventure {

/// CPL's temperature, and by A = alpha log pi the unit of the agents' advantages.
inline constexpr double alpha = 0.1;
/// The plain loss. The conservative one holds an agent near what was recorded, against choices that the data never shows.
/// Here two noisy players show every choice, and the agents only lose by it: with lambda = 0.5 reward-only gets 77 % of the
/// best score instead of 96, and ethics-only has 76 % of the random player's violations instead of 12.
inline constexpr double lambda = 1.0;
inline constexpr std::size_t training_seeds = 5;

/// One objective and its labels.
struct assignment {
  objective goal;
  labelled_pairs pairs;
};

/// One trained agent.
struct agent {
  ra::status status = ra::status::ok;
  env::scene_table logits;          ///< what the network says, for every choice of the game
  ra::train_progress last;          ///< the last epoch
};

/// Agents by assignment, then by training seed (initial parameters and order of the batches).
///
/// Runs on two threads; the result does not depend on that.
[[nodiscard]] std::vector<std::vector<agent>> train_agents(const env::choice_game& game,
                                                           const std::vector<episode>& episodes,
                                                           const std::vector<assignment>& assignments,
                                                           std::uint64_t seed);

}  // namespace adventure

#endif  // ADVENTURE_TRAINING_HPP
