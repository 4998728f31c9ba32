// SPDX-License-Identifier: MIT
// Softmax policy over a table of logits: one row per state.
#ifndef REALIGN_POLICY_TABULAR_HPP
#define REALIGN_POLICY_TABULAR_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/policy/categorical.hpp>

namespace realign::inline v0 {

/// pi(a | s) = softmax(table[s])[a]. A state is its index; rows may differ in length. Starts
/// uniform.
///
/// The parameters are the logits, row behind row. Minus infinity rules a choice out.
template <scalar T>
class tabular_policy {
 public:
  using scalar_type = T;
  using state_type = std::size_t;
  using action_type = std::size_t;
  using tape = categorical_tape<state_type, T>;
  using step_type = step<state_type, action_type>;

  /// `states` rows of `actions` choices.
  tabular_policy(std::size_t states, std::size_t actions)
      : tabular_policy(std::vector<std::size_t>(states, actions)) {}
  /// One row for each entry of `choice_counts`, with so many choices.
  explicit tabular_policy(std::span<const std::size_t> choice_counts) {
    expects(!choice_counts.empty(), "choice_counts", "at least one state", "none");
    for (std::size_t s = 0; s < choice_counts.size(); ++s) {
      expects(choice_counts[s] > 0, "choice_counts", "at least one choice", "none in state ", s);
      offsets_.push_back(offsets_.back() + choice_counts[s]);
    }
    table_.assign(offsets_.back(), T(0));
  }

  [[nodiscard]] std::size_t state_count() const noexcept { return offsets_.size() - 1; }
  /// Number of choices in a state. @throws contract_error for a state that is not in the table
  [[nodiscard]] std::size_t choice_count(std::size_t state) const {
    expects(state < state_count(), "state", "an index below the number of states", state, " of ",
            state_count());
    return offsets_[state + 1] - offsets_[state];
  }

  /// The row of a state, to read or to set.
  [[nodiscard]] std::span<T> row(std::size_t state) {
    const std::size_t count = choice_count(state);
    return std::span<T>(table_).subspan(offsets_[state], count);
  }
  [[nodiscard]] std::span<const T> row(std::size_t state) const {
    const std::size_t count = choice_count(state);
    return std::span<const T>(table_).subspan(offsets_[state], count);
  }

  /// All logits, row behind row.
  [[nodiscard]] std::span<T> parameters() noexcept { return table_; }
  [[nodiscard]] std::span<const T> parameters() const noexcept { return table_; }

  /// Copies the row of a state. @param out `choice_count(state)` numbers
  void logits(std::size_t state, std::span<T> out) const { copy(row(state), out); }

  /// l[t] = log pi(action_t | state_t); see `trainable_policy`.
  void log_probs(std::span<const step_type> steps, tape& record, std::span<T> l) const {
    record.begin(steps, [this](std::size_t state) { return choice_count(state); });
    for (std::size_t i = 0; i < record.states().size(); ++i)
      copy(row(*record.states()[i]), record.row(i));
    record.log_probs(l);
  }

  /// grad += sum_t dl[t] * d l[t] / d logits; see `trainable_policy`.
  void backward(tape& record, std::span<const T> dl, std::span<T> grad) const {
    expects(grad.size() == table_.size(), "grad", "one number per parameter", grad.size(), " for ",
            table_.size(), " parameters");
    const std::span<const T> d = record.d_logits(dl);
    for (std::size_t i = 0; i < record.states().size(); ++i) {
      const std::size_t state = *record.states()[i];
      for (std::size_t a = 0; a < choice_count(state); ++a)
        grad[offsets_[state] + a] += d[record.offset(i) + a];
    }
  }

 private:
  static void copy(std::span<const T> from, std::span<T> to) {
    expects(to.size() == from.size(), "out", "one number per choice", to.size(), " for ",
            from.size(), " choices");
    for (std::size_t a = 0; a < from.size(); ++a) to[a] = from[a];
  }

  std::vector<std::size_t> offsets_{0};
  std::vector<T> table_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_TABULAR_HPP
