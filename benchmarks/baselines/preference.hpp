// SPDX-License-Identifier: MIT
// Preferences between segments: contrastive preference learning on logits, and all pairs of a ranking.
#ifndef REALIGN_BENCHMARKS_BASELINES_PREFERENCE_HPP
#define REALIGN_BENCHMARKS_BASELINES_PREFERENCE_HPP

#include <cmath>
#include <cstddef>
#include <span>

#include "registry.hpp"

namespace bench {

/// 2 B segments of S steps with A choices each, the preferred segments of all B pairs first.
struct cpl_shape {
  std::size_t pairs;
  std::size_t steps;
  std::size_t choices;

  [[nodiscard]] std::size_t rows() const { return 2 * pairs * steps; }
  [[nodiscard]] std::size_t logits() const { return rows() * choices; }
};

inline constexpr double cpl_alpha = 0.1, cpl_gamma = 0.99, cpl_lambda = 0.5;

/// `cpl`: mean over the pairs of log(1 + exp(-(s+ - lambda s-))), s = alpha sum_t gamma^t log pi(a_t), and its gradient
/// in the logits.
template <class T>
struct cpl_batch {
  cpl_shape shape;
  const T* logits;
  const std::size_t* actions;
  T* loss;
  T* gradient;  ///< as the logits; written, not added to

  /// Row of step t of a segment: side 0 is preferred.
  [[nodiscard]] std::size_t row(std::size_t side, std::size_t pair, std::size_t t) const {
    return (side * shape.pairs + pair) * shape.steps + t;
  }
};

/// `all_pairs`: the same loss as the mean over all ordered pairs of a ranking, on log-probabilities of steps.
template <class T>
struct ranking {
  std::size_t segments;
  std::size_t steps;
  const T* log_probs;             ///< segments x steps
  std::span<const double> ranks;  ///< larger is better
  T* loss;
  T* gradient;
};

/// log(1 + exp(-h)), and its slope.
template <class T>
[[nodiscard]] T softplus_of_minus(T h) {
  return h > 0 ? std::log1p(std::exp(-h)) : -h + std::log1p(std::exp(h));
}
template <class T>
[[nodiscard]] T slope_of_minus(T h) {
  return -1 / (1 + std::exp(h));
}

/// CPL by way of rows: `softmax(x, n, action, p)` writes the probabilities of a row and returns the log-probability of
/// the action; `scale(factor, n, action, p)` makes factor (onehot - p) of them.
template <class T, class Softmax, class Scale>
void cpl_by_rows(const cpl_batch<T>& in, const Softmax& softmax, const Scale& scale) {
  const std::size_t n = in.shape.choices;
  T loss = 0;
  for (std::size_t b = 0; b < in.shape.pairs; ++b) {
    T s[2] = {0, 0};
    for (std::size_t side = 0; side < 2; ++side) {
      T weight = static_cast<T>(cpl_alpha);
      for (std::size_t t = 0; t < in.shape.steps; ++t, weight *= static_cast<T>(cpl_gamma)) {
        const std::size_t r = in.row(side, b, t);
        s[side] += weight * softmax(in.logits + r * n, n, in.actions[r], in.gradient + r * n);
      }
    }
    const T h = s[0] - static_cast<T>(cpl_lambda) * s[1];
    const T slope = slope_of_minus(h) / static_cast<T>(in.shape.pairs);
    loss += softplus_of_minus(h);
    for (std::size_t side = 0; side < 2; ++side) {
      T weight = static_cast<T>(cpl_alpha) * (side == 0 ? slope : -static_cast<T>(cpl_lambda) * slope);
      for (std::size_t t = 0; t < in.shape.steps; ++t, weight *= static_cast<T>(cpl_gamma)) {
        const std::size_t r = in.row(side, b, t);
        scale(weight, n, in.actions[r], in.gradient + r * n);
      }
    }
  }
  *in.loss = loss / static_cast<T>(in.shape.pairs);
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_PREFERENCE_HPP
