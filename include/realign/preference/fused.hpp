// SPDX-License-Identifier: MIT
// Fused kernel of categorical policies: logits of pairs in, loss and derivatives of the logits out.
#ifndef REALIGN_PREFERENCE_FUSED_HPP
#define REALIGN_PREFERENCE_FUSED_HPP

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/segment.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0 {

/// One side of a batch of pairs: pairs x steps rows of logits, the rows of a pair one behind the
/// other.
template <scalar T>
struct categorical_side {
  matrix_view<const T> logits;               ///< (pairs * steps) x actions; minus infinity: never
  std::span<const std::size_t> actions;      ///< pairs * steps: what was chosen
  std::span<const T> reference = {};         ///< pairs * steps log-probabilities, or none
  std::span<const unsigned char> mask = {};  ///< pairs * steps bytes, 0: the step does not exist
  matrix_view<T> d_logits = {};              ///< += the derivatives; as `logits`, or none
};

/// What `evaluate_categorical` keeps between its passes; reused it stops allocating.
template <scalar T>
struct categorical_workspace {
  batch_workspace batch;
  std::vector<T> log_probs, d_log_probs;
  std::vector<double> log_z;
  std::vector<segment<T>> segments;
  std::vector<vector_view<T>> views;
  std::vector<preference_pair> pairs;
};

namespace detail {

template <scalar T>
void check_side(const categorical_side<T>& side, std::size_t rows, bool needs_reference) {
  const auto fits = [&](std::size_t n, bool optional, const char* name) {
    expects(n == rows || (optional && n == 0), name, "pairs * steps", n, " instead of ", rows);
  };
  fits(side.logits.rows(), false, "logits");
  fits(side.actions.size(), false, "actions");
  fits(side.reference.size(), !needs_reference, "reference");
  fits(side.mask.size(), true, "mask");
  fits(side.d_logits.rows(), true, "d_logits");
  expects(side.d_logits.rows() == 0 || side.d_logits.cols() == side.logits.cols(), "d_logits",
          "as many columns as the logits", side.d_logits.cols());
  for (std::size_t i = 0; i < rows; ++i)
    expects((!side.mask.empty() && side.mask[i] == 0) || side.actions[i] < side.logits.cols(),
            "actions", "indices below the number of actions", side.actions[i], " in row ", i);
}

/// The pass forward: l and log_z of the rows that exist. Others are not read.
template <scalar T>
void forward_rows(const categorical_side<T>& side, std::span<T> l,
                  std::span<double> log_z) noexcept {
  for (std::size_t i = 0; i < l.size(); ++i) {
    l[i] = T(0);
    if (!side.mask.empty() && side.mask[i] == 0) continue;
    log_z[i] = simd::log_sum_exp(side.logits.row(i));
    const T& chosen = side.logits(i, side.actions[i]);
    l[i] = is_neg_inf(chosen) && !is_nan(log_z[i])
               ? neg_infinity<T>()
               : static_cast<T>(static_cast<double>(chosen) - log_z[i]);
  }
}

/// The pass back: d_logits += dl (onehot(action) - softmax). Rows without a derivative are not
/// read.
template <scalar T>
void backward_rows(const categorical_side<T>& side, std::span<const T> dl,
                   std::span<const double> log_z) noexcept {
  for (std::size_t i = 0; i < dl.size(); ++i) {
    const double d = static_cast<double>(dl[i]);
    if (!(d > 0) && !(d < 0)) continue;
    const vector_view<const T> x = side.logits.row(i);
    const vector_view<T> to = side.d_logits.row(i);
    for (std::size_t a = 0; a < x.size(); ++a)
      if (!is_neg_inf(x[a]))
        to[a] -= static_cast<T>(d * std::exp(static_cast<double>(x[a]) - log_z[i]));
    to[side.actions[i]] += static_cast<T>(d);
  }
}

}  // namespace detail

/// Evaluates a loss on pairs of categorical segments, from the logits to their derivatives: one
/// pass over each row forward, one back.
///
/// @param pairs, steps  both sides have pairs * steps rows; shorter segments are masked
/// @param labels, gaps  one per pair, see `preference_pair`; empty: 1 and 0
/// @return as `evaluate_pairs`; unless `ok` the derivatives are untouched. Segment 2p is the
/// preferred
///         one of pair p, 2p + 1 the rejected one
/// @cost O(pairs * steps * actions); allocates only when `ws` grows
template <scalar T, preference_loss Loss>
[[nodiscard]] evaluation evaluate_categorical(
    const Loss& loss, std::size_t pairs, std::size_t steps, const categorical_side<T>& preferred,
    const categorical_side<T>& rejected, categorical_workspace<T>& ws,
    std::span<const double> labels = {}, std::span<const double> gaps = {}) {
  detail::validate_loss(loss);
  const std::size_t rows = pairs * steps;
  const categorical_side<T>* sides[2] = {&preferred, &rejected};
  expects(labels.empty() || labels.size() == pairs, "labels", "one per pair, or none",
          labels.size());
  expects(gaps.empty() || gaps.size() == pairs, "gaps", "one per pair, or none", gaps.size());
  for (const auto* side : sides) detail::check_side(*side, rows, loss.score().needs_reference());

  ws.log_probs.resize(2 * rows);
  ws.d_log_probs.assign(2 * rows, T(0));
  ws.log_z.resize(2 * rows);
  ws.segments.clear();
  ws.views.clear();
  ws.pairs.clear();
  for (std::size_t k = 0; k < 2; ++k)
    detail::forward_rows(*sides[k], std::span<T>(ws.log_probs).subspan(k * rows, rows),
                         std::span<double>(ws.log_z).subspan(k * rows, rows));
  for (std::size_t p = 0; p < pairs; ++p) {
    for (std::size_t k = 0; k < 2; ++k) {
      const std::size_t begin = p * steps;
      segment<T> s{.log_probs = {ws.log_probs.data() + k * rows + begin, steps}};
      if (!sides[k]->reference.empty()) s.reference = sides[k]->reference.subspan(begin, steps);
      if (!sides[k]->mask.empty()) s.mask = sides[k]->mask.subspan(begin, steps);
      ws.segments.push_back(s);
      ws.views.push_back({ws.d_log_probs.data() + k * rows + begin, steps});
    }
    ws.pairs.push_back({.preferred = 2 * p,
                        .rejected = 2 * p + 1,
                        .label = labels.empty() ? 1.0 : labels[p],
                        .gap = gaps.empty() ? 0.0 : gaps[p]});
  }
  const evaluation out =
      evaluate_pairs(loss, preference_batch<T>{ws.segments, ws.pairs, ws.views}, ws.batch);
  if (!succeeded(out.status)) return out;
  for (std::size_t k = 0; k < 2; ++k)
    if (sides[k]->d_logits.rows() > 0)
      detail::backward_rows(*sides[k], std::span<const T>(ws.d_log_probs).subspan(k * rows, rows),
                            std::span<const double>(ws.log_z).subspan(k * rows, rows));
  return out;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_FUSED_HPP
