// SPDX-License-Identifier: MIT
#include <realign/env/choice_game_play.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include <realign/core/float_bits.hpp>

#include "small_game.hpp"

using namespace realign;

TEST_CASE("an episode leads from the first scene to the end") {
  random_generator g(2);
  const env::choice_game game = small_game::layered(6, 4, g);
  for (int trial = 0; trial < 50; ++trial) {
    const std::vector<env::game_step> episode = env::play(game, env::random_player{}, g);
    REQUIRE(episode.size() == 6);
    CHECK(episode.front().state == &game.start());
    for (std::size_t t = 0; t + 1 < episode.size(); ++t)
      CHECK(env::chosen(episode[t]).next == episode[t + 1].state->index);
    CHECK(env::chosen(episode.back()).next == game.end());
  }
}

TEST_CASE("the same seed plays the same episode") {
  random_generator make(9);
  const env::choice_game game = small_game::layered(8, 3, make);
  random_generator a(77), b(77);
  for (int trial = 0; trial < 20; ++trial) {
    const auto x = env::play(game, env::random_player{}, a);
    const auto y = env::play(game, env::random_player{}, b);
    REQUIRE(x.size() == y.size());
    for (std::size_t t = 0; t < x.size(); ++t) {
      CHECK(x[t].state == y[t].state);
      CHECK(x[t].action == y[t].action);
    }
  }
}

TEST_CASE("who refuses to go on ends the episode as often as the exact expectation has it") {
  const env::choice_game game = small_game::diamond();
  probs<env::scene_table> player{env::scene_table(game)};
  player.inner[0][0] = 0.25, player.inner[0][1] = 0.25;  // scene 1 goes on with 1/2, scene 2 never
  player.inner[1][1] = 0.5;
  const env::episode_moments exact = env::expected_tally(game, player);
  CHECK(exact.mean.points() == doctest::Approx(0.25 * (2 + 1.5) + 0.25 * 10));
  random_generator g(6);
  constexpr int n = 20000;
  double sum = 0;
  std::size_t lengths[3] = {};
  std::vector<env::game_step> episode;
  for (int i = 0; i < n; ++i) {
    env::play(game, player, g, episode);
    REQUIRE(episode.size() <= 2);
    ++lengths[episode.size()];
    sum += env::total(episode).points() / n;
  }
  const double root = std::sqrt(double{n});
  CHECK(std::fabs(sum - exact.mean.points()) <= 5 * exact.std_dev.points() / root);
  const double shares[3] = {0.5, 0.375, 0.125};
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(std::fabs(static_cast<double>(lengths[k]) / n - shares[k]) <= 5 * std::sqrt(shares[k]) / root);
}

TEST_CASE("a deficit of rounding ends hardly any episode, and a sound player none before the end") {
  const env::choice_game game = small_game::diamond();
  random_generator g(7);
  probs<env::scene_table> player = env::choice_probs(game, env::random_player{});
  player.inner[1][0] = player.inner[1][1] = 0.5 - 5e-8;
  for (int i = 0; i < 2000; ++i) {
    std::vector<env::game_step> episode;
    env::play(game, player, g, episode);
    CHECK(episode.size() == 2);
  }
}

TEST_CASE("played episodes average to the exact moments") {
  random_generator g(1);
  const env::choice_game game = small_game::layered(6, 3, g);
  const auto player = env::choice_probs(game, env::random_player{});
  const env::episode_moments exact = env::expected_tally(game, player);
  constexpr int n = 20000;
  env::tally sum, squares;
  std::vector<env::game_step> episode;
  for (int i = 0; i < n; ++i) {
    env::play(game, player, g, episode);
    const env::tally t = env::total(episode);
    for (std::size_t k = 0; k < env::tally::size; ++k) {
      sum.values[k] += t.values[k] / n;
      squares.values[k] += t.values[k] * t.values[k] / n;
    }
  }
  for (std::size_t k = 0; k < env::tally::size; ++k) {
    const double error = exact.std_dev.values[k] / std::sqrt(double{n});
    CHECK(std::abs(sum.values[k] - exact.mean.values[k]) <= 5 * error);
    const double std_dev = std::sqrt((std::max)(0.0, squares.values[k] - sum.values[k] * sum.values[k]));
    CHECK(std_dev == doctest::Approx(exact.std_dev.values[k]).epsilon(0.05));
  }
}

#if REALIGN_EXCEPTIONS
TEST_CASE("a probability that is none is wrong use") {
  const env::choice_game game = small_game::diamond();
  probs<env::scene_table> player{env::scene_table(game, not_a_number<double>())};
  random_generator g(1);
  std::vector<env::game_step> episode;
  CHECK_THROWS_AS(env::play(game, player, g, episode), contract_error);
}
#endif
