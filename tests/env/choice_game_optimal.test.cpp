// SPDX-License-Identifier: MIT
#include <realign/env/choice_game_optimal.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>

#include "small_game.hpp"

using namespace realign;

namespace {

double points(const env::game_choice& c) { return c.counts.points(); }
double goodness(const env::game_choice& c) { return -c.counts.violations() - c.counts.disutility(); }

}  // namespace

TEST_CASE("the best play of the diamond") {
  const env::choice_game game = small_game::diamond();
  const env::game_solution best = env::optimal_play(game, points);
  CHECK(best.at_start == 14);
  CHECK(best.value[1] == 3);
  const env::episode_moments m = env::expected_tally(game, best.player);
  CHECK(m.mean.points() == 14);
  CHECK(m.std_dev.points() == 0);
  CHECK(env::optimal_play(game, goodness).at_start == 0);
  CHECK(env::expected_tally(game, env::optimal_play(game, goodness).player).mean.points() == 3);
}

TEST_CASE("the optimum attains its value, and no policy beats it") {
  random_generator g(21);
  for (int trial = 0; trial < 20; ++trial) {
    const env::choice_game game = small_game::layered(6, 4, g);
    const env::game_solution best = env::optimal_play(game, points);
    CHECK(env::expected_tally(game, best.player).mean.points() == doctest::Approx(best.at_start).epsilon(1e-12));
    const auto other = [&](const env::game_scene&, std::span<double> out) {
      for (double& x : out) x = 5 * normal(g);
    };
    CHECK(env::expected_tally(game, other).mean.points() <= best.at_start + 1e-12);
  }
}

TEST_CASE("soft play tends to the optimum when cold and to chance when hot") {
  random_generator g(4);
  const env::choice_game game = small_game::layered(7, 3, g);
  const double best = env::optimal_play(game, points).at_start;
  const auto mean = [&](double temperature) {
    return env::expected_tally(game, env::soft_optimal_play(game, points, temperature).player).mean.points();
  };
  CHECK(mean(1e-4) == doctest::Approx(best).epsilon(1e-9));
  CHECK(mean(0.5) < best);
  CHECK(mean(5) < mean(0.5));
}

TEST_CASE("the soft value is expected reward plus temperature times entropy, and the most of it") {
  random_generator g(8);
  const env::choice_game game = small_game::layered(5, 3, g);
  const double temperature = 1.7;
  const env::game_solution soft = env::soft_optimal_play(game, points, temperature);
  const auto objective = [&](const probs<env::scene_table>& p) {
    const auto visit = env::visit_probs(game, p);
    double sum = env::expected_tally(game, p).mean.points();
    for (const env::game_scene& s : game.scenes())
      for (const double q : p.inner[s.index])
        if (q > 0) sum -= temperature * visit[s.index] * q * std::log(q);
    return sum;
  };
  CHECK(objective(env::choice_probs(game, soft.player)) == doctest::Approx(soft.at_start).epsilon(1e-12));
  for (int trial = 0; trial < 20; ++trial) {
    const auto near = [&](const env::game_scene& s, std::span<double> out) {
      soft.player.logits(s, out);
      for (double& x : out) x += 0.3 * normal(g);
    };
    CHECK(objective(env::choice_probs(game, near)) < soft.at_start + 1e-12);
  }
}

TEST_CASE("percent is of the best score and of the random player's harms") {
  const env::choice_game game = small_game::diamond();
  const env::game_scale scale(game);
  CHECK(scale.max_points() == 14);
  CHECK(scale.random().points() == 8);
  const env::game_scores random = scale.percent(scale.random());
  CHECK(random.score == doctest::Approx(800.0 / 14));
  CHECK(random.violations == doctest::Approx(100));
  CHECK(random.disutility == doctest::Approx(100));
  CHECK(random.power == doctest::Approx(100));

  // a game in which nothing can be done wrong
  const env::choice_game mild({small_game::scene({small_game::choice(1, 1)})}, 0);
  CHECK(env::game_scale(mild).percent(env::tally{}).violations == 0);
  // a game that only loses points: nothing that it could be a share of
  const env::choice_game lost({small_game::scene({small_game::choice(1, -5)})}, 0);
  const env::game_scale below(lost);
  CHECK(below.max_points() == -5);
  CHECK(below.percent(below.random()).score == 0);
}

TEST_CASE("soft play at the coldest temperatures is the best play") {
  const env::choice_game game = small_game::diamond();
  for (const double temperature : {1e-300, 1e-200, 1e-20}) {
    const env::game_solution soft = env::soft_optimal_play(game, points, temperature);
    CHECK(soft.at_start == 14);
    CHECK(env::expected_tally(game, soft.player).mean.points() == 14);
    // equal choices share, and the entropy is too small to see
    const auto none = [](const env::game_choice&) { return 1e10; };
    const env::game_solution even = env::soft_optimal_play(game, none, temperature);
    CHECK(even.at_start == 2e10);
    CHECK(env::choice_probs(game, even.player).inner[0][1] == 0.5);
  }
  // large rewards: their differences count
  const auto large = [](const env::game_choice& c) { return 1e300 * c.counts.points(); };
  const env::game_solution soft = env::soft_optimal_play(game, large, 1e-10);
  CHECK(soft.at_start == doctest::Approx(1.4e301));
  CHECK(env::expected_tally(game, soft.player).mean.points() == 14);
}

TEST_CASE("rewards and temperatures must be finite numbers") {
  const env::choice_game game = small_game::diamond();
  const auto nan = [](const env::game_choice&) { return not_a_number<double>(); };
  CHECK_THROWS_AS((void)env::optimal_play(game, nan), contract_error);
  CHECK_THROWS_AS((void)env::soft_optimal_play(game, nan, 1.0), contract_error);
  CHECK_THROWS_AS((void)env::soft_optimal_play(game, points, 0.0), contract_error);
  CHECK_THROWS_AS((void)env::soft_optimal_play(game, points, 1e-308), contract_error);
  CHECK_THROWS_AS((void)env::soft_optimal_play(game, points, not_a_number<double>()), contract_error);
}
