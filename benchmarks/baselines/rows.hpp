// SPDX-License-Identifier: MIT
// Rows of logits: normalised one by one, or combined into one row.
#ifndef REALIGN_BENCHMARKS_BASELINES_ROWS_HPP
#define REALIGN_BENCHMARKS_BASELINES_ROWS_HPP

#include <cstddef>
#include <span>

#include "registry.hpp"

namespace bench {

/// Kernels over this problem, and what they write:
///
/// | log_sum_exp | one number per row |
/// | log_softmax | all rows |
/// | arithmetic_probs, arithmetic_log_probs | one row: the mean of the rows' softmax under the weights |
/// | geometric_log_probs | one row: log softmax of the weighted sum of the rows |
/// | geometric_log_z | its log-normaliser alone |
template <class T>
struct rows {
  const T* logits;  ///< sets x count x choices
  std::size_t count;
  std::size_t choices;
  std::size_t sets;
  std::span<const double> weights;         ///< one per row; positive, sum 1
  std::span<const unsigned char> allowed;  ///< one per choice, or none: all
  T* out;

  [[nodiscard]] const T* row(std::size_t set, std::size_t i) const {
    return logits + (set * count + i) * choices;
  }
  [[nodiscard]] T weight(std::size_t i) const { return static_cast<T>(weights[i]); }
  [[nodiscard]] bool possible(std::size_t a) const { return allowed.empty() || allowed[a] != 0; }
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_ROWS_HPP
