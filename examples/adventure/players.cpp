// SPDX-License-Identifier: MIT
#include "players.hpp"

#include <cmath>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/env/choice_game_play.hpp>
#include <realign/preference/pairing.hpp>

namespace adventure {

namespace {

// In units of the random player's spread, so that games of any scale will do.
constexpr double reference_temperature = 1.2;
constexpr double goodness = 1.2;

// In units of the spread of the recorded totals.
constexpr double label_temperature = 0.5;
constexpr std::size_t pairs_per_episode = 3;
constexpr std::size_t hold_out_every = 5;

[[nodiscard]] double spread(std::span<const double> x) {
  double mean = 0, square = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (const double v : x) square += (v - mean) * (v - mean) / static_cast<double>(x.size());
  return std::sqrt(square);
}

/// Turns the sides of a pair with the probability that a noisy judge would.
template <class Generator>
void judge(ra::preference_pair& pair, std::span<const double> totals, double temperature, Generator& g) {
  const double difference = totals[pair.preferred] - totals[pair.rejected];
  if (difference > 0 && ra::uniform(g) > 1 / (1 + std::exp(-difference / temperature))) {
    const std::size_t held = pair.preferred;
    pair.preferred = pair.rejected;
    pair.rejected = held;
  }
}

[[nodiscard]] double accuracy_of_totals(std::span<const ra::preference_pair> pairs, std::span<const double> totals) {
  double right = 0;
  for (const ra::preference_pair& p : pairs) {
    const double difference = totals[p.preferred] - totals[p.rejected];
    right += difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
  }
  return right / static_cast<double>(pairs.size());
}

}  // namespace

double moral_cost(const env::tally& t) noexcept { return t.violations() + t.disutility() + t.power(); }

objective points_objective() {
  return {"reward-only", "points", [](const env::tally& t) { return t.points(); }};
}
objective ethics_objective() {
  return {"ethics-only", "moral cost", [](const env::tally& t) { return -moral_cost(t); }};
}

reference_players make_references(const env::choice_game& game) {
  const env::tally unit = env::expected_tally(game, env::random_player{}).std_dev;
  const double point = unit.points() > 0 ? unit.points() : 1;
  const double harm = moral_cost(unit) > 0 ? moral_cost(unit) : 1;
  const auto points = [&](const env::game_choice& c) { return c.counts.points() / point; };
  const auto good = [&](const env::game_choice& c) { return points(c) - goodness * moral_cost(c.counts) / harm; };
  return {env::choice_probs(game, env::soft_optimal_play(game, points, reference_temperature).player),
          env::choice_probs(game, env::soft_optimal_play(game, good, reference_temperature).player)};
}

std::vector<episode> record(const env::choice_game& game, const reference_players& players, std::uint64_t seed,
                            std::size_t count) {
  std::vector<episode> episodes(count);
  for (std::size_t i = 0; i < count; ++i) {
    ra::random_generator g(seed + i);
    env::play(game, i % 2 == 0 ? players.points : players.good, g, episodes[i]);
  }
  return episodes;
}

labelled_pairs label(const std::vector<episode>& episodes, const objective& goal, std::uint64_t seed,
                     const std::string& game_file) {
  std::vector<double> totals;
  std::vector<std::size_t> train, held_out;
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    totals.push_back(goal.of(env::total(episodes[i])));
    // by blocks of two, so that both players are in both parts
    (i / 2 % hold_out_every == hold_out_every - 1 ? held_out : train).push_back(i);
  }
  labelled_pairs pairs;
  pairs.temperature = label_temperature * spread(totals);
  if (!(pairs.temperature > 0))
    ra::input_failure(game_file, "", goal.label, ": the same in every recorded episode, nothing can be learnt");

  ra::random_generator g(seed);
  pairs.train = ra::random_pairs(totals, train, pairs_per_episode * train.size(), g);
  pairs.held_out = ra::random_pairs(totals, held_out, pairs_per_episode * held_out.size(), g);
  for (ra::preference_pair& p : pairs.train) judge(p, totals, pairs.temperature, g);
  for (ra::preference_pair& p : pairs.held_out) judge(p, totals, pairs.temperature, g);
  pairs.best_accuracy = accuracy_of_totals(pairs.held_out, totals);
  return pairs;
}

}  // namespace adventure
