// SPDX-License-Identifier: MIT
// The experiment end to end: recorded games, preference pairs, two agents, every weight, limits, checks.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/random.hpp>
#include <realign/env/choice_game_json.hpp>
#include <realign/env/choice_game_optimal.hpp>

#include "options.hpp"
#include "players.hpp"
#include "report.hpp"
#include "results.hpp"
#include "svg.hpp"
#include "sweep.hpp"
#include "training.hpp"

namespace {

using namespace adventure;

constexpr double violation_budget = 0.25;

[[nodiscard]] reference_result measure(const env::choice_game& game, const env::game_scale& scale, const player& p) {
  const env::episode_moments m = env::expected_tally(game, p);
  return {scale.percent(m.mean), scale.percent(m.std_dev)};
}

[[nodiscard]] agent_result measure(const env::choice_game& game, const env::game_scale& scale,
                                   const std::vector<agent>& agents, const labelled_pairs& pairs) {
  agent_result result;
  std::vector<env::game_scores> means;
  const double share = 1.0 / static_cast<double>(agents.size());
  for (const agent& a : agents) {
    const env::episode_moments m = env::expected_tally(game, a.logits);
    means.push_back(scale.percent(m.mean));
    const env::game_scores spread = scale.percent(m.std_dev);
    result.over_episodes.score += share * spread.score;
    result.over_episodes.violations += share * spread.violations;
    result.over_episodes.disutility += share * spread.disutility;
    result.over_episodes.power += share * spread.power;
    result.accuracy += share * a.last.accuracy;
    if (a.last.held_out) result.held_out_accuracy += share * a.last.held_out->accuracy;
    if (a.status != ra::status::ok) result.failure = std::string(ra::to_string(a.status));
  }
  result.over_seeds = summarise(means);
  result.best_accuracy = pairs.best_accuracy;
  return result;
}

[[nodiscard]] results run(const env::choice_game& game, const options& o) {
  results r;
  const env::game_scale scale(game);
  const reference_players references = make_references(game);
  ra::random_generator seeds(o.seed);
  const std::vector<episode> episodes = record(game, references, seeds(), o.episodes);
  std::vector<assignment> assignments;
  for (const objective& goal : {points_objective(), ethics_objective()})
    assignments.push_back({goal, label(episodes, goal, seeds(), o.game)});
  const std::vector<std::vector<agent>> agents = train_agents(game, episodes, assignments, seeds());

  r.scenes = game.scenes().size();
  for (const env::game_scene& s : game.scenes()) r.choices += s.choices.size();
  r.episodes = episodes.size();
  r.train_pairs = assignments[0].pairs.train.size();
  r.held_out_pairs = assignments[0].pairs.held_out.size();
  r.max_points = scale.max_points();
  const auto best = [&](const objective& goal) {
    const double tie_break = 1e-7 / (std::max)(scale.max_points(), 1.0);
    const auto reward = [&](const env::game_choice& c) { return goal.of(c.counts) + tie_break * c.counts.points(); };
    return env::choice_probs(game, env::optimal_play(game, reward).player);
  };
  r.points_player = measure(game, scale, references.points);
  r.good_player = measure(game, scale, references.good);
  r.optimum = measure(game, scale, best(assignments[0].goal));
  r.kindest = measure(game, scale, best(assignments[1].goal));
  r.reward_only = measure(game, scale, agents[0], assignments[0].pairs);
  r.ethics_only = measure(game, scale, agents[1], assignments[1].pairs);

  std::fprintf(stderr, "weight sweeps\n");
  std::vector<agent_pair> pairs;
  for (std::size_t s = 0; s < training_seeds; ++s) pairs.push_back({&game, &agents[0][s].logits, &agents[1][s].logits});
  for (const method m : all_methods) r.sweeps.push_back(sweep(pairs, scale, m));
  r.best_front = exact_front(game, scale);
  r.most_violations = most_violations(game, scale);

  std::fprintf(stderr, "limits\n");
  char budget[64];
  std::snprintf(budget, sizeof budget, "at most %g violations", violation_budget);
  const std::vector<std::pair<std::string, limits>> asked = {
      {"no limits", {}},
      {budget, {.budget = violation_budget}},
      {"never kill", {.never_kill = true}},
      {std::string(budget) + ", never kill", {.budget = violation_budget, .never_kill = true}}};
  for (const auto& [name, l] : asked) r.limited.push_back({name, l, sweep_limits(pairs, scale, method::linear, l)});
  return r;
}

int play(const options& o) {
  std::error_code failed;
  std::filesystem::create_directories(o.out, failed);
  if (failed) ra::input_failure(o.out, "", "cannot be made: ", failed.message());
  const env::choice_game game = env::load_choice_game(o.game);
  const results r = run(game, o);

  print_table(r);
  print_sweep(r);
  print_limits(r);
  write_file(o.out + "/frontier.csv", frontier_csv(r));
  write_file(o.out + "/frontier.svg", frontier_svg(r));
  std::printf("\nWritten: %s/frontier.csv, %s/frontier.svg\n", o.out.c_str(), o.out.c_str());
  return print_checks(r) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const command c = parse_command(argc, argv);
  if (c.help) {
    print_help(argv[0]);
    return 0;
  }
  if (!c.error.empty()) {
    std::fprintf(stderr, "%s: %s\nTry --help.\n", argv[0], c.error.c_str());
    return 2;
  }
  try {
    return play(c.run);
  } catch (const ra::input_error& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 2;
  }
}
