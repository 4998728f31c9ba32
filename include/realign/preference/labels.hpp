// SPDX-License-Identifier: MIT
// Labels segments: one number each, by return, by a model or by regret; and compares fixed halves.
#ifndef REALIGN_PREFERENCE_LABELS_HPP
#define REALIGN_PREFERENCE_LABELS_HPP

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/pairing.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

// Each function gives one number per segment, larger is better. `random_pairs`, `every_pair` and
// `fixed_pairs` turn them into pairs, in which equal numbers stay ties (label 1/2).

namespace detail {

inline void check_discount(double gamma) {
  expects(!is_nan(gamma) && gamma >= 0 && gamma <= 1, "gamma", "a discount in [0, 1]", gamma);
}

template <recorded_segments Segments>
[[nodiscard]] auto as_segments(const Segments& segments) {
  return std::span<const typename Segments::value_type>(segments);
}

/// sum_t gamma^t f(t) over t < n with f(t) checked; steps of weight 0 are not asked for.
template <class F>
[[nodiscard]] double discounted_sum(std::size_t n, double gamma, const char* what,
                                    std::size_t segment, F&& f) {
  double sum = 0, w = 1;
  for (std::size_t t = 0; t < n && w > 0; ++t, w *= gamma) {
    const double x = static_cast<double>(f(t));
    expects(is_finite(x), what, "finite numbers", x, " at step ", t, " of segment ", segment);
    sum += w * x;
  }
  return sum;
}

}  // namespace detail

/// The discounted return of every segment of an N x T array: sum_t gamma^t r_kt, each over its own
/// row.
///
/// @param rewards  one row per segment
/// @param gamma    discount in [0, 1]
/// @throws contract_error for a reward that is not finite, naming step and segment
template <scalar T>
[[nodiscard]] std::vector<double> label_by_return(matrix_view<const T> rewards,
                                                  double gamma = 1.0) {
  detail::check_discount(gamma);
  std::vector<double> out(rewards.rows());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = detail::discounted_sum(rewards.cols(), gamma, "rewards", k,
                                    [&](std::size_t t) { return rewards(k, t); });
  return out;
}

/// As above, of an array that may be written.
template <scalar T>
[[nodiscard]] std::vector<double> label_by_return(matrix_view<T> rewards, double gamma = 1.0) {
  return label_by_return(matrix_view<const T>(rewards), gamma);
}

/// The discounted return of segments of their own length.
///
/// @param reward  `reward(step)`: the reward of a recorded step, from the task or from a reward
///                model
template <class State, class Action, class Reward>
[[nodiscard]] std::vector<double> label_by_return(
    std::span<const recorded_segment<State, Action>> segments, Reward&& reward,
    double gamma = 1.0) {
  detail::check_discount(gamma);
  std::vector<double> out(segments.size());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = detail::discounted_sum(segments[k].size(), gamma, "reward", k,
                                    [&](std::size_t t) { return reward(segments[k][t]); });
  return out;
}

/// As above, of a vector of segments, such as `preference_data::segments`.
template <detail::recorded_segments Segments, class Reward>
[[nodiscard]] std::vector<double> label_by_return(const Segments& segments, Reward&& reward, double gamma = 1.0) {
  return label_by_return(detail::as_segments(segments), std::forward<Reward>(reward), gamma);
}

/// What a model says of each segment as a whole.
///
/// @param model  `model(segment)`: a number, such as a reward model's value or a policy's score
/// @throws contract_error when it is NaN
template <class State, class Action, class Model>
[[nodiscard]] std::vector<double> label_by_model(
    std::span<const recorded_segment<State, Action>> segments, Model&& model) {
  std::vector<double> out(segments.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = static_cast<double>(model(segments[k]));
    expects(!is_nan(out[k]), "model", "numbers", "NaN for segment ", k);
  }
  return out;
}

/// As above, of a vector of segments.
template <detail::recorded_segments Segments, class Model>
[[nodiscard]] std::vector<double> label_by_model(const Segments& segments, Model&& model) {
  return label_by_model(detail::as_segments(segments), std::forward<Model>(model));
}

/// The negated regret of each segment, so that larger is better:
///
///     -regret = sum_t gamma^t (Q*(s_t, a_t) - V*(s_t)) = sum_t gamma^t A*(s_t, a_t)
///
/// @param action_value  `action_value(step)` is Q*(s_t, a_t)
/// @param state_value   `state_value(state)` is V*(s_t)
/// @throws contract_error for a value that is not finite
/// Source: the regret preference model (Knox et al. 2022; Hejna et al., ICLR 2024, Eq. 2)
template <class State, class Action, class ActionValue, class StateValue>
[[nodiscard]] std::vector<double> label_by_regret(
    std::span<const recorded_segment<State, Action>> segments, ActionValue&& action_value,
    StateValue&& state_value, double gamma = 1.0) {
  return label_by_return(
      segments,
      [&](const step<State, Action>& s) {
        const double q = static_cast<double>(action_value(s));
        const double v = static_cast<double>(state_value(*s.state));
        return is_finite(q) ? q - v : q;
      },
      gamma);
}

/// As above, of a vector of segments.
template <detail::recorded_segments Segments, class ActionValue, class StateValue>
[[nodiscard]] std::vector<double> label_by_regret(const Segments& segments, ActionValue&& action_value,
                                                  StateValue&& state_value, double gamma = 1.0) {
  return label_by_regret(detail::as_segments(segments), std::forward<ActionValue>(action_value),
                         std::forward<StateValue>(state_value), gamma);
}

/// Pairs k and k + n/2 for k < n/2: the fixed pairing of the CPL reference code. The last segment
/// of an odd number stays alone.
///
/// @param values  one number per segment, larger is better
/// @param tie     largest difference that counts as a tie, >= 0
[[nodiscard]] inline std::vector<preference_pair> fixed_pairs(std::span<const double> values,
                                                              double tie = 0.0) {
  const std::size_t half = values.size() / 2;
  std::vector<preference_pair> pairs;
  pairs.reserve(half);
  for (std::size_t k = 0; k < half; ++k) pairs.push_back(compare_by(values, k, k + half, tie));
  return pairs;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_LABELS_HPP
