// SPDX-License-Identifier: MIT
// The part that all trainable policies over finite choice sets share: log-softmax of steps and its
// adjoint.
#ifndef REALIGN_POLICY_CATEGORICAL_HPP
#define REALIGN_POLICY_CATEGORICAL_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/policy/step_groups.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/softmax_rows.hpp>

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
    width_ = states().size() == steps.size() ? common_row_size() : 0;
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
    if (width_ > 0) {
      scratch_.resize(simd::chosen_scratch<T>::size(l.size(), width_));
      simd::chosen_scratch<T> kept{scratch_};
      simd::chosen_log_probs(rows<const T>(logits_.data()), actions(), l, kept);
      set_ = kept.set;
      return;
    }
    log_z_.resize(states().size());
    for (std::size_t i = 0; i < log_z_.size(); ++i) log_z_[i] = simd::log_sum_exp(row_view(i));
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
    if (width_ > 0) {
      d_logits_.resize(logits_.size());
      simd::chosen_gradients(rows<const T>(logits_.data()), actions(), dl, simd::chosen_scratch<T>{scratch_, set_},
                             rows(d_logits_.data()));
      return d_logits_;
    }
    d_logits_.assign(logits_.size(), T(0));
    taken_.assign(logits_.size(), 0.0);
    mass_.assign(log_z_.size(), 0.0);
    for (std::size_t t = 0; t < dl.size(); ++t) {
      const std::size_t i = groups_.group_of()[t];
      taken_[offsets_[i] + actions_[t]] += static_cast<double>(dl[t]);
      mass_[i] += static_cast<double>(dl[t]);
    }
    for (std::size_t i = 0; i < log_z_.size(); ++i) {
      const std::span<T> p = std::span<T>(d_logits_).subspan(offsets_[i], row_size(i));
      if (!is_neg_inf(log_z_[i]))  // else no choice has any
        simd::exponentiate_logits(row_view(i), log_z_[i], {}, vector_view<T>(p));
      for (std::size_t a = 0; a < p.size(); ++a)
        p[a] = static_cast<T>(taken_[offsets_[i] + a] - mass_[i] * static_cast<double>(p[a]));
    }
    return d_logits_;
  }

 private:
  [[nodiscard]] std::size_t row_size(std::size_t i) const noexcept {
    return offsets_[i + 1] - offsets_[i];
  }
  [[nodiscard]] vector_view<const T> row_view(std::size_t i) const noexcept {
    return {logits_.data() + offsets_[i], row_size(i)};
  }
  [[nodiscard]] std::span<const std::size_t> actions() const noexcept { return actions_; }
  /// Rows of equal length, one per step.
  template <class X>
  [[nodiscard]] matrix_view<X> rows(X* x) const noexcept {
    return {x, actions_.size(), width_};
  }
  /// The length of every row; 0 when they differ, or there are none.
  [[nodiscard]] std::size_t common_row_size() const noexcept {
    for (std::size_t i = 1; i < states().size(); ++i)
      if (row_size(i) != row_size(0)) return 0;
    return states().empty() ? 0 : row_size(0);
  }

  step_groups<State> groups_;
  std::vector<std::size_t> actions_;
  std::vector<std::size_t> offsets_;  // states + 1
  std::vector<T> logits_;
  std::vector<double> log_z_;  // per state
  std::vector<double> taken_;  // per logit
  std::vector<double> mass_;   // per state
  std::vector<T> d_logits_;
  std::size_t width_ = 0;  // of the rows when there is one step in each and all are as long; else 0
  std::vector<T> scratch_;
  simd::isa set_ = simd::isa::portable;
};

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_CATEGORICAL_HPP
