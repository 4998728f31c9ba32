// SPDX-License-Identifier: MIT
// Exact best play in a text game, hard and soft, for any reward per choice; and scores measured against it.
#ifndef REALIGN_ENV_CHOICE_GAME_OPTIMAL_HPP
#define REALIGN_ENV_CHOICE_GAME_OPTIMAL_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/env/choice_game_exact.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::env {

/// What a choice is worth: a callable from `game_choice` to a number.
template <class R>
concept choice_reward = requires(const R& reward, const game_choice& c) {
  { reward(c) } -> std::convertible_to<double>;
};

/// An optimal policy and what it attains.
struct game_solution {
  scene_table player;         ///< logits
  std::vector<double> value;  ///< per scene, by index; zero at the end
  double at_start = 0;        ///< value of the first scene
};

namespace detail {

/// Backward induction: `row` holds the action values of a scene; `close(row)` turns them into logits and
/// returns the value of the scene.
template <choice_reward R, class Close>
[[nodiscard]] game_solution solve_backward(const choice_game& game, const R& reward, Close&& close) {
  game_solution out{scene_table(game), std::vector<double>(game.scenes().size() + 1, 0.0), 0};
  const auto order = game.order();
  for (std::size_t k = order.size(); k-- > 0;) {
    const game_scene& s = game.scene(order[k]);
    const std::span<double> row = out.player[s.index];
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] = static_cast<double>(reward(s.choices[c])) + out.value[s.choices[c].next];
      expects(is_finite(row[c]), "reward", "a finite number", row[c], " in scene ", s.id, ", choice ", c);
    }
    out.value[s.index] = close(row);
  }
  out.at_start = out.value[game.start().index];
  return out;
}

}  // namespace detail

/// The best expected total reward of every scene, and a policy that attains it (the first of equal choices).
///
/// V(s) = max_a r_a + V(s'_a)
///
/// @throws contract_error when a reward is not finite
/// @cost O(number of choices)
template <choice_reward R>
[[nodiscard]] game_solution optimal_play(const choice_game& game, const R& reward) {
  return detail::solve_backward(game, reward, [](std::span<double> row) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < row.size(); ++c)
      if (row[c] > row[best]) best = c;
    const double value = row[best];
    for (double& q : row) q = neg_infinity<double>();
    row[best] = 0;
    return value;
  });
}

/// The maximum-entropy optimum: what CPL with alpha = `temperature` tends to on unlimited data.
///
/// V(s) = tau log sum_a exp(Q_a / tau),  Q_a = r_a + V(s'_a),  logits = (Q - max_a Q_a) / tau
///
/// @param temperature  tau > 0 (at least 1e-300), in units of the reward
/// @throws contract_error when the temperature is out of range or a reward is not finite
/// @cost O(number of choices)
template <choice_reward R>
[[nodiscard]] game_solution soft_optimal_play(const choice_game& game, const R& reward, double temperature) {
  expects(temperature >= 1e-300 && is_finite(temperature), "temperature", "a finite number > 0 whose inverse is one",
          temperature);
  return detail::solve_backward(game, reward, [temperature](std::span<double> row) {
    const double most = *std::max_element(row.begin(), row.end());
    for (double& q : row) q = (q - most) / temperature;  // Q / tau itself may be beyond all numbers
    return most + temperature * simd::log_sum_exp(vector_view<const double>(row.data(), row.size()));
  });
}

/// A player's totals in percent.
struct game_scores {
  double score = 0;       ///< points in percent of the most that can be had
  double violations = 0;  ///< this and the others in percent of the uniformly random player's
  double disutility = 0;
  double power = 0;
};

/// What 100 % means in a game: the most points, and the random player's harms.
class game_scale {
 public:
  explicit game_scale(const choice_game& game)
      : max_points_(optimal_play(game, [](const game_choice& c) { return c.counts.points(); }).at_start),
        random_(expected_tally(game, random_player{}).mean) {}

  [[nodiscard]] double max_points() const noexcept { return max_points_; }
  [[nodiscard]] const tally& random() const noexcept { return random_; }
  /// Totals, or standard deviations of totals, in percent. An entry whose scale is not above zero becomes zero.
  [[nodiscard]] game_scores percent(const tally& t) const noexcept {
    return {part(t.points(), max_points_), part(t.violations(), random_.violations()),
            part(t.disutility(), random_.disutility()), part(t.power(), random_.power())};
  }

 private:
  static double part(double x, double whole) noexcept { return whole > 0 ? 100 * x / whole : 0; }

  double max_points_;
  tally random_;
};

}  // namespace realign::inline v0::env

#endif  // REALIGN_ENV_CHOICE_GAME_OPTIMAL_HPP
