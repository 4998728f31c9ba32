// SPDX-License-Identifier: MIT
// What safe training works on and reports: scored choices, options, progress, reports.
#ifndef REALIGN_PREFERENCE_SAFE_TRAINING_HPP
#define REALIGN_PREFERENCE_SAFE_TRAINING_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/nn/adam.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/training.hpp>

namespace realign::inline v0 {

/// Every choice of some states, with its reward and its cost. States are owned by the caller.
template <class State>
class scored_choices {
 public:
  using step_type = step<State, std::size_t>;

  /// Adds all choices of a state, in the order of the policy; `train_safe` refuses fewer or more.
  ///
  /// @param reward, cost  one number per choice, finite
  /// @param share         how much the state counts, > 0; shares are divided by their sum
  template <vector_like R, vector_like C>
  void add(const State& state, const R& reward, const C& cost, double share = 1.0) {
    const auto r = as_view(reward);
    const auto c = as_view(cost);
    expects(r.size() > 0, "reward", "at least one choice", "none");
    expects(c.size() == r.size(), "cost", "one number per choice", c.size(), " for ", r.size());
    expects(is_finite(share) && share > 0, "share", "a finite number > 0", share);
    for (std::size_t a = 0; a < r.size(); ++a) {
      expects(is_finite(r[a]), "reward", "finite numbers", r[a], " at choice ", a);
      expects(is_finite(c[a]), "cost", "finite numbers", c[a], " at choice ", a);
    }
    for (std::size_t a = 0; a < r.size(); ++a) {
      steps_.push_back({&state, a});
      rewards_.push_back(static_cast<double>(r[a]));
      costs_.push_back(static_cast<double>(c[a]));
    }
    offsets_.push_back(steps_.size());
    shares_.push_back(share);
  }

  [[nodiscard]] std::size_t states() const noexcept { return shares_.size(); }
  [[nodiscard]] double share(std::size_t i) const noexcept { return shares_[i]; }
  /// The choices of the i-th state: steps, rewards, costs.
  [[nodiscard]] std::span<const step_type> steps(std::size_t i) const noexcept {
    return part(steps_, i);
  }
  [[nodiscard]] std::span<const double> rewards(std::size_t i) const noexcept {
    return part(rewards_, i);
  }
  [[nodiscard]] std::span<const double> costs(std::size_t i) const noexcept {
    return part(costs_, i);
  }

 private:
  template <class T>
  [[nodiscard]] std::span<const T> part(const std::vector<T>& all, std::size_t i) const noexcept {
    return std::span<const T>(all).subspan(offsets_[i], offsets_[i + 1] - offsets_[i]);
  }

  std::vector<step_type> steps_;
  std::vector<double> rewards_, costs_, shares_;
  std::vector<std::size_t> offsets_{0};
};

/// How to train with a multiplier.
struct safe_train_options {
  double beta = 0.1;                 ///< pull to the reference, > 0
  std::size_t updates = 1000;        ///< of the multiplier
  std::size_t steps_per_update = 1;  ///< of the policy before each, >= 1
  std::size_t batch_size = 0;        ///< states per step, drawn in turn; 0: all
  double learning_rate = 1e-2;       ///< of Adam, > 0
  double max_gradient_norm = 0.0;    ///< larger gradients are scaled down; 0: never
  std::uint64_t seed = 0;            ///< of the order of the states

  [[nodiscard]] nn::adam_options optimiser() const noexcept {
    return {.learning_rate = learning_rate, .max_gradient_norm = max_gradient_norm};
  }
  /// @throws contract_error for a number outside its range
  void validate() const {
    expects(is_finite(beta) && beta > 0, "beta", "a finite number > 0", beta);
    expects(steps_per_update > 0, "steps_per_update", "at least 1", steps_per_update);
    optimiser().validate();
  }
};

/// One update of the multiplier.
struct safe_progress {
  std::size_t update = 0;   ///< 1, 2, ...
  double multiplier = 0.0;  ///< lambda that the policy was trained with
  double cost = 0.0;        ///< E[C] after these steps, over all states
  double reward = 0.0;      ///< E[R]
  double kl = 0.0;          ///< mean KL(pi || pi_ref)
};

/// How safe training went.
struct safe_report {
  realign::status status = realign::status::ok;
  double multiplier = 0.0;                 ///< after the last update
  std::vector<safe_progress> curve = {};
};

/// How the two stages of SACPO went.
struct sacpo_report {
  train_report reward;
  safe_report safety;
};

/// A callback that does nothing.
struct no_safe_progress {
  constexpr void operator()(const safe_progress&) const noexcept {}
};

namespace detail {

/// Calls the progress callback; false means that it asked to stop.
template <class Progress>
[[nodiscard]] bool goes_on(Progress& on_progress, const safe_progress& p) {
  if constexpr (std::convertible_to<decltype(on_progress(p)), bool>) {
    return static_cast<bool>(on_progress(p));
  } else {
    on_progress(p);
    return true;
  }
}

}  // namespace detail
}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SAFE_TRAINING_HPP
