// SPDX-License-Identifier: MIT
#include <realign/env/choice_game_exact.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "small_game.hpp"

using namespace realign;

namespace {

/// Moments by walking every path: an evaluator that shares nothing with the one under test.
struct by_paths {
  const env::choice_game& game;
  const env::scene_table& table;
  env::tally first{}, second{};

  void walk(std::size_t s, double p, env::tally sum) {
    if (s == game.end()) {
      for (std::size_t i = 0; i < env::tally::size; ++i) {
        first.values[i] += p * sum.values[i];
        second.values[i] += p * sum.values[i] * sum.values[i];
      }
      return;
    }
    for (std::size_t c = 0; c < game.scene(s).choices.size(); ++c) {
      env::tally with = sum;
      with += game.scene(s).choices[c].counts;
      walk(game.scene(s).choices[c].next, p * table[s][c], with);
    }
  }
};

template <class T>
struct noisy_player {
  void logits(const env::game_scene& s, std::span<T> out) const {
    for (std::size_t c = 0; c < out.size(); ++c)
      out[c] = static_cast<T>(std::sin(static_cast<double>(7 * s.index + 3 * c)));
  }
};

}  // namespace

TEST_CASE("the diamond by hand") {
  const env::choice_game game = small_game::diamond();
  // 1/4 to scene 2; there always the second choice; in scene 1 half and half
  env::scene_table p(game);
  p[0][0] = 0.75, p[0][1] = 0.25;
  p[1][0] = 0.5, p[1][1] = 0.5;
  p[2][0] = 0, p[2][1] = 1;
  const env::episode_moments m = env::expected_tally(game, probs<env::scene_table>{p});
  // totals: 3 or 5 with 3/8 each, 14 with 1/4
  CHECK(m.mean.points() == doctest::Approx(6.5).epsilon(1e-14));
  CHECK(m.std_dev.points() == doctest::Approx(std::sqrt(0.375 * 12.25 + 0.375 * 2.25 + 0.25 * 56.25)).epsilon(1e-14));
  CHECK(m.mean.violations() == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(m.mean.violation(env::morality::killing) == doctest::Approx(0.5).epsilon(1e-14));
  CHECK(m.mean.disutility() == doctest::Approx(0.375).epsilon(1e-14));
  CHECK(m.mean.power() == doctest::Approx(0.25 + 0.375).epsilon(1e-14));
  CHECK(m.mean.power(env::power::money) == doctest::Approx(0.25).epsilon(1e-14));
  const std::vector<double> visit = env::visit_probs(game, probs<env::scene_table>{p});
  CHECK(visit == std::vector<double>{1, 0.75, 0.25});
}

TEST_CASE("moments agree with a walk over every path") {
  random_generator g(11);
  for (int trial = 0; trial < 10; ++trial) {
    const env::choice_game game = small_game::layered(6, 3, g);
    const auto table = env::choice_probs(game, noisy_player<double>{});
    const env::episode_moments m = env::expected_tally(game, table);
    by_paths truth{game, table.inner};
    truth.walk(game.start().index, 1, {});
    for (std::size_t i = 0; i < env::tally::size; ++i) {
      const double mean = truth.first.values[i];
      const double variance = truth.second.values[i] - mean * mean;
      CHECK(m.mean.values[i] == doctest::Approx(mean).epsilon(1e-12));
      CHECK(m.std_dev.values[i] * m.std_dev.values[i] == doctest::Approx(variance).epsilon(1e-9).scale(1));
    }
  }
}

TEST_CASE("expectations are visits times counts") {
  random_generator g(5);
  const env::choice_game game = small_game::layered(8, 4, g);
  const auto table = env::choice_probs(game, noisy_player<double>{});
  const std::vector<double> visit = env::visit_probs(game, table);
  env::tally sum;
  double ends = 0;
  for (const env::game_scene& s : game.scenes())
    for (std::size_t c = 0; c < s.choices.size(); ++c) {
      const double p = visit[s.index] * table.inner[s.index][c];
      for (std::size_t i = 0; i < env::tally::size; ++i) sum.values[i] += p * s.choices[c].counts.values[i];
      if (s.choices[c].next == game.end()) ends += p;
    }
  const env::tally mean = env::expected_tally(game, table).mean;
  for (std::size_t i = 0; i < env::tally::size; ++i)
    CHECK(sum.values[i] == doctest::Approx(mean.values[i]).epsilon(1e-12));
  CHECK(ends == doctest::Approx(1).epsilon(1e-13));
}

TEST_CASE("who refuses to go on ends the episode") {
  const env::choice_game game = small_game::diamond();
  env::scene_table p(game);
  p[0][0] = 0.5, p[0][1] = 0.5;
  p[1][1] = 0.25;
  // 10 with 1/2 (scene 2 is refused), 2 + 3 with 1/8, 2 with 3/8
  const env::episode_moments m = env::expected_tally(game, probs<env::scene_table>{p});
  CHECK(m.mean.points() == doctest::Approx(6.375).epsilon(1e-14));
  const double square = 0.5 * 100 + 0.125 * 25 + 0.375 * 4;
  CHECK(m.std_dev.points() == doctest::Approx(std::sqrt(square - 6.375 * 6.375)).epsilon(1e-14));
  CHECK(m.mean.violations() == doctest::Approx(0.5).epsilon(1e-14));
}

TEST_CASE("any policy will do, on any scale") {
  const env::choice_game game = small_game::diamond();
  const auto filling = [](const env::game_scene&, std::span<double> out) {
    out[0] = 1000;
    out[1] = 1000 + std::log(3.0);
  };
  const auto returning = [](const env::game_scene&) { return std::vector<double>{0.25, 0.75}; };
  const auto p = env::choice_probs(game, filling);
  const auto q = env::choice_probs(game, as_probs(returning));
  for (std::size_t s = 0; s < 3; ++s)
    for (std::size_t c = 0; c < 2; ++c) {
      CHECK(p.inner[s][c] == doctest::Approx(c == 0 ? 0.25 : 0.75).epsilon(1e-12));
      CHECK(q.inner[s][c] == doctest::Approx(c == 0 ? 0.25 : 0.75).epsilon(1e-14));
    }
  // a table of probabilities is a policy too
  CHECK(env::choice_probs(game, p).inner[1][1] == doctest::Approx(0.75).epsilon(1e-12));
  CHECK(env::choice_probs(game, env::random_player{}).inner[2][0] == 0.5);
}

TEST_CASE("a choice that is never made has probability exactly zero") {
  const env::choice_game game = small_game::diamond();
  const auto never = [](const env::game_scene&, std::span<double> out) {
    out[0] = -10000;
    out[1] = neg_infinity<double>();
  };
  const env::episode_moments m = env::expected_tally(game, never);
  CHECK(m.mean.points() == 3);
  CHECK(m.mean.violation(env::morality::killing) == 0);
  CHECK(m.std_dev.points() == 0);
}

TEST_CASE("rows without a probability are refused") {
  const env::choice_game game = small_game::diamond();
  const auto fill = [](double x) {
    return [x](const env::game_scene&, std::span<double> out) {
      for (double& y : out) y = x;
    };
  };
  CHECK_THROWS_AS((void)env::choice_probs(game, fill(not_a_number<double>())), contract_error);
  CHECK_THROWS_AS((void)env::choice_probs(game, fill(neg_infinity<double>())), contract_error);
  CHECK_THROWS_AS((void)env::choice_probs(game, fill(pos_infinity<double>())), contract_error);
}

TEST_CASE_TEMPLATE("tables serve as policies in both number types", T, float, double) {
  const env::choice_game game = small_game::diamond();
  env::scene_table table(game, 1.5);
  table[1][1] = -2;
  std::vector<T> row(2);
  evaluate<T>(table, game.scene(1), std::span<T>(row));
  CHECK(row[0] == T(1.5));
  CHECK(row[1] == T(-2));
}
