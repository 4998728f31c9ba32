// SPDX-License-Identifier: MIT
// Fused kernel of categorical policies: logits of pairs in, loss and derivatives of the logits out.
#ifndef REALIGN_PREFERENCE_FUSED_HPP
#define REALIGN_PREFERENCE_FUSED_HPP

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/executor.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/batch.hpp>
#include <realign/preference/detail/categorical_part.hpp>
#include <realign/preference/detail/pair_evaluation.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/segment.hpp>
#include <realign/simd/softmax_rows.hpp>

namespace realign::inline v0 {

/// One side of a batch of pairs: pairs x steps rows of logits, the rows of a pair one behind the
/// other.
template <scalar T, simd::choice_index Index = std::size_t>
struct categorical_side {
  matrix_view<const T> logits;               ///< (pairs * steps) x actions; minus infinity: never
  std::span<const Index> actions;            ///< pairs * steps: what was chosen
  std::span<const T> reference = {};         ///< pairs * steps log-probabilities, or none
  std::span<const unsigned char> mask = {};  ///< pairs * steps bytes, 0: the step does not exist
  matrix_view<T> d_logits = {};              ///< gets the derivatives; as `logits`, or none
  bool accumulates = true;  ///< `d_logits` += ; false: = , what it held is never read, and it may not alias the logits

  /// True when step i exists. What lies under the mask is never looked at.
  [[nodiscard]] bool exists(std::size_t i) const noexcept { return mask.empty() || mask[i] != 0; }
};

namespace detail {

template <scalar T, simd::choice_index Index>
void check_side(const categorical_side<T, Index>& side, std::size_t rows, bool needs_reference) {
  const auto fits = [&](std::size_t n, bool optional, const char* name) {
    expects(n == rows || (optional && n == 0), name, "pairs * steps", n, " instead of ", rows);
  };
  fits(side.logits.rows(), false, "logits");
  fits(side.actions.size(), false, "actions");
  fits(side.reference.size(), !needs_reference, "reference");
  fits(side.mask.size(), true, "mask");
  fits(side.d_logits.rows(), true, "d_logits");
  const std::size_t choices = side.logits.cols();
  expects(side.d_logits.rows() == 0 || side.d_logits.cols() == choices, "d_logits", "as many columns as the logits",
          side.d_logits.cols());
  expects(side.accumulates || side.d_logits.rows() == 0 || side.d_logits.data() != side.logits.data(), "d_logits",
          "rows apart from the logits", "the logits themselves");
  if (side.mask.empty() && simd::all_below(side.actions, choices)) return;
  for (std::size_t i = 0; i < rows; ++i)
    expects(!side.exists(i) || simd::all_below(side.actions.subspan(i, 1), choices), "actions",
            "indices below the number of actions", side.actions[i], " in row ", i);
}

}  // namespace detail

/// What `evaluate_categorical` keeps between its passes; reused it stops allocating.
template <scalar T>
struct categorical_workspace {
  batch_workspace batch;
  std::vector<segment<T>> segments;
  std::vector<vector_view<T>> views;
  std::vector<preference_pair> pairs;
  std::vector<detail::categorical_part<T>> lanes;
  std::vector<evaluation> faults;  // one per lane
};

namespace detail {

/// Makes room, and tells which segments and pairs there are.
template <scalar T, class Side>
void lay_out(const categorical_plan& plan, const Side& preferred, const Side& rejected,
             std::span<const double> labels, std::span<const double> gaps, categorical_workspace<T>& ws) {
  ws.lanes.resize(plan.lanes);
  ws.segments.resize(2 * plan.pairs);
  ws.views.resize(2 * plan.pairs);
  ws.pairs.resize(plan.pairs);
  for (std::size_t lane = 0; lane < plan.lanes; ++lane) {
    categorical_part<T>& part = ws.lanes[lane];
    part.resize(preferred, rejected, plan.together, plan.steps);
    plan.each_part(lane, [&](std::size_t first, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t p = first + i;
        for (std::size_t k = 0; k < 2; ++k) {
          const Side& side = k == 0 ? preferred : rejected;
          const auto of_pair = [&](auto all) {
            return all.empty() ? all : all.subspan(p * plan.steps, plan.steps);
          };
          ws.segments[2 * p + k] = {part.log_probs(k, i), of_pair(side.reference), of_pair(side.mask)};
          ws.views[2 * p + k] = part.d_log_probs(k, i);
        }
        ws.pairs[p] = {.preferred = 2 * p,
                       .rejected = 2 * p + 1,
                       .label = labels.empty() ? 1.0 : labels[p],
                       .gap = gaps.empty() ? 0.0 : gaps[p]};
      }
    });
  }
}

}  // namespace detail

/// Evaluates a loss on pairs of categorical segments, from the logits to their derivatives.
///
/// Pairs are taken a few at a time, forward and back while their logits are in the cache: a batch is
/// read from memory once. Therefore, other than in `evaluate_pairs`, a pair whose loss or derivatives
/// are undefined does not keep the others from theirs.
///
/// @param pairs, steps  both sides have pairs * steps rows; shorter segments are masked
/// @param labels, gaps  one per pair, see `preference_pair`; empty: 1 and 0
/// @param ex            where the pairs are done; the result is the same everywhere, to the bit
/// @return as `evaluate_pairs`, where segment 2p is the preferred one of pair p and 2p + 1 the
///         rejected one. Unless `ok`, the derivatives of the pairs at fault are zero, and
///         all others what they are anyway; `at` is of the first NaN or, without any, of the first
///         impossible action that is at fault
/// @cost one pass over the logits forward and one, from the cache, back: over the exponentials, kept in `d_logits`, where
///       these are replaced, else over the logits again; allocates only when `ws` grows
/// @throws contract_error for wrong shapes, labels outside [0, 1], bad parameters of the loss
template <scalar T, simd::choice_index Index, preference_loss Loss, executor Executor = serial>
[[nodiscard]] evaluation evaluate_categorical(
    const Loss& loss, std::size_t pairs, std::size_t steps, const categorical_side<T, Index>& preferred,
    const categorical_side<T, Index>& rejected, categorical_workspace<T>& ws,
    std::span<const double> labels = {}, std::span<const double> gaps = {}, const Executor& ex = {}) {
  detail::validate_loss(loss);
  expects(labels.empty() || labels.size() == pairs, "labels", "one per pair, or none", labels.size());
  expects(gaps.empty() || gaps.size() == pairs, "gaps", "one per pair, or none", gaps.size());
  const bool needs_reference = loss.score().needs_reference();
  for (const auto* side : {&preferred, &rejected}) detail::check_side(*side, pairs * steps, needs_reference);
  if (pairs == 0) return {};

  // more lanes than processors, so that none waits long for another
  constexpr std::size_t most_lanes = std::same_as<Executor, serial> ? 1 : 64;
  const detail::categorical_plan plan(pairs, steps, preferred.logits.cols() * sizeof(T), most_lanes);
  detail::lay_out(plan, preferred, rejected, labels, gaps, ws);
  const detail::pair_evaluation<T, Loss> run(
      loss, preference_batch<T>{ws.segments, ws.pairs, ws.views}, ws.batch);
  evaluation out;
  out.status = status::ok;
  ws.faults.assign(plan.lanes, out);
  ex(plan.lanes, [&](std::size_t begin, std::size_t end) {
    for (std::size_t lane = begin; lane < end; ++lane)
      plan.each_part(lane, [&](std::size_t p, std::size_t n) {
        detail::categorical_part<T>& part = ws.lanes[lane];
        const detail::batch_part here{2 * p, 2 * n, p, n};
        part.forward(0, preferred, p, n);
        part.forward(1, rejected, p, n);
        run.compare(here);
        run.drop_faults(here, ws.faults[lane]);
        run.backward(here);
        part.backward(1, rejected, p, n);  // whose rows are still near
        part.backward(0, preferred, p, n);
      });
  });
  run.conclude(out);
  for (const evaluation& fault : ws.faults) detail::keep_worse(fault, out);
  if (out.status == status::ok && is_nan(out.loss)) {  // losses of opposite infinities
    out.status = status::no_support;
    while (out.at + 1 < 2 * pairs && is_finite(ws.batch.scores()[out.at])) ++out.at;
  }
  return out;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_FUSED_HPP
