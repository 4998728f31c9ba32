// SPDX-License-Identifier: MIT
// Asks a policy for every recorded step before it is trained, so that what it refuses is named and trains nothing.
#ifndef REALIGN_PREFERENCE_DETAIL_STEP_CHECK_HPP
#define REALIGN_PREFERENCE_DETAIL_STEP_CHECK_HPP

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/policy/policy.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/dataset.hpp>

namespace realign::inline v0::detail {

/// Actions of P are indices of choices, and P tells how many of these a state has.
template <class P>
concept chooses_by_index =
    std::same_as<typename P::action_type, std::size_t> && counts_choices_of<P, typename P::state_type>;

/// What the steps are in a message: an argument, and a step of a group.
struct step_names {
  const char* argument;
  const char* step;
  const char* group;
};

/// One forward pass per group of steps. The policy alone knows what it refuses (an action, a feature), and it knows
/// only the place among the steps of its call.
template <trainable_policy P>
class step_check {
 public:
  using T = typename P::scalar_type;
  using step_type = step<typename P::state_type, typename P::action_type>;

  step_check(const P& policy, const step_names& names) : policy_(policy), names_(names) {}

  /// @throws contract_error that names group and step, then says what the policy says
  void operator()(std::span<const step_type> steps, std::size_t group) {
    if (steps.empty()) return;
#if REALIGN_EXCEPTIONS
    try {
      ask(steps);
    } catch (const contract_error& refusal) {
      fail<contract_error>(place(first_refused(steps), steps.size(), group) + refusal.what());
    }
#else
    check_actions(steps, group);  // the policy's own failure cannot be caught to name the group
    ask(steps);
#endif
  }

 private:
  void ask(std::span<const step_type> steps) {
    log_probs_.resize(steps.size());
    policy_.log_probs(steps, tape_, std::span<T>(log_probs_));
  }
#if REALIGN_EXCEPTIONS
  /// The number of steps when the policy refuses them only together.
  [[nodiscard]] std::size_t first_refused(std::span<const step_type> steps) {
    for (std::size_t t = 0; t < steps.size(); ++t) {
      try {
        ask(steps.subspan(t, 1));
      } catch (const contract_error&) {
        return t;
      }
    }
    return steps.size();
  }
  [[nodiscard]] std::string place(std::size_t t, std::size_t steps, std::size_t group) const {
    std::string out = std::string(names_.argument) + ": ";
    if (t < steps) out += std::string(names_.step) + " " + std::to_string(t) + " of ";
    return out + names_.group + " " + std::to_string(group) + ": ";
  }
#else
  void check_actions(std::span<const step_type> steps, std::size_t group) const {
    if constexpr (chooses_by_index<P>) {
      for (std::size_t t = 0; t < steps.size(); ++t) {
        const std::size_t count = policy_.choice_count(*steps[t].state);
        expects(steps[t].action < count, names_.argument, "an action below the number of choices", steps[t].action,
                " of ", count, " at ", names_.step, " ", t, " of ", names_.group, " ", group);
      }
    }
  }
#endif

  const P& policy_;
  step_names names_;
  std::vector<T> log_probs_;
  typename P::tape tape_{};
};

/// @throws contract_error for a step that the policy refuses, naming segment and step
template <trainable_policy P>
void check_segments_for(const P& policy,
                        std::span<const recorded_segment<typename P::state_type, typename P::action_type>> segments) {
  step_check<P> check(policy, {"segments", "step", "segment"});
  for (std::size_t k = 0; k < segments.size(); ++k) check(segments[k], k);
}

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_STEP_CHECK_HPP
