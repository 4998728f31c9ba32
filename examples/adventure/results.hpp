// SPDX-License-Identifier: MIT
// Everything that one run of the demo found, and the claims that it is held to.
#ifndef ADVENTURE_RESULTS_HPP
#define ADVENTURE_RESULTS_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <realign/env/choice_game_exact.hpp>
#include <realign/env/choice_game_optimal.hpp>

#include "combine.hpp"
#include "players.hpp"
#include "statistics.hpp"
#include "sweep.hpp"
#include "training.hpp"

namespace adventure {

/// A player that is given: exact expectation and spread over its episodes.
struct reference_result {
  env::game_scores mean;
  env::game_scores over_episodes;
};
/// An agent that was trained several times.
struct agent_result {
  summary over_seeds;              ///< of the exact expectation
  env::game_scores over_episodes;  ///< spread over episodes, mean over training seeds
  double accuracy = 0;             ///< on the training pairs, mean over training seeds
  double held_out_accuracy = 0;
  double best_accuracy = 0;        ///< of a judge who knows the totals
  std::string failure;             ///< empty, or the status of a training that broke off
};

/// One set of limits, at every weight.
struct limit_result {
  std::string name;
  limits asked;
  std::vector<limit_point> points;
};

struct results {
  std::size_t scenes = 0, choices = 0, episodes = 0, train_pairs = 0, held_out_pairs = 0;
  double max_points = 0;
  reference_result points_player, good_player, optimum, kindest;
  agent_result reward_only, ethics_only;
  std::vector<sweep_line> sweeps;      ///< as `all_methods`
  std::vector<front_point> best_front; ///< by dynamic programming
  double most_violations = 0;
  std::vector<limit_result> limited;   ///< of the linear program: no limits first
};

[[nodiscard]] inline const sweep_line& sweep_of(const results& r, method m) {
  return r.sweeps[static_cast<std::size_t>(m)];
}

/// A claim and how it came out.
struct check {
  bool holds;
  std::string claim;
  std::string figures;
};
[[nodiscard]] std::vector<check> closing_checks(const results& r);

}  // namespace adventure

#endif  // ADVENTURE_RESULTS_HPP
