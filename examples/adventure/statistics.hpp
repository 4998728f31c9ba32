// SPDX-License-Identifier: MIT
// The few statistics that the demo reports.
#ifndef ADVENTURE_STATISTICS_HPP
#define ADVENTURE_STATISTICS_HPP

#include <span>
#include <vector>

#include <realign/env/choice_game_optimal.hpp>

namespace adventure {

struct mean_std {
  double mean = 0;
  double std_dev = 0;  ///< with n - 1; zero for a single number
};
[[nodiscard]] mean_std summarise(std::span<const double> x);

/// The four columns of every table.
struct summary {
  mean_std score, violations, disutility, power;
};
[[nodiscard]] summary summarise(std::span<const realign::env::game_scores> scores);

/// Spearman's rank correlation; ties share their mean rank. Zero when one side is constant.
[[nodiscard]] double rank_correlation(std::span<const double> x, std::span<const double> y);

struct front_point {
  double score;       ///< more is better
  double violations;  ///< less is better
};
/// The area that the points cover: up to their score from 0, and from their violations up to `worst`.
[[nodiscard]] double hypervolume(std::vector<front_point> points, double worst);

}  // namespace adventure

#endif  // ADVENTURE_STATISTICS_HPP
