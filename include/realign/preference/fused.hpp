// SPDX-License-Identifier: MIT
// Fused kernel of categorical policies: logits of pairs in, loss and derivatives of the logits out.
#ifndef REALIGN_PREFERENCE_FUSED_HPP
#define REALIGN_PREFERENCE_FUSED_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/batch.hpp>
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
  matrix_view<T> d_logits = {};              ///< += the derivatives; as `logits`, or none

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
  if (side.mask.empty() && simd::all_below(side.actions, choices)) return;
  for (std::size_t i = 0; i < rows; ++i)
    expects(!side.exists(i) || simd::all_below(side.actions.subspan(i, 1), choices), "actions",
            "indices below the number of actions", side.actions[i], " in row ", i);
}

/// Room for a few pairs at a time, small enough to stay in the cache.
template <scalar T>
class categorical_part {
 public:
  template <class Side>
  void resize(const Side& preferred, const Side& rejected, std::size_t pairs, std::size_t steps) {
    pairs_ = pairs;
    steps_ = steps;
    log_probs_.resize(2 * pairs * steps);
    d_log_probs_.resize(2 * pairs * steps);
    if (!preferred.mask.empty() || !rejected.mask.empty()) chosen_.resize(2 * pairs * steps);
    for (std::size_t k = 0; k < 2; ++k) {
      const Side& side = k == 0 ? preferred : rejected;
      const std::size_t runs = side.mask.empty() ? 1 : pairs;
      kept_[k].resize(runs * room(side, pairs * steps / runs));
    }
  }
  /// Log-probabilities of the steps of segment k (0: preferred, 1: rejected) of the p-th pair, and their derivatives.
  [[nodiscard]] vector_view<T> log_probs(std::size_t k, std::size_t p) noexcept {
    return {log_probs_.data() + (k * pairs_ + p) * steps_, steps_};
  }
  [[nodiscard]] vector_view<T> d_log_probs(std::size_t k, std::size_t p) noexcept {
    return {d_log_probs_.data() + (k * pairs_ + p) * steps_, steps_};
  }

  /// Log-probabilities of pairs [first, first + n) on side k; their derivatives become 0.
  template <class Side>
  void forward(std::size_t k, const Side& side, std::size_t first, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n * steps_; ++i) d_log_probs(k, 0).data()[i] = T(0);
    if (!side.mask.empty())
      for (std::size_t i = 0, from = first * steps_; i < n * steps_; ++i)
        chosen_of(k)[i] = side.exists(from + i) ? static_cast<std::size_t>(side.actions[from + i]) : 0;
    each_run(k, side, first, n, [&](auto rows, auto chosen, std::size_t at, simd::chosen_scratch<T>& kept) {
      simd::chosen_log_probs(rows(side.logits), chosen, std::span<T>(log_probs(k, 0).data() + at, chosen.size()), kept);
      set_[k] = kept.set;
    });
  }
  /// d_logits += what the derivatives of these pairs say.
  template <class Side>
  void backward(std::size_t k, const Side& side, std::size_t first, std::size_t n) noexcept {
    if (side.d_logits.rows() == 0) return;
    each_run(k, side, first, n, [&](auto rows, auto chosen, std::size_t at, const simd::chosen_scratch<T>& kept) {
      simd::add_chosen_gradients(rows(side.logits), chosen,
                                 std::span<const T>(d_log_probs(k, 0).data() + at, chosen.size()), kept,
                                 rows(side.d_logits));
    });
  }

 private:
  template <class Side>
  [[nodiscard]] static std::size_t room(const Side& side, std::size_t rows) noexcept {
    return simd::chosen_scratch<T>::size(rows, side.logits.cols());
  }
  [[nodiscard]] std::size_t* chosen_of(std::size_t k) noexcept { return chosen_.data() + k * pairs_ * steps_; }

  /// All rows in one run; with a mask, for each segment those from its first step to its last.
  template <class Side, class F>
  void each_run(std::size_t k, const Side& side, std::size_t first, std::size_t n, const F& f) noexcept {
    const auto run = [&](auto chosen, std::size_t at, std::size_t length, std::size_t room_before) {
      const auto rows = [&](auto m) {
        const auto from = static_cast<std::ptrdiff_t>(first * steps_ + at);
        return decltype(m)(m.data() + from * m.row_stride(), length, m.cols(), m.row_stride(), m.col_stride());
      };
      simd::chosen_scratch<T> kept{std::span<T>(kept_[k]).subspan(room_before), set_[k]};
      f(rows, chosen.subspan(at, length), at, kept);
    };
    if (side.mask.empty()) return run(side.actions.subspan(first * steps_, n * steps_), 0, n * steps_, 0);
    for (std::size_t p = 0; p < n; ++p) {
      const auto mask = side.mask.subspan((first + p) * steps_, steps_);
      std::size_t begin = 0, end = steps_;
      while (begin < end && mask[begin] == 0) ++begin;
      while (begin < end && mask[end - 1] == 0) --end;
      if (begin == end) continue;
      run(std::span<const std::size_t>(chosen_of(k), n * steps_), p * steps_ + begin, end - begin,
          p * room(side, steps_));
    }
  }

  std::size_t pairs_ = 0, steps_ = 0;
  std::vector<T> log_probs_, d_log_probs_;  // of both sides, one behind the other
  std::vector<std::size_t> chosen_;         // the same; of masked sides only, with 0 under the mask
  std::vector<T> kept_[2];
  simd::isa set_[2] = {};
};

/// So many pairs that their logits, and what is made of them, stay in the first level of the cache.
template <scalar T>
[[nodiscard]] std::size_t pairs_at_a_time(std::size_t steps, std::size_t choices) noexcept {
  constexpr std::size_t bytes = 16384;
  const std::size_t pair = 2 * steps * choices * sizeof(T);
  return pair == 0 || pair >= bytes ? 1 : bytes / pair;
}

}  // namespace detail

/// What `evaluate_categorical` keeps between its passes; reused it stops allocating.
template <scalar T>
struct categorical_workspace {
  batch_workspace batch;
  std::vector<segment<T>> segments;
  std::vector<vector_view<T>> views;
  std::vector<preference_pair> pairs;
  detail::categorical_part<T> part;
};

/// Evaluates a loss on pairs of categorical segments, from the logits to their derivatives.
///
/// Pairs are taken a few at a time, forward and back while their logits are in the cache: a batch is read from memory
/// once. Therefore, other than in `evaluate_pairs`, a pair whose loss or derivatives are undefined does not keep the
/// others from theirs.
///
/// @param pairs, steps  both sides have pairs * steps rows; shorter segments are masked
/// @param labels, gaps  one per pair, see `preference_pair`; empty: 1 and 0
/// @return as `evaluate_pairs`, where segment 2p is the preferred one of pair p and 2p + 1 the rejected one. Unless
///         `ok`, pairs at fault have added nothing to the derivatives, and all others what they add anyway; `at` is of
///         the first at fault, NaN before impossible actions
/// @cost one pass over the logits forward and one, from the cache, back; allocates only when `ws` grows
/// @throws contract_error for wrong shapes, labels outside [0, 1], bad parameters of the loss
template <scalar T, simd::choice_index Index, preference_loss Loss>
[[nodiscard]] evaluation evaluate_categorical(const Loss& loss, std::size_t pairs, std::size_t steps,
                                              const categorical_side<T, Index>& preferred,
                                              const categorical_side<T, Index>& rejected,
                                              categorical_workspace<T>& ws, std::span<const double> labels = {},
                                              std::span<const double> gaps = {}) {
  detail::validate_loss(loss);
  const categorical_side<T, Index>* sides[2] = {&preferred, &rejected};
  expects(labels.empty() || labels.size() == pairs, "labels", "one per pair, or none", labels.size());
  expects(gaps.empty() || gaps.size() == pairs, "gaps", "one per pair, or none", gaps.size());
  for (const auto* side : sides) detail::check_side(*side, pairs * steps, loss.score().needs_reference());
  if (pairs == 0) return {};

  const std::size_t together = detail::pairs_at_a_time<T>(steps, preferred.logits.cols());
  detail::categorical_part<T>& part = ws.part;
  part.resize(preferred, rejected, together, steps);
  ws.segments.resize(2 * pairs);
  ws.views.resize(2 * pairs);
  ws.pairs.resize(pairs);
  for (std::size_t p = 0; p < pairs; ++p) {
    for (std::size_t k = 0; k < 2; ++k) {
      const auto rows = [&](auto all) { return all.empty() ? all : all.subspan(p * steps, steps); };
      ws.segments[2 * p + k] = {part.log_probs(k, p % together), rows(sides[k]->reference), rows(sides[k]->mask)};
      ws.views[2 * p + k] = part.d_log_probs(k, p % together);
    }
    ws.pairs[p] = {.preferred = 2 * p,
                   .rejected = 2 * p + 1,
                   .label = labels.empty() ? 1.0 : labels[p],
                   .gap = gaps.empty() ? 0.0 : gaps[p]};
  }
  const detail::pair_evaluation<T, Loss> run(loss, preference_batch<T>{ws.segments, ws.pairs, ws.views}, ws.batch);

  evaluation out;
  out.status = status::ok;
  for (std::size_t p = 0; p < pairs; p += together) {
    const std::size_t n = pairs - p < together ? pairs - p : together;
    for (std::size_t k = 0; k < 2; ++k) part.forward(k, *sides[k], p, n);
    run.compare({2 * p, 2 * n, p, n});
    run.drop_faults({2 * p, 2 * n, p, n}, out);
    run.backward({2 * p, 2 * n, p, n});
    for (std::size_t k = 0; k < 2; ++k) part.backward(k, *sides[k], p, n);
  }
  run.conclude(out);
  if (out.status == status::ok && is_nan(out.loss)) {  // losses of opposite infinities
    out.status = status::no_support;
    while (out.at + 1 < 2 * pairs && is_finite(ws.batch.scores()[out.at])) ++out.at;
  }
  return out;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_FUSED_HPP
