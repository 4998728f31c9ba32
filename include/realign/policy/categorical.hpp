// SPDX-License-Identifier: MIT
// The part that all trainable policies over finite choice sets share: log-softmax of steps and its
// adjoint.
#ifndef REALIGN_POLICY_CATEGORICAL_HPP
#define REALIGN_POLICY_CATEGORICAL_HPP

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/policy/step_groups.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0 {

/// What one forward pass of a categorical policy remembers: one row of logits per distinct state,
/// of any length, and the step-to-state map. Each state is evaluated once however many steps are in
/// it.
///
/// Use: `begin` with the steps, fill `logits()` (or `row(i)`), `log_probs` to read the steps; after
/// that `d_logits` turns the steps' derivatives into those of the logits. Reusing a tape keeps its
/// storage.
template <class State, scalar T>
class categorical_tape {
 public:
  using step_type = step<State, std::size_t>;

  /// Groups the steps by state and makes room for the logits.
  ///
  /// @param choice_count  gives the number of choices of a `const State&`
  /// @throws contract_error for a state without choices or an action that is not among them
  template <class ChoiceCount>
  void begin(std::span<const step_type> steps, const ChoiceCount& choice_count) {
    groups_.assign(steps);
    offsets_.assign(1, 0);
    for (const State* state : groups_.states())
      offsets_.push_back(offsets_.back() + choice_count(*state));
    actions_.resize(steps.size());
    for (std::size_t t = 0; t < steps.size(); ++t) {
      const std::size_t count = row_size(groups_.group_of()[t]);
      expects(steps[t].action < count, "steps", "an action below the number of choices",
              steps[t].action, " of ", count, " at step ", t);
      actions_[t] = steps[t].action;
    }
    logits_.assign(offsets_.back(), T(0));
  }

  /// The distinct states; row i belongs to `states()[i]`.
  [[nodiscard]] std::span<const State* const> states() const noexcept { return groups_.states(); }
  /// All rows, one behind the other: to be filled between `begin` and `log_probs`.
  [[nodiscard]] std::span<T> logits() noexcept { return logits_; }
  /// The logits of state i.
  [[nodiscard]] std::span<T> row(std::size_t i) noexcept {
    return std::span<T>(logits_).subspan(offsets_[i], row_size(i));
  }
  /// Where row i starts in `logits()` and `d_logits()`.
  [[nodiscard]] std::size_t offset(std::size_t i) const noexcept { return offsets_[i]; }

  /// l[t] = logit(action_t) - log_sum_exp(row of state_t).
  ///
  /// @param l  one number per step; minus infinity for an impossible action, NaN where a row has a
  /// NaN or plus
  ///           infinity, so that a diverged network is seen in the loss
  /// @throws contract_error when `l` has another length than the steps
  void log_probs(std::span<T> l) {
    expects(l.size() == actions_.size(), "l", "one number per step", l.size(), " for ",
            actions_.size(), " steps");
    log_z_.resize(states().size());
    for (std::size_t i = 0; i < log_z_.size(); ++i)
      log_z_[i] = simd::log_sum_exp(vector_view<const T>(std::span<const T>(row(i))));
    for (std::size_t t = 0; t < l.size(); ++t) {
      const std::size_t i = groups_.group_of()[t];
      const T& logit = logits_[offsets_[i] + actions_[t]];
      if (is_nan(log_z_[i]))
        l[t] = not_a_number<T>();
      else
        l[t] = is_neg_inf(logit) ? neg_infinity<T>()
                                 : static_cast<T>(static_cast<double>(logit) - log_z_[i]);
    }
  }

  /// d logits = sum_t dl[t] * (onehot(action_t) - softmax(row of state_t)).
  ///
  /// An impossible action gets the derivative dl[t], finite although its log-probability is not.
  ///
  /// @param dl  one number per step of the last `log_probs`
  /// @return as long as `logits()`; valid until the next call
  [[nodiscard]] std::span<const T> d_logits(std::span<const T> dl) {
    expects(dl.size() == actions_.size(), "dl", "one number per step", dl.size(), " for ",
            actions_.size(), " steps");
    taken_.assign(logits_.size(), 0.0);
    mass_.assign(log_z_.size(), 0.0);
    for (std::size_t t = 0; t < dl.size(); ++t) {
      const std::size_t i = groups_.group_of()[t];
      taken_[offsets_[i] + actions_[t]] += static_cast<double>(dl[t]);
      mass_[i] += static_cast<double>(dl[t]);
    }
    d_logits_.resize(logits_.size());
    for (std::size_t i = 0; i < log_z_.size(); ++i)
      for (std::size_t a = offsets_[i]; a < offsets_[i + 1]; ++a)
        d_logits_[a] = static_cast<T>(taken_[a] - mass_[i] * probability(logits_[a], log_z_[i]));
    return d_logits_;
  }

 private:
  [[nodiscard]] std::size_t row_size(std::size_t i) const noexcept {
    return offsets_[i + 1] - offsets_[i];
  }
  [[nodiscard]] static double probability(const T& logit, double log_z) noexcept {
    return is_neg_inf(logit) ? 0.0 : std::exp(static_cast<double>(logit) - log_z);
  }

  step_groups<State> groups_;
  std::vector<std::size_t> actions_;
  std::vector<std::size_t> offsets_;  // states + 1
  std::vector<T> logits_;
  std::vector<double> log_z_;  // per state
  std::vector<double> taken_;  // per logit
  std::vector<double> mass_;   // per state
  std::vector<T> d_logits_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_CATEGORICAL_HPP
