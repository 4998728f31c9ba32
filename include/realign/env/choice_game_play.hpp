// SPDX-License-Identifier: MIT
// Plays a text game and records what was chosen.
#ifndef REALIGN_ENV_CHOICE_GAME_PLAY_HPP
#define REALIGN_ENV_CHOICE_GAME_PLAY_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/env/choice_game_exact.hpp>
#include <realign/policy/policy.hpp>
#include <realign/policy/scale.hpp>
#include <realign/policy/trainable.hpp>

namespace realign::inline v0::env {

/// A scene and the index of the choice made there. The game must outlive it.
using game_step = step<game_scene, std::size_t>;

/// The choice that was made in a step.
[[nodiscard]] inline const game_choice& chosen(const game_step& s) noexcept { return s.state->choices[s.action]; }

namespace detail {

/// Draws a choice of a scene; their number where none is made. `draw` would make the last one instead.
template <class Generator>
[[nodiscard]] std::size_t draw_choice(Generator& g, std::span<const double> p, const game_scene& s) {
  double u = uniform(g);
  for (std::size_t c = 0; c < p.size(); ++c) {
    expects(!is_nan(p[c]), "player", "probabilities", "NaN in scene ", s.id);
    u -= p[c];
    if (u < 0) return c;
  }
  return p.size();
}

}  // namespace detail

/// Plays one episode from the first scene to the end.
///
/// A player may refuse to go on, as in `expected_tally`: where its probabilities sum to less than one, the episode
/// ends with the probability that is missing, without another step.
///
/// @param player   the probability of each choice, as `choice_probs` gives them
/// @param episode  emptied, then filled with the steps in order; keeps its storage
/// @throws contract_error when a probability is NaN
template <class Generator>
void play(const choice_game& game, const probs<scene_table>& player, Generator& g,
          std::vector<game_step>& episode) {
  episode.clear();
  for (std::size_t s = game.start().index; s != game.end();) {
    const game_scene& here = game.scene(s);
    const std::size_t c = detail::draw_choice(g, player.inner[s], here);
    if (c == here.choices.size()) return;
    episode.push_back({&here, c});
    s = here.choices[c].next;
  }
}

/// Plays one episode with a policy.
template <policy<game_scene, double> P, class Generator>
[[nodiscard]] std::vector<game_step> play(const choice_game& game, const P& player, Generator& g) {
  std::vector<game_step> episode;
  play(game, choice_probs(game, player), g, episode);
  return episode;
}

/// Points and counts of some steps, summed.
[[nodiscard]] inline tally total(std::span<const game_step> steps) noexcept {
  tally t;
  for (const game_step& s : steps) t += chosen(s).counts;
  return t;
}

}  // namespace realign::inline v0::env

#endif  // REALIGN_ENV_CHOICE_GAME_PLAY_HPP
