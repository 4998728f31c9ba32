// SPDX-License-Identifier: MIT
// Every loss on pairs, to state properties once for all of them.
#ifndef REALIGN_TESTS_PREFERENCE_EVERY_LOSS_HPP
#define REALIGN_TESTS_PREFERENCE_EVERY_LOSS_HPP

#include <realign/preference/cost_model.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/cream.hpp>
#include <realign/preference/distillation.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/ipo.hpp>
#include <realign/preference/modpo.hpp>
#include <realign/preference/reward_model.hpp>
#include <realign/preference/shape.hpp>
#include <realign/preference/simpo.hpp>
#include <realign/preference/slic.hpp>

#include "owned_batch.hpp"

namespace realign_tests {

/// visit(name, loss) for losses that only see differences of scores, whose steps weigh the same on
/// both sides.
template <class Visit>
void for_each_difference_loss(const Visit& visit) {
  namespace ra = realign;
  visit("cpl, lambda 1", ra::cpl{.alpha = 0.4, .lambda = 1.0});
  visit("dpo", ra::dpo{0.5});
  visit("cdpo", ra::cdpo{0.5, 0.1});
  visit("robust_dpo", ra::robust_dpo{0.5, 0.2});
  visit("hinge", ra::hinge{0.3});
  visit("ipo sum", ra::ipo(ra::reduction::sum));
  visit("ipo mean", ra::ipo(ra::reduction::mean, 0.3));
  visit("simpo", ra::simpo{});
  visit("simpo smoothed", ra::simpo{.beta = 2.0, .margin_ratio = 0.4, .epsilon = 0.1});
  visit("alpha_dpo", ra::alpha_dpo{.alpha = 0.2, .mean = 0.1, .deviation = 0.7});
  visit("reward_distillation", ra::reward_distillation{0.3});
  visit("copg", ra::copg{0.3});
  visit("cream", ra::cream{0.5, 0.7});
  visit("modpo", ra::modpo{0.3, 0.6});
  visit("bounded_modpo", ra::bounded_modpo{0.3, 0.6});
  visit("bradley_terry without centering", ra::bradley_terry{.center = 0.0});
  visit("f_dpo reverse KL", ra::f_dpo<ra::shape::reverse_kl>{0.5});
}

/// visit(name, loss) for every loss on pairs.
template <class Visit>
void for_each_loss(const Visit& visit) {
  namespace ra = realign;
  for_each_difference_loss(visit);
  visit("cpl", ra::cpl{.alpha = 0.4, .gamma = 0.9});
  visit("cpl with cloning", ra::cpl::with_cloning(0.5));
  visit("cpl with reference", ra::cpl::with_reference());
  visit("rpo", ra::rpo{0.5, 0.2});
  visit("rpo with mean likelihood", ra::rpo::with_mean_likelihood());
  visit("dpo_nll", ra::dpo_nll{});
  visit("slic", ra::slic{});
  visit("bradley_terry", ra::bradley_terry{});
  visit("safe_rlhf_cost", ra::safe_rlhf_cost{0.1});
  visit("f_dpo forward KL", ra::f_dpo<ra::shape::forward_kl>{0.2});
  visit("f_dpo Jensen-Shannon", ra::f_dpo<ra::shape::jensen_shannon>{0.7});
  visit("f_dpo alpha", ra::f_dpo<ra::shape::alpha_divergence>{0.4, {0.5}});
}

/// Gaps and verdicts for the pairs of a random batch.
template <class Pairs>
void decorate(Pairs& pairs, realign::random_generator& g) {
  using realign::verdict;
  const verdict known[] = {verdict::safe, verdict::unknown, verdict::unsafe};
  for (realign::preference_pair& p : pairs) {
    p.gap = 0.5 * realign::normal(g);
    p.preferred_is = known[realign::uniform_index(g, 3)];
    p.rejected_is = known[realign::uniform_index(g, 3)];
  }
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_PREFERENCE_EVERY_LOSS_HPP
