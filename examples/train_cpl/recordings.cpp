// SPDX-License-Identifier: MIT
#include "recordings.hpp"

#include <cmath>
#include <utility>

#include <realign/preference/labels.hpp>

namespace train_cpl {

namespace {

[[nodiscard]] env::point_mass_state anywhere(ra::random_generator& g) {
  env::point_mass_state s;
  for (env::axis_state& axis : s) {
    axis.position = 2 * ra::uniform(g) - 1;
    axis.velocity = ra::uniform(g) - 0.5;
  }
  return s;
}

}  // namespace

action clumsy_player::act(const env::point_mass& system, const env::point_mass_state& s,
                          ra::random_generator& g) const {
  action a{};
  for (std::size_t j = 0; j < a.size(); ++j) {
    const double wanted = -gain_ * s[j].position - damping_ * s[j].velocity;
    a[j] = static_cast<real>(system.force(wanted + hand_noise * ra::normal(g)));
  }
  return a;
}

recordings record(const env::point_mass& system, const env::point_mass_optimal& best,
                  ra::random_generator& g) {
  recordings data;
  const std::size_t segments = 2 * pair_count;
  data.states.assign(segments * segment_length, features(env::point_mass::features));
  data.actions.resize(data.states.size());
  data.segments.resize(segments);
  for (std::vector<double>& totals : data.totals) totals.assign(segments, 0.0);
  for (std::size_t pair = 0; pair < pair_count; ++pair) {
    const env::point_mass_state start = anywhere(g);
    for (const std::size_t k : {pair, pair + pair_count}) {
      const clumsy_player player(g);
      env::point_mass_state s = start;
      for (std::size_t t = 0; t < segment_length; ++t) {
        const std::size_t at = k * segment_length + t;
        env::point_mass::write_features(s, std::span<real>(data.states[at]));
        data.actions[at] = player.act(system, s, g);
        const std::span<const real> a(data.actions[at]);
        data.segments[k].push_back({&data.states[at], a});
        data.totals[0][k] += best.advantage(s, a);
        data.totals[1][k] += system.reward(s, a);
        s = system.next(s, a, g);
      }
    }
  }
  return data;
}

judgement judge(const recordings& data, criterion c, ra::random_generator& g) {
  const std::vector<double>& seen = data.totals[static_cast<std::size_t>(c)];
  const std::vector<double>& advantages = data.totals[0];
  judgement out{.pairs = ra::fixed_pairs(seen)};
  for (ra::preference_pair& p : out.pairs) {
    const double gap = seen[p.preferred] - seen[p.rejected];
    if (ra::uniform(g) > 1 / (1 + std::exp(-gap / judge_noise))) std::swap(p.preferred, p.rejected);
    if (advantages[p.preferred] > advantages[p.rejected])
      out.agreement += 1 / static_cast<double>(out.pairs.size());
  }
  return out;
}

}  // namespace train_cpl
