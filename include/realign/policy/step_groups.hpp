// SPDX-License-Identifier: MIT
// Groups the steps of a batch by the address of their state, so that each state is evaluated once.
#ifndef REALIGN_POLICY_STEP_GROUPS_HPP
#define REALIGN_POLICY_STEP_GROUPS_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/policy/trainable.hpp>

namespace realign::inline v0 {

/// The distinct states of a batch in order of first appearance, and which of them each step is in.
///
/// States are told apart by address. Refilling keeps the storage, so batches of the same size stop
/// allocating.
template <class State>
class step_groups {
 public:
  /// Groups `steps`; O(steps).
  /// @throws contract_error when a step has no state
  template <class Action>
  void assign(std::span<const step<State, Action>> steps) {
    states_.clear();
    group_of_.resize(steps.size());
    slots_.assign((std::bit_ceil)(2 * steps.size() + 1), 0);
    for (std::size_t t = 0; t < steps.size(); ++t) {
      expects(steps[t].state != nullptr, "steps", "a state for every step", "none at step ", t);
      group_of_[t] = group(steps[t].state);
    }
  }

  /// The distinct states.
  [[nodiscard]] std::span<const State* const> states() const noexcept { return states_; }
  /// Index into `states()` for every step.
  [[nodiscard]] std::span<const std::size_t> group_of() const noexcept { return group_of_; }

 private:
  /// Open addressing in a table that is at most half full; 0 marks a free slot, else group + 1.
  std::size_t group(const State* state) {
    const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(state));
    const std::size_t last = slots_.size() - 1;
    auto slot = static_cast<std::size_t>((address * 0x9e3779b97f4a7c15ULL) >> 32) & last;
    while (slots_[slot] != 0) {
      const std::size_t candidate = slots_[slot] - 1;
      if (states_[candidate] == state) return candidate;
      slot = (slot + 1) & last;
    }
    states_.push_back(state);
    slots_[slot] = states_.size();
    return states_.size() - 1;
  }

  std::vector<const State*> states_;
  std::vector<std::size_t> group_of_;
  std::vector<std::size_t> slots_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_STEP_GROUPS_HPP
