// SPDX-License-Identifier: MIT
// Exact expectations and spreads of everything that is counted in a text game, for any policy.
#ifndef REALIGN_ENV_CHOICE_GAME_EXACT_HPP
#define REALIGN_ENV_CHOICE_GAME_EXACT_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/policy/policy.hpp>
#include <realign/policy/scale.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::env {

/// One number per choice of every scene. As a policy its numbers are logits; `probs<scene_table>` is one whose
/// numbers are probabilities.
class scene_table {
 public:
  explicit scene_table(const choice_game& game, double fill = 0) {
    first_.reserve(game.scenes().size() + 1);
    first_.push_back(0);
    for (const game_scene& s : game.scenes()) first_.push_back(first_.back() + s.choices.size());
    values_.assign(first_.back(), fill);
  }

  [[nodiscard]] std::span<double> operator[](std::size_t scene) noexcept {
    return {values_.data() + first_[scene], first_[scene + 1] - first_[scene]};
  }
  [[nodiscard]] std::span<const double> operator[](std::size_t scene) const noexcept {
    return {values_.data() + first_[scene], first_[scene + 1] - first_[scene]};
  }

  /// The policy: `out` gets the numbers of the scene.
  template <scalar T>
  void logits(const game_scene& scene, std::span<T> out) const noexcept {
    const std::span<const double> row = (*this)[scene.index];
    for (std::size_t c = 0; c < row.size(); ++c) out[c] = static_cast<T>(row[c]);
  }

 private:
  std::vector<std::size_t> first_;
  std::vector<double> values_;
};

/// The policy that makes every choice with the same probability.
struct random_player {
  template <scalar T>
  void logits(const game_scene&, std::span<T> out) const noexcept {
    for (T& x : out) x = T(0);
  }
};

/// The probabilities with which a policy makes each choice of each scene.
///
/// @param player  any policy over `game_scene`; logits unless wrapped
/// @throws contract_error when a row holds NaN or allows no choice
template <policy<game_scene, double> P>
[[nodiscard]] probs<scene_table> choice_probs(const choice_game& game, const P& player) {
  probs<scene_table> table{scene_table(game)};
  for (const game_scene& s : game.scenes()) {
    const std::span<double> row = table.inner[s.index];
    evaluate<double>(player, s, row);
    const double log_z = simd::softmax(vector_view<const double>(row.data(), row.size()), vector_view<double>(row));
    expects(is_finite(log_z), "player", "finite logits with at least one choice allowed", log_z,
            " as log-normaliser in scene ", s.id);
  }
  return table;
}

/// Expected totals of one episode, and their standard deviations over episodes.
struct episode_moments {
  tally mean;
  tally std_dev;
};

/// Expectation and spread of points and of every count over one episode, exactly.
///
/// Backward over the scenes, with c the counts of a choice and s' where it leads:
/// E(s) = sum_a p_a (c_a + E(s'_a)),  Var(s) = sum_a p_a (Var(s'_a) + (c_a + E(s'_a) - E(s))^2).
///
/// A player may refuse to go on: where its probabilities sum to less than one, the rest ends the episode there.
///
/// @param player  the probability of each choice, as `choice_probs` gives them
/// @cost O(number of choices); allocates two tallies per scene
[[nodiscard]] inline episode_moments expected_tally(const choice_game& game, const probs<scene_table>& player) {
  std::vector<episode_moments> from(game.scenes().size() + 1);
  const auto order = game.order();
  for (std::size_t k = order.size(); k-- > 0;) {
    const game_scene& s = game.scene(order[k]);
    const std::span<const double> p = player.inner[s.index];
    episode_moments& here = from[s.index];
    double refused = 1;
    for (const double q : p) refused -= q;
    const auto ahead = [&](std::size_t c, std::size_t i) {
      return s.choices[c].counts.values[i] + from[s.choices[c].next].mean.values[i];
    };
    for (std::size_t i = 0; i < tally::size; ++i) {
      for (std::size_t c = 0; c < p.size(); ++c) here.mean.values[i] += p[c] * ahead(c, i);
      here.std_dev.values[i] = refused * here.mean.values[i] * here.mean.values[i];
      for (std::size_t c = 0; c < p.size(); ++c) {
        const double off = ahead(c, i) - here.mean.values[i];
        here.std_dev.values[i] += p[c] * (from[s.choices[c].next].std_dev.values[i] + off * off);
      }
    }
  }
  episode_moments result = from[game.start().index];
  for (double& v : result.std_dev.values) v = std::sqrt((std::max)(v, 0.0));
  return result;
}

/// As above, for a policy.
template <policy<game_scene, double> P>
[[nodiscard]] episode_moments expected_tally(const choice_game& game, const P& player) {
  return expected_tally(game, choice_probs(game, player));
}

/// The probability that an episode comes through each scene, by index.
///
/// @cost O(number of choices), one vector
[[nodiscard]] inline std::vector<double> visit_probs(const choice_game& game, const probs<scene_table>& player) {
  std::vector<double> visit(game.scenes().size() + 1, 0.0);
  visit[game.start().index] = 1;
  for (const std::size_t s : game.order()) {
    const std::span<const double> p = player.inner[s];
    for (std::size_t c = 0; c < p.size(); ++c) visit[game.scene(s).choices[c].next] += visit[s] * p[c];
  }
  visit.pop_back();
  return visit;
}

}  // namespace realign::inline v0::env

#endif  // REALIGN_ENV_CHOICE_GAME_EXACT_HPP
