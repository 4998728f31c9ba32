// SPDX-License-Identifier: MIT
// Trains several objectives from one data set: a policy per label column, MODPO over frozen models,
// and a reward and a cost model side by side.
#ifndef REALIGN_PREFERENCE_TRAIN_OBJECTIVES_HPP
#define REALIGN_PREFERENCE_TRAIN_OBJECTIVES_HPP

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/core/weights.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/bc.hpp>
#include <realign/preference/cost_model.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/detail/step_check.hpp>
#include <realign/preference/detail/train_columns.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/modpo.hpp>
#include <realign/preference/reward_model.hpp>
#include <realign/preference/train.hpp>
#include <realign/preference/training.hpp>

namespace realign::inline v0 {

/// The pairs with the labels of one objective.
///
/// @param labels  one per pair, the probability that `preferred` is better in this respect; NaN:
///                nobody judged it, and the pair is left out
/// @throws contract_error for another length or a label outside [0, 1]
[[nodiscard]] inline std::vector<preference_pair> with_labels(
    std::span<const preference_pair> pairs, vector_view<const double> labels) {
  expects(labels.size() == pairs.size(), "labels", "one per pair", labels.size(), " for ",
          pairs.size(), " pairs");
  std::vector<preference_pair> out;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    if (is_nan(labels[p])) continue;
    expects(labels[p] >= 0 && labels[p] <= 1, "labels", "numbers in [0, 1] or NaN", labels[p],
            " for pair ", p);
    out.push_back(pairs[p]);
    out.back().label = labels[p];
  }
  return out;
}

/// One data set with several label columns. The pairs' own labels are not used.
template <class State, class Action = std::size_t>
struct multi_preference_view {
  std::span<const recorded_segment<State, Action>> segments;
  std::span<const preference_pair> pairs;
  matrix_view<const double> labels;                ///< pairs x objectives, see `with_labels`
  std::span<const preference_pair> held_out = {};  ///< only evaluated
  matrix_view<const double> held_out_labels = {};  ///< held-out pairs x objectives

  [[nodiscard]] std::size_t objectives() const noexcept { return labels.cols(); }
  /// The labels of objective k, of the training pairs and of those held out.
  [[nodiscard]] std::vector<preference_pair> column(std::size_t k) const {
    return with_labels(pairs, column_of(labels, k));
  }
  [[nodiscard]] std::vector<preference_pair> held_out_column(std::size_t k) const {
    return held_out.empty() ? std::vector<preference_pair>{}
                            : with_labels(held_out, column_of(held_out_labels, k));
  }

 private:
  [[nodiscard]] static vector_view<const double> column_of(matrix_view<const double> m,
                                                           std::size_t k) {
    expects(k < m.cols(), "objective", "an index below the number of label columns", k, " of ",
            m.cols());
    return {m.data() + static_cast<std::ptrdiff_t>(k) * m.col_stride(), m.rows(), m.row_stride()};
  }
};

/// Progress of several trainings that does nothing.
struct no_objective_progress {
  constexpr void operator()(std::size_t, const train_progress&) const noexcept {}
};

/// Trains one policy per objective, all from `initial` and with the same loss.
///
/// Cloning does not look at labels: it is done once, on all pairs, and every objective starts from
/// its result, which is also the reference of losses that have one.
///
/// @param on_progress  called as `on_progress(k, train_progress)`; may return false to stop
///                     objective k there
/// @return one policy and report per label column; `empty` for a column without a label
/// @throws contract_error as `train`
/// @cost that of cloning, plus that of `train` without cloning for each column
template <trainable_policy P, preference_loss Loss, class Progress = no_objective_progress>
[[nodiscard]] std::vector<trained<P>> train_objectives(
    const P& initial, const multi_preference_view<typename P::state_type, typename P::action_type>& data,
    const Loss& loss, const train_options& options = {}, Progress&& on_progress = {}) {
  return detail::train_columns(
      initial, data, [&](std::size_t) -> const Loss& { return loss; }, options, on_progress);
}

/// As above, with a loss of its own for each objective.
///
/// @param losses  one per label column: a vector, an array or a span of losses of one type
template <trainable_policy P, detail::holds_losses Losses, class Progress = no_objective_progress>
[[nodiscard]] std::vector<trained<P>> train_objectives(
    const P& initial, const multi_preference_view<typename P::state_type, typename P::action_type>& data,
    const Losses& losses, const train_options& options = {}, Progress&& on_progress = {}) {
  using loss_type = typename Losses::value_type;
  const std::span<const loss_type> each(losses);
  expects(each.size() == data.objectives(), "losses", "one per label column", each.size(),
          " for ", data.objectives(), " columns");
  return detail::train_columns(
      initial, data, [&](std::size_t k) -> const loss_type& { return each[k]; }, options, on_progress);
}

/// What a model gives to each segment: the sum of what it gives to its steps. For a policy that is
/// the log-likelihood, for a reward model the reward. One forward pass per segment.
template <trainable_policy P>
[[nodiscard]] std::vector<double> segment_values(
    const P& model,
    std::span<const recorded_segment<typename P::state_type, typename P::action_type>> segments) {
  using T = typename P::scalar_type;
  std::vector<double> out;
  std::vector<T> l;
  typename P::tape tape;
  for (const auto& s : segments) {
    l.resize(s.size());
    if (!s.empty()) model.log_probs(std::span(s), tape, std::span<T>(l));
    double sum = 0;
    for (const T& x : l) sum += static_cast<double>(x);
    out.push_back(sum);
  }
  return out;
}

/// The implicit reward of each segment, beta sum_t (log pi - log pi_ref): what DPO made `policy`
/// express.
template <trainable_policy P>
[[nodiscard]] std::vector<double> implicit_rewards(
    const P& policy, const P& reference, double beta,
    std::span<const recorded_segment<typename P::state_type, typename P::action_type>> segments) {
  detail::expect_positive(beta, "beta");
  std::vector<double> out = segment_values(policy, segments);
  const std::vector<double> before = segment_values(reference, segments);
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = beta * (out[k] - before[k]);
  return out;
}

/// The pairs with what the frozen models say as their gap: sum_{i != k} w_i (R_i+ - R_i-).
///
/// @param rewards  one row per objective, one column per segment; row k is not read
/// @throws contract_error for other shapes, or a reward of a counted segment that is not finite
[[nodiscard]] inline std::vector<preference_pair> with_margins(
    std::span<const preference_pair> pairs, matrix_view<const double> rewards, const weights& w,
    std::size_t k) {
  expects(rewards.rows() == w.size(), "rewards", "one row per weight", rewards.rows(), " for ",
          w.size(), " weights");
  expects(k < w.size(), "objective", "an index below the number of weights", k, " of ", w.size());
  std::vector<preference_pair> out(pairs.begin(), pairs.end());
  detail::check_pairs(pairs, rewards.cols());
  for (preference_pair& p : out) {
    p.gap = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (i == k || !(w[i] > 0)) continue;
      const double gap = rewards(i, p.preferred) - rewards(i, p.rejected);
      expects(is_finite(gap), "rewards", "finite numbers", gap, " as a difference of objective ", i);
      p.gap += w[i] * gap;
    }
  }
  return out;
}

/// MODPO (Zhou et al. 2024): trains `policy` on the labels of objective k with the others as frozen
/// margins; its optimum is pi_ref exp(w . R / beta), pi_ref the policy as it comes (after cloning).
///
/// @param data     pairs labelled by objective k
/// @param rewards  objectives x segments: what the frozen models say, such as `implicit_rewards` or
///                 `segment_values`, in the units of the reward; row k is not read
/// @param bounded  train `bounded_modpo`: the same optimum, and gradients that do not grow as w_k
///                 goes to 0
/// @return as `train`
/// @throws contract_error as `train` and `with_margins`; for w_k = 0 unless bounded
template <trainable_policy P, class Progress = no_progress>
[[nodiscard]] train_report train_modpo(P& policy, const training_data<P>& data,
                                       matrix_view<const double> rewards, const weights& w,
                                       std::size_t k, double beta = 0.1, bool bounded = true,
                                       const train_options& options = {},
                                       Progress&& on_progress = {}) {
  expects(rewards.cols() == data.segments.size(), "rewards", "one column per segment",
          rewards.cols(), " for ", data.segments.size(), " segments");
  const std::vector<preference_pair> pairs = with_margins(data.pairs, rewards, w, k);
  const std::vector<preference_pair> held_out = with_margins(data.held_out, rewards, w, k);
  const training_data<P> with_gaps{data.segments, pairs, held_out};
  if (bounded)
    return train(policy, with_gaps, bounded_modpo{.beta = beta, .weight = w[k]}, options, on_progress);
  return train(policy, with_gaps, modpo{.beta = beta, .weight = w[k]}, options, on_progress);
}

/// How the two trainings went.
struct reward_and_cost_report {
  train_report reward;
  train_report cost;
};

/// Trains a reward model and a cost model side by side, on the same segments (Safe-RLHF).
///
/// @param reward_pairs  `preferred` is the more helpful one
/// @param cost_pairs    as `cost_pair` makes them: `preferred` is the one with *more* cost
/// @param options       of both; `bc_epochs` must be 0, as there is nothing to clone
/// @throws contract_error as `train`, for either model before the first step
template <trainable_policy R, trainable_policy C>
  requires std::same_as<typename R::state_type, typename C::state_type> &&
           std::same_as<typename R::action_type, typename C::action_type>
[[nodiscard]] reward_and_cost_report train_reward_and_cost(
    R& reward, C& cost,
    std::span<const recorded_segment<typename R::state_type, typename R::action_type>> segments,
    std::span<const preference_pair> reward_pairs, std::span<const preference_pair> cost_pairs,
    const bradley_terry& reward_loss = {}, const safe_rlhf_cost& cost_loss = {},
    const train_options& options = {}) {
  expects(options.bc_epochs == 0, "bc_epochs", "0 for reward and cost models", options.bc_epochs);
  training_data<C>{segments, cost_pairs}.validate();
  cost_loss.validate();
  detail::check_segments_for<C>(cost, segments);
  return {train(reward, training_data<R>{segments, reward_pairs}, reward_loss, options),
          train(cost, training_data<C>{segments, cost_pairs}, cost_loss, options)};
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_TRAIN_OBJECTIVES_HPP
