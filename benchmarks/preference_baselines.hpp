// SPDX-License-Identifier: MIT
// What one would write instead of the preference losses: plain loops, and Eigen array expressions.
#ifndef REALIGN_BENCHMARKS_PREFERENCE_BASELINES_HPP
#define REALIGN_BENCHMARKS_PREFERENCE_BASELINES_HPP

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <span>

#include "mix_baselines.hpp"

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

/// log(1 + exp(-h)), and its slope.
template <class T>
[[nodiscard]] T softplus_of_minus(T h) {
  return h > 0 ? std::log1p(std::exp(-h)) : -h + std::log1p(std::exp(h));
}
template <class T>
[[nodiscard]] T slope_of_minus(T h) {
  return -1 / (1 + std::exp(h));
}

namespace detail {

/// CPL on logits: `softmax(row, action, p)` writes the probabilities of a row and returns the
/// log-probability of the action; `scale(factor, action, p)` makes factor (onehot - p) of them.
template <class T, class Softmax, class Scale>
T cpl(const cpl_shape& shape, std::span<const T> logits, std::span<const std::size_t> actions,
      std::span<T> gradient, const Softmax& softmax, const Scale& scale) {
  T loss = 0;
  const auto row_of = [&](std::size_t side, std::size_t b, std::size_t t) {
    return (side * shape.pairs + b) * shape.steps + t;
  };
  for (std::size_t b = 0; b < shape.pairs; ++b) {
    T s[2] = {0, 0};
    for (std::size_t side = 0; side < 2; ++side) {
      T weight = static_cast<T>(cpl_alpha);
      for (std::size_t t = 0; t < shape.steps; ++t, weight *= static_cast<T>(cpl_gamma)) {
        const std::size_t r = row_of(side, b, t);
        s[side] += weight * softmax(logits.subspan(r * shape.choices, shape.choices), actions[r],
                                    gradient.subspan(r * shape.choices, shape.choices));
      }
    }
    const T h = s[0] - static_cast<T>(cpl_lambda) * s[1];
    const T slope = slope_of_minus(h) / static_cast<T>(shape.pairs);
    loss += softplus_of_minus(h);
    for (std::size_t side = 0; side < 2; ++side) {
      T weight =
          static_cast<T>(cpl_alpha) * (side == 0 ? slope : -static_cast<T>(cpl_lambda) * slope);
      for (std::size_t t = 0; t < shape.steps; ++t, weight *= static_cast<T>(cpl_gamma)) {
        const std::size_t r = row_of(side, b, t);
        scale(weight, actions[r], gradient.subspan(r * shape.choices, shape.choices));
      }
    }
  }
  return loss / static_cast<T>(shape.pairs);
}

}  // namespace detail

namespace loop {

/// Loss of CPL; writes its gradient in the logits.
template <class T>
T cpl(const cpl_shape& shape, std::span<const T> logits, std::span<const std::size_t> actions,
      std::span<T> gradient) {
  const auto softmax = [](std::span<const T> x, std::size_t action, std::span<T> p) {
    T top = x[0], sum = 0;
    for (const T v : x) top = v > top ? v : top;
    for (std::size_t a = 0; a < x.size(); ++a) {
      p[a] = std::exp(x[a] - top);
      sum += p[a];
    }
    for (T& v : p) v /= sum;
    return x[action] - top - std::log(sum);
  };
  const auto scale = [](T factor, std::size_t action, std::span<T> p) {
    for (T& v : p) v *= -factor;
    p[action] += factor;
  };
  return detail::cpl(shape, logits, actions, gradient, softmax, scale);
}

/// Mean over all ordered pairs of K segments of S steps; writes the gradient in the steps.
template <class T>
T all_pairs(std::size_t segments, std::size_t steps, std::span<const T> log_probs,
            std::span<const double> ranks, std::span<T> gradient, std::span<T> scores,
            std::span<T> slopes) {
  for (std::size_t k = 0; k < segments; ++k) {
    scores[k] = slopes[k] = 0;
    T weight = static_cast<T>(cpl_alpha);
    for (std::size_t t = 0; t < steps; ++t, weight *= static_cast<T>(cpl_gamma))
      scores[k] += weight * log_probs[k * steps + t];
  }
  T loss = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < segments; ++i)
    for (std::size_t j = 0; j < segments; ++j) {
      if (!(ranks[i] > ranks[j])) continue;
      const T h = scores[i] - static_cast<T>(cpl_lambda) * scores[j];
      const T slope = slope_of_minus(h);
      loss += softplus_of_minus(h);
      slopes[i] += slope;
      slopes[j] -= static_cast<T>(cpl_lambda) * slope;
      ++count;
    }
  for (std::size_t k = 0; k < segments; ++k) {
    T weight = static_cast<T>(cpl_alpha) * slopes[k] / static_cast<T>(count);
    for (std::size_t t = 0; t < steps; ++t, weight *= static_cast<T>(cpl_gamma))
      gradient[k * steps + t] = weight;
  }
  return loss / static_cast<T>(count);
}

}  // namespace loop

namespace eigen {

template <class T>
T cpl(const cpl_shape& shape, std::span<const T> logits, std::span<const std::size_t> actions,
      std::span<T> gradient) {
  const auto softmax = [](std::span<const T> row, std::size_t action, std::span<T> out) {
    const const_map<T> x = see(row);
    map<T> p = see_out(out);
    const T top = x.maxCoeff();
    p = (x - top).exp();
    const T sum = p.sum();
    p /= sum;
    return row[action] - top - std::log(sum);
  };
  const auto scale = [](T factor, std::size_t action, std::span<T> p) {
    see_out(p) *= -factor;
    p[action] += factor;
  };
  return bench::detail::cpl(shape, logits, actions, gradient, softmax, scale);
}

/// One row of the matrix of margins at a time.
template <class T>
T all_pairs(std::size_t segments, std::size_t steps, std::span<const T> log_probs,
            std::span<const double> ranks, std::span<T> gradient, std::span<T> scores,
            std::span<T> slopes) {
  using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto k = static_cast<Eigen::Index>(segments), n = static_cast<Eigen::Index>(steps);
  Eigen::Matrix<T, Eigen::Dynamic, 1> discount(n);
  T weight = static_cast<T>(cpl_alpha);
  for (Eigen::Index t = 0; t < n; ++t, weight *= static_cast<T>(cpl_gamma)) discount[t] = weight;

  map<T> s = see_out(scores), ds = see_out(slopes);
  s.matrix().noalias() = Eigen::Map<const matrix>(log_probs.data(), k, n) * discount;
  ds.setZero();
  const array<T> rank = see(ranks).template cast<T>();
  array<T> h(k), worse(k), slope(k);
  T loss = 0, count = 0;
  for (Eigen::Index i = 0; i < k; ++i) {
    h = s[i] - static_cast<T>(cpl_lambda) * s;
    worse = (rank < rank[i]).template cast<T>();
    slope = -worse / (T(1) + h.exp());
    loss += (worse * ((T(1) + (-h.abs()).exp()).log() + (-h).max(T(0)))).sum();
    ds[i] += slope.sum();
    ds -= static_cast<T>(cpl_lambda) * slope;
    count += worse.sum();
  }
  Eigen::Map<matrix>(gradient.data(), k, n).noalias() =
      (ds / count).matrix() * discount.transpose();
  return loss / count;
}

}  // namespace eigen
}  // namespace bench

#endif  // REALIGN_BENCHMARKS_PREFERENCE_BASELINES_HPP
