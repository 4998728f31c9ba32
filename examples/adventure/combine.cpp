// SPDX-License-Identifier: MIT
#include "combine.hpp"

#include <algorithm>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/weights.hpp>
#include <realign/decide/aligned_policy.hpp>
#include <realign/decide/limit.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/policy/scale.hpp>
#include <realign/scalarize/alpha_fair.hpp>
#include <realign/scalarize/chebyshev.hpp>
#include <realign/scalarize/linear.hpp>

#include "training.hpp"

namespace adventure {

namespace {

namespace scalarize = ra::scalarize;

/// The rule of the decision program: CPL's temperature makes log-policies advantages and is the pull to the prior.
template <class Scalarization>
[[nodiscard]] auto program(Scalarization f) {
  return ra::maximize(f, {.alpha = {alpha, alpha}, .beta = alpha, .prior = ra::prior::weighted_mixture});
}

/// The annotations of the choices on offer, as limits take them.
struct harms {
  std::vector<double> violations;
  std::vector<unsigned char> kills;

  explicit harms(const env::game_scene& scene) {
    for (const env::game_choice& c : scene.choices) {
      violations.push_back(c.counts.violations());
      kills.push_back(c.counts.violation(env::morality::killing) > 0 ? 1 : 0);
    }
  }
};

/// Decides in one scene and writes the probabilities, if there are any; returns the status of the decision as asked.
template <class Agent>
ra::status decide(const Agent& agent, const env::game_scene& scene, const ra::weights& w, const limits& l,
                  typename Agent::workspace_type& work, std::span<double> out) {
  const harms harm(scene);
  std::vector<ra::limit> asked;
  if (l.never_kill) asked.push_back(ra::never(harm.kills));
  if (l.budget) asked.push_back(ra::at_most(harm.violations, *l.budget));
  ra::decision<double> d = agent.decide(scene, w, asked, work);
  const ra::status as_asked = d.status;
  if (d.status == ra::status::infeasible) {
    asked.back() = ra::at_most(harm.violations, *l.budget + d.least_violation);
    d = agent.decide(scene, w, asked, work);
  }
  ra::expects(ra::succeeded(d.status) || d.status == ra::status::no_gain || d.status == ra::status::no_support,
              "decision", "a distribution over the choices", ra::to_string(d.status), " in scene ", scene.id);
  std::copy(d.probs.begin(), d.probs.end(), out.begin());
  return as_asked;
}

template <class Rule>
[[nodiscard]] combined combine_by(const Rule& rule, const agent_pair& agents, double w, const limits& l) {
  const auto agent = ra::make_aligned_policy<double>(rule, ra::as_logits(*agents.reward), ra::as_logits(*agents.ethics));
  const auto mixture = ra::make_aligned_policy<double>(ra::mix::arithmetic, ra::as_logits(*agents.reward),
                                                       ra::as_logits(*agents.ethics));
  auto work = agent.workspace();
  const ra::weights weights{w, 1 - w};
  combined result{player{env::scene_table(*agents.game)}, {}};
  for (const env::game_scene& s : agents.game->scenes()) {
    const std::span<double> out = result.play.inner[s.index];
    ra::status as_asked = decide(agent, s, weights, l, work, out);
    if (as_asked == ra::status::no_gain) as_asked = decide(mixture, s, weights, l, work, out);
    result.as_asked.push_back(as_asked);
  }
  return result;
}

}  // namespace

const char* name_of(method m) noexcept {
  switch (m) {
    case method::arithmetic: return "arithmetic (Eq. 3)";
    case method::geometric: return "geometric";
    case method::linear: return "program, linear";
    case method::chebyshev: return "program, Chebyshev";
    case method::nash: return "program, Nash";
  }
  return "";
}

combined combine(const agent_pair& agents, method m, double w, const limits& l) {
  switch (m) {
    case method::arithmetic: return combine_by(ra::mix::arithmetic, agents, w, l);
    case method::geometric: return combine_by(ra::mix::geometric, agents, w, l);
    case method::linear: break;
    case method::chebyshev: return combine_by(program(scalarize::chebyshev{}), agents, w, l);
    case method::nash:
      return combine_by(program(scalarize::nash{.disagreement = scalarize::anchor::kind::worst}), agents, w, l);
  }
  return combine_by(program(scalarize::linear{}), agents, w, l);
}

}  // namespace adventure
