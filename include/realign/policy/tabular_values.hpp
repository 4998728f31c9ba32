// SPDX-License-Identifier: MIT
// A table of numbers per state and action, trained as a reward or a cost model.
#ifndef REALIGN_POLICY_TABULAR_VALUES_HPP
#define REALIGN_POLICY_TABULAR_VALUES_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/policy/trainable.hpp>

namespace realign::inline v0 {

/// v(s, a) = table[s][a], where a policy has log-probabilities: nothing is normalised. Starts at 0.
template <scalar T>
class tabular_values {
 public:
  using scalar_type = T;
  using state_type = std::size_t;
  using action_type = std::size_t;
  using step_type = step<state_type, action_type>;
  /// Where in the table each step of the last `log_probs` is.
  using tape = std::vector<std::size_t>;

  tabular_values(std::size_t states, std::size_t actions) : states_(states), actions_(actions) {
    expects(states > 0 && actions > 0, "tabular_values", "at least one state and one action",
            states, " x ", actions);
    table_.assign(states * actions, T(0));
  }

  [[nodiscard]] std::span<T> row(std::size_t state) {
    check(state, 0);
    return std::span<T>(table_).subspan(state * actions_, actions_);
  }
  [[nodiscard]] std::span<const T> row(std::size_t state) const {
    check(state, 0);
    return std::span<const T>(table_).subspan(state * actions_, actions_);
  }
  [[nodiscard]] std::span<T> parameters() noexcept { return table_; }
  [[nodiscard]] std::span<const T> parameters() const noexcept { return table_; }

  /// l[t] = v(s_t, a_t); see `trainable_policy`. @throws contract_error for a step outside the table
  void log_probs(std::span<const step_type> steps, tape& record, std::span<T> l) const {
    expects(l.size() == steps.size(), "l", "one number per step", l.size(), " for ", steps.size(),
            " steps");
    record.resize(steps.size());
    for (std::size_t t = 0; t < steps.size(); ++t) {
      expects(steps[t].state != nullptr, "steps", "a state for every step", "none at step ", t);
      check(*steps[t].state, steps[t].action);
      record[t] = *steps[t].state * actions_ + steps[t].action;
      l[t] = table_[record[t]];
    }
  }

  /// grad += dl[t] at the place of step t.
  void backward(tape& record, std::span<const T> dl, std::span<T> grad) const {
    expects(dl.size() == record.size(), "dl", "one number per step", dl.size(), " for ",
            record.size(), " steps");
    expects(grad.size() == table_.size(), "grad", "one number per parameter", grad.size(), " for ",
            table_.size(), " parameters");
    for (std::size_t t = 0; t < dl.size(); ++t) grad[record[t]] += dl[t];
  }

 private:
  void check(std::size_t state, std::size_t action) const {
    expects(state < states_, "state", "an index below the number of states", state, " of ", states_);
    expects(action < actions_, "action", "an index below the number of actions", action, " of ",
            actions_);
  }

  std::size_t states_, actions_;
  std::vector<T> table_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_TABULAR_VALUES_HPP
