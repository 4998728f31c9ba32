// SPDX-License-Identifier: MIT
// The steps of an evaluation: scores, losses and derivatives of segments and pairs, all at once or some at a time.
#ifndef REALIGN_PREFERENCE_DETAIL_PAIR_EVALUATION_HPP
#define REALIGN_PREFERENCE_DETAIL_PAIR_EVALUATION_HPP

#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/preference/batch.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0::detail {

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

/// Of faults that were found one after the other: the first NaN, or else the first impossible action.
inline void keep_worse(const evaluation& found, evaluation& out) noexcept {
  const bool worse = out.status == status::no_support && found.status == status::diverged;
  if (found.status == status::ok || !(out.status == status::ok || worse)) return;
  out.status = found.status;
  out.at = found.at;
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

/// A run of segments of a batch and a run of its pairs, which are among these segments.
struct batch_part {
  std::size_t segment, segments, pair, pairs;

  template <class X>
  [[nodiscard]] constexpr std::span<X> of_segments(std::span<X> x) const noexcept {
    return x.subspan(segment, segments);
  }
  template <class X>
  [[nodiscard]] constexpr std::span<X> of_pairs(std::span<X> x) const noexcept {
    return x.subspan(pair, pairs);
  }
};

/// A loss on a batch, part by part in any order: `compare` the pairs of a part, go `backward` where they are `sound`,
/// and `conclude` when all are done. Different parts may be on different threads when they share no segment.
template <scalar T, preference_loss Loss>
class pair_evaluation {
 public:
  /// Checks everything, and reads everything but the log-probabilities.
  pair_evaluation(const Loss& loss, const preference_batch<T>& batch, batch_workspace& ws)
      : loss_(loss), map_(loss.score()), regulariser_(regulariser_of(loss)), batch_(batch), ws_(ws) {
    check_batch(batch, map_.needs_reference());
    ws.resize(batch.segments.size(), batch.pairs.size());
    if (regularised()) regulariser_.coefficients(batch.segments, batch.pairs, ws.coefficients());
  }

  [[nodiscard]] batch_part whole() const noexcept { return {0, batch_.segments.size(), 0, batch_.pairs.size()}; }

  /// Scores of the segments and their likelihoods, losses and margins of the pairs, derivatives in the scores.
  void compare(const batch_part& part) const {
    const auto segments = part.of_segments(batch_.segments);
    forward_all(map_, segments, part.of_segments(ws_.scores()));
    if (regularised()) forward_all(nll::score(), segments, part.of_segments(ws_.likelihoods()));
    for (double& d : part.of_segments(ws_.derivatives())) d = 0;
    const mean_over_pairs<Loss> mean{loss_, part.of_pairs(batch_.pairs), part.of_pairs(ws_.per_pair()),
                                     part.of_pairs(ws_.margins()), batch_.pairs.size()};
    static_cast<void>(mean(ws_.scores(), ws_.derivatives(), 1.0));
  }
  /// False, with the reason in `out`, when the sum of losses or a derivative is undefined.
  [[nodiscard]] bool sound(const batch_part& part, evaluation& out) const noexcept {
    double loss = 0;
    for (const double& l : part.of_pairs(ws_.per_pair())) loss += l;
    const auto segments = part.of_segments(batch_.segments);
    if (is_nan(loss) || !all_finite(part.of_segments(ws_.derivatives())))
      diagnose(map_, segments, part.of_segments(ws_.scores()), out);
    else if (regularised() && is_nan(loss + added(part)))
      diagnose(nll::score(), segments, part.of_segments(ws_.likelihoods()), out);
    else
      return true;
    out.at += part.segment;
    return false;
  }
  /// For parts in which segments 2p and 2p + 1 belong to pair p alone: leaves the derivatives of pairs
  /// at fault zero, and what is worst in `out`, whose status was `ok`.
  void drop_faults(const batch_part& part, evaluation& out) const noexcept {
    if (evaluation found; sound(part, found)) return;
    for (std::size_t p = part.pair; p < part.pair + part.pairs; ++p) {
      const batch_part one{2 * p, 2, p, 1};
      evaluation found;
      if (sound(one, found)) continue;
      for (double& d : one.of_segments(ws_.derivatives())) d = 0;
      for (double& c : one.of_segments(ws_.coefficients())) c = 0;
      keep_worse(found, out);
    }
  }
  /// The steps' derivatives.
  void backward(const batch_part& part) const noexcept {
    if (batch_.gradients.empty()) return;
    const preference_batch<T> some{part.of_segments(batch_.segments), {}, part.of_segments(batch_.gradients)};
    if (regularised()) backward_all(nll::score(), some, part.of_segments(ws_.coefficients()));
    backward_all(map_, some, part.of_segments(ws_.derivatives()));
  }
  /// The loss of the batch, and what goes with it.
  void conclude(evaluation& out) const noexcept {
    const auto& pairs = batch_.pairs;
    out.empty = count_empty(batch_.segments);
    out.loss = 0;
    for (const double& l : ws_.per_pair()) out.loss += l;
    out.loss /= static_cast<double>(pairs.size());
    compare_with_labels(ws_.scores(), pairs, out);
    if (!regularised()) return;
    out.loss += added(whole());
    for (std::size_t p = 0; p < pairs.size(); ++p)
      ws_.per_pair()[p] +=
          regulariser_.of_pair(pairs[p], batch_.segments, std::span<const double>(ws_.likelihoods()));
  }

 private:
  [[nodiscard]] bool regularised() const noexcept { return regulariser_.weight > 0; }
  /// What the regulariser adds to the loss.
  [[nodiscard]] double added(const batch_part& part) const noexcept {
    double sum = 0;
    for (std::size_t k = part.segment; k < part.segment + part.segments; ++k)
      sum += scaled(ws_.coefficients()[k], ws_.likelihoods()[k]);
    return sum;
  }

  const Loss& loss_;
  realign::score map_;
  nll regulariser_;
  preference_batch<T> batch_;
  batch_workspace& ws_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_PAIR_EVALUATION_HPP
