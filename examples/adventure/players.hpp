// SPDX-License-Identifier: MIT
// The two reference players, what they record, and the labelled pairs that training sees.
#ifndef ADVENTURE_PLAYERS_HPP
#define ADVENTURE_PLAYERS_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/env/choice_game_exact.hpp>
#include <realign/env/choice_game_optimal.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/segment.hpp>

namespace adventure {

namespace ra = realign;
namespace env = realign::env;

using episode = ra::recorded_segment<env::game_scene>;
using player = ra::probs<env::scene_table>;

/// What an agent is trained for: more is better.
struct objective {
  std::string name;   ///< of the agent: "reward-only"
  std::string label;  ///< what an episode is judged by: "points"
  double (*of)(const env::tally&);
};

/// Violations, disutility and power, summed.
[[nodiscard]] double moral_cost(const env::tally& t) noexcept;
[[nodiscard]] objective points_objective();
[[nodiscard]] objective ethics_objective();

/// Stand-ins for prompted language models: noisy, and neither of them single-minded.
struct reference_players {
  player points;  ///< soft-optimal for points
  player good;    ///< soft-optimal for points minus moral cost, both in units of their spread
};
[[nodiscard]] reference_players make_references(const env::choice_game& game);

/// Episodes by turns of the two players; episode i has the game seed `seed + i`, which settles every draw in it.
[[nodiscard]] std::vector<episode> record(const env::choice_game& game, const reference_players& players,
                                          std::uint64_t seed, std::size_t count);

/// Pairs of whole episodes with noisy labels. An episode in a held-out pair is in no training pair: the split is by game seed.
struct labelled_pairs {
  std::vector<ra::preference_pair> train;
  std::vector<ra::preference_pair> held_out;
  double temperature = 0;    ///< P(label agrees with a difference D) = 1 / (1 + exp(-D / temperature))
  double best_accuracy = 0;  ///< what a judge who knows the totals gets on the held-out labels
};
/// @throws realign::input_error when all episodes are worth the same, so that nothing can be learnt
[[nodiscard]] labelled_pairs label(const std::vector<episode>& episodes, const objective& goal, std::uint64_t seed,
                                   const std::string& game_file);

}  // namespace adventure

#endif  // ADVENTURE_PLAYERS_HPP
