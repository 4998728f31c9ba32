// SPDX-License-Identifier: MIT
// Evaluates a loss on a batch: step log-probabilities in; loss, margins, accuracy and step
// gradients out.
#ifndef REALIGN_PREFERENCE_EVALUATE_HPP
#define REALIGN_PREFERENCE_EVALUATE_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// Segments, the pairs among them, and where their gradients go. Views only.
template <scalar T>
struct preference_batch {
  std::span<const segment<T>> segments;
  std::span<const preference_pair> pairs = {};
  std::span<const vector_view<T>> gradients =
      {};  ///< one per segment, as long as it; empty: forward only
};

/// What one evaluation found.
struct evaluation {
  realign::status status = realign::status::empty;
  double loss =
      0.0;  ///< mean over pairs plus regulariser; +inf when a preferred segment is impossible
  double accuracy =
      0.0;  ///< share of pairs whose better score agrees with the label; ties count one half
  double margin = 0.0;    ///< mean of (2 label - 1)(s_preferred - s_rejected)
  std::size_t empty = 0;  ///< segments without a step: they score 0, which compares nothing
  std::size_t at = 0;     ///< on failure: the segment whose score is at fault
};

/// What an evaluation needs beside its inputs, and what it says about each segment and pair. Reused
/// from batch to batch it stops allocating. Contents are undefined after a failure.
class batch_workspace {
 public:
  /// Room for a batch; allocates when it has grown.
  void resize(std::size_t segments, std::size_t pairs) {
    for (auto* v : {&scores_, &derivatives_, &likelihoods_, &coefficients_}) v->resize(segments);
    for (auto* v : {&per_pair_, &margins_}) v->resize(pairs);
  }

  /// One score per segment.
  [[nodiscard]] std::span<double> scores() noexcept { return scores_; }
  /// d loss / d score, one per segment.
  [[nodiscard]] std::span<double> derivatives() noexcept { return derivatives_; }
  /// One loss per pair, without the part that belongs to the whole batch.
  [[nodiscard]] std::span<double> per_pair() noexcept { return per_pair_; }
  /// The margin of each pair as the loss forms it, in the direction in which `preferred` wins.
  [[nodiscard]] std::span<double> margins() noexcept { return margins_; }
  /// Sums of log-probabilities and their coefficients, one per segment; written when there is a
  /// regulariser.
  [[nodiscard]] std::span<double> likelihoods() noexcept { return likelihoods_; }
  [[nodiscard]] std::span<double> coefficients() noexcept { return coefficients_; }

 private:
  std::vector<double> scores_, derivatives_, likelihoods_, coefficients_, per_pair_, margins_;
};

namespace detail {

template <scalar T>
void check_batch(const preference_batch<T>& batch, bool needs_reference) {
  check_segments(batch.segments, needs_reference);
  check_pairs(batch.pairs, batch.segments.size());
  if (batch.gradients.empty()) return;
  expects(batch.gradients.size() == batch.segments.size(), "gradients", "one view per segment",
          batch.gradients.size(), " for ", batch.segments.size(), " segments");
  for (std::size_t k = 0; k < batch.gradients.size(); ++k)
    expects(batch.gradients[k].size() == batch.segments[k].size(), "gradients",
            "one number per step", batch.gradients[k].size(), " for ", batch.segments[k].size(),
            " steps in segment ", k);
}

[[nodiscard]] inline bool all_finite(std::span<const double> x) noexcept {
  for (const double& v : x)
    if (!is_finite(v)) return false;
  return true;
}

template <scalar T>
void forward_all(const score& map, std::span<const segment<T>> segments,
                 std::span<double> s) noexcept {
  for (std::size_t k = 0; k < segments.size(); ++k) s[k] = map.forward(segments[k]);
}

template <scalar T>
void backward_all(const score& map, const preference_batch<T>& batch,
                  std::span<const double> ds) noexcept {
  for (std::size_t k = 0; k < batch.gradients.size(); ++k)
    map.backward(batch.segments[k], ds[k], batch.gradients[k]);
}

/// Why a loss or a derivative is not a number: NaN came in, or a segment is impossible.
template <scalar T>
void diagnose(const score& map, std::span<const segment<T>> segments, std::span<const double> s,
              evaluation& out) noexcept {
  out.status = status::diverged;
  out.at = segments.size();
  for (std::size_t k = 0; k < segments.size(); ++k) {
    if (is_finite(s[k])) continue;
    if (map.reads_nan(segments[k])) {
      out.status = status::diverged;
      out.at = k;
      return;
    }
    if (out.at == segments.size() || is_nan(s[k])) out.at = k;
    out.status = status::no_support;
  }
}

template <scalar T>
[[nodiscard]] std::size_t count_empty(std::span<const segment<T>> segments) noexcept {
  std::size_t n = 0;
  for (const segment<T>& s : segments) n += s.steps() == 0 ? 1U : 0U;
  return n;
}

inline void compare_with_labels(std::span<const double> s, std::span<const preference_pair> pairs,
                                evaluation& out) noexcept {
  double right = 0, margin = 0;
  for (const preference_pair& p : pairs) {
    const double sign = 2 * p.label - 1;
    const bool higher = s[p.preferred] > s[p.rejected], lower = s[p.preferred] < s[p.rejected];
    const bool agrees = sign > 0 ? higher : lower;
    const bool tied = sign == 0 || (!higher && !lower);
    right += tied ? 0.5 : (agrees ? 1.0 : 0.0);
    margin += scaled(sign, s[p.preferred] - s[p.rejected]);
  }
  out.accuracy = right / static_cast<double>(pairs.size());
  out.margin = margin / static_cast<double>(pairs.size());
}

/// Scores, loss and derivatives; false, with the reason in `out`, when one of them is undefined.
template <scalar T, objective O>
[[nodiscard]] bool differentiate(const score& map, const O& o, std::span<const segment<T>> segments,
                                 batch_workspace& ws, evaluation& out) {
  forward_all(map, segments, ws.scores());
  for (double& d : ws.derivatives()) d = 0;
  out.empty = count_empty(segments);
  out.loss = o(ws.scores(), ws.derivatives(), 1.0);
  if (!is_nan(out.loss) && all_finite(ws.derivatives())) return true;
  diagnose(map, segments, ws.scores(), out);
  return false;
}

/// Adds the regulariser to the loss and its share to each pair; its derivatives are left in
/// `ws.coefficients()`.
template <scalar T>
[[nodiscard]] bool regularise(const nll& term, const preference_batch<T>& batch,
                              batch_workspace& ws, evaluation& out) noexcept {
  forward_all(nll::score(), batch.segments, ws.likelihoods());
  term.coefficients(batch.segments, batch.pairs, ws.coefficients());
  double added = 0;
  for (std::size_t k = 0; k < batch.segments.size(); ++k)
    added += scaled(ws.coefficients()[k], ws.likelihoods()[k]);
  out.loss += added;
  for (std::size_t p = 0; p < batch.pairs.size(); ++p)
    ws.per_pair()[p] +=
        term.of_pair(batch.pairs[p], batch.segments, std::span<const double>(ws.likelihoods()));
  if (!is_nan(out.loss)) return true;
  diagnose(nll::score(), batch.segments, ws.likelihoods(), out);
  return false;
}

}  // namespace detail

/// Evaluates any objective on the scores of a group of segments: a ranking, for instance.
///
///     loss = o(s_1 .. s_K),   gradients_k[t] += dloss/ds_k * ds_k/dl_t
///
/// @param batch  segments and gradients; its pairs are not used
/// @return `ok`; `empty` without segments; `no_support` when the loss or a derivative is undefined
/// because of
///         impossible actions (both sides of a pair, or policy and reference, are -inf; a square
///         link on -inf); `diverged` when a log-probability is NaN. The gradients are untouched
///         unless `ok`. A loss of +inf with finite derivatives is `ok`: training can recover from
///         it.
/// @cost two passes over the steps and the objective; allocates only when `ws` grows
/// @throws contract_error for wrong shapes
template <scalar T, objective O>
[[nodiscard]] evaluation evaluate_group(const score& map, const O& o,
                                        const preference_batch<T>& batch, batch_workspace& ws) {
  detail::check_batch(batch, map.needs_reference());
  evaluation out;
  if (batch.segments.empty()) return out;
  ws.resize(batch.segments.size(), 0);
  if (!detail::differentiate(map, o, batch.segments, ws, out)) return out;
  detail::backward_all(map, batch, ws.derivatives());
  out.status = status::ok;
  return out;
}

/// Evaluates a loss on the pairs of a batch; a segment takes one backward pass however many pairs
/// it is in.
///
///     loss = mean over pairs of loss.objective(pair)(s_preferred, s_rejected) + regulariser
///
/// @param batch  segments (with reference if the loss needs one), pairs, gradients (empty: forward
/// only)
/// @param ws     afterwards: scores, derivatives, per-pair losses and margins
/// @return as `evaluate_group`; `empty` when there are no pairs
/// @cost O(steps + pairs), twice with a regulariser; allocates only when `ws` grows
/// @throws contract_error for wrong shapes, labels outside [0, 1], bad parameters of the loss
template <scalar T, preference_loss Loss>
[[nodiscard]] evaluation evaluate_pairs(const Loss& loss, const preference_batch<T>& batch,
                                        batch_workspace& ws) {
  detail::validate_loss(loss);
  const score map = loss.score();
  const nll regulariser = detail::regulariser_of(loss);
  detail::check_batch(batch, map.needs_reference());
  evaluation out;
  if (batch.pairs.empty()) return out;

  ws.resize(batch.segments.size(), batch.pairs.size());
  const mean_over_pairs<Loss> mean{loss, batch.pairs, ws.per_pair(), ws.margins()};
  if (!detail::differentiate(map, mean, batch.segments, ws, out)) return out;
  if (regulariser.weight > 0) {
    if (!detail::regularise(regulariser, batch, ws, out)) return out;
    detail::backward_all(nll::score(), batch, ws.coefficients());
  }
  detail::backward_all(map, batch, ws.derivatives());
  detail::compare_with_labels(ws.scores(), batch.pairs, out);
  out.status = status::ok;
  return out;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_EVALUATE_HPP
