// SPDX-License-Identifier: MIT
#include "sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace adventure {

namespace {

/// What the annotations alone say about one decision.
struct bare_look {
  double expected = 0;  ///< violations
  double killing = 0;   ///< probability
  double least = std::numeric_limits<double>::infinity();  ///< violations of the cheapest choice that may be made

  bare_look(const env::game_scene& scene, std::span<const double> p, const limits& l) {
    for (std::size_t k = 0; k < p.size(); ++k) {
      const env::tally& counts = scene.choices[k].counts;
      const bool kills = counts.violation(env::morality::killing) > 0;
      expected += p[k] * counts.violations();
      if (kills) killing += p[k];
      if (!(l.never_kill && kills)) least = (std::min)(least, counts.violations());
    }
  }
};

/// Judges the decisions of one player.
void inspect(const env::choice_game& game, const combined& c, const limits& l, std::size_t seeds, limit_point& to) {
  const std::vector<double> visit = env::visit_probs(game, c.play);
  std::size_t infeasible = 0, refused = 0;
  for (const env::game_scene& s : game.scenes()) {
    const bare_look truth(s, c.play.inner[s.index], l);
    const ra::status said = c.as_asked[s.index];
    const ra::status right = !std::isfinite(truth.least)              ? ra::status::no_support
                             : l.budget && truth.least > *l.budget ? ra::status::infeasible
                                                                   : ra::status::ok;
    if ((ra::succeeded(said) ? ra::status::ok : said) != right) ++to.misjudged;
    if (l.never_kill) to.killing_prob = (std::max)(to.killing_prob, truth.killing);
    if (said == ra::status::no_support) {
      ++refused;
    } else if (said == ra::status::infeasible) {
      ++infeasible;
      to.infeasible_met += visit[s.index] / static_cast<double>(seeds);
      to.over_least = (std::max)(to.over_least, truth.expected - truth.least);
    } else {
      to.most_when_feasible = (std::max)(to.most_when_feasible, truth.expected);
    }
  }
  to.infeasible = (std::max)(to.infeasible, infeasible);
  to.refused = (std::max)(to.refused, refused);
}

template <class Inspect>
[[nodiscard]] sweep_point play_all(const std::vector<agent_pair>& agents, const env::game_scale& scale, method m, double w,
                                   const limits& l, Inspect&& look) {
  sweep_point point{w, {}, {}, 0};
  for (const agent_pair& pair : agents) {
    const combined c = combine(pair, m, w, l);
    const env::tally mean = env::expected_tally(*pair.game, c.play).mean;
    point.seeds.push_back(scale.percent(mean));
    point.killings = (std::max)(point.killings, mean.violation(env::morality::killing));
    look(pair, c);
  }
  point.over_seeds = summarise(point.seeds);
  return point;
}

/// Points and violations of the best play when a violation (in percent) costs `price` percent of score.
[[nodiscard]] front_point best_at(const env::choice_game& game, const env::game_scale& scale, double price) {
  const auto reward = [&](const env::game_choice& c) {
    const env::game_scores s = scale.percent(c.counts);
    return s.score - price * s.violations;
  };
  const env::tally t = env::expected_tally(game, env::optimal_play(game, reward).player).mean;
  const env::game_scores s = scale.percent(t);
  return {s.score, s.violations};
}

/// Adds the corners between a and b (exclusive): the best play at the price of the chord is either one of them or a
/// new corner.
void refine(const env::choice_game& game, const env::game_scale& scale, const front_point& a, const front_point& b,
            std::vector<front_point>& out) {
  constexpr double same = 1e-9;
  if (b.violations - a.violations < same || b.score - a.score < same) return;
  const double price = (b.score - a.score) / (b.violations - a.violations);
  const front_point c = best_at(game, scale, price);
  const double gain = c.score - price * c.violations - (a.score - price * a.violations);
  if (gain < same) return;
  refine(game, scale, a, c, out);
  out.push_back(c);
  refine(game, scale, c, b, out);
}

}  // namespace

sweep_line sweep(const std::vector<agent_pair>& agents, const env::game_scale& scale, method m, const limits& l) {
  sweep_line line;
  for (const double w : all_weights)
    line.push_back(play_all(agents, scale, m, w, l, [](const agent_pair&, const combined&) {}));
  return line;
}

std::vector<front_point> front_of(const sweep_line& line) {
  std::vector<front_point> front;
  for (const sweep_point& p : line) front.push_back({p.over_seeds.score.mean, p.over_seeds.violations.mean});
  return front;
}
std::vector<front_point> front_of(const sweep_line& line, std::size_t seed) {
  std::vector<front_point> front;
  for (const sweep_point& p : line) front.push_back({p.seeds[seed].score, p.seeds[seed].violations});
  return front;
}

std::vector<front_point> exact_front(const env::choice_game& game, const env::game_scale& scale) {
  // a price this small or large only breaks ties
  const front_point most = best_at(game, scale, 1e-7);
  const front_point kindest = best_at(game, scale, 1e7);
  std::vector<front_point> corners{kindest};
  refine(game, scale, kindest, most, corners);
  corners.push_back(most);
  return corners;
}

double most_violations(const env::choice_game& game, const env::game_scale& scale) {
  return env::optimal_play(game, [&](const env::game_choice& c) { return scale.percent(c.counts).violations; }).at_start;
}

std::vector<limit_point> sweep_limits(const std::vector<agent_pair>& agents, const env::game_scale& scale, method m,
                                      const limits& l) {
  std::vector<limit_point> points;
  for (const double w : all_weights) {
    limit_point point;
    point.played = play_all(agents, scale, m, w, l, [&](const agent_pair& pair, const combined& c) {
      inspect(*pair.game, c, l, agents.size(), point);
    });
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace adventure
