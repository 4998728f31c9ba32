// SPDX-License-Identifier: MIT
// Rows of logits: normalised one by one, or combined into one row.
#ifndef REALIGN_BENCHMARKS_BASELINES_ROWS_HPP
#define REALIGN_BENCHMARKS_BASELINES_ROWS_HPP

#include <cstddef>
#include <random>
#include <span>

#include "registry.hpp"

namespace bench {

/// Kernels over this problem, and what they write:
///
/// | log_sum_exp | one number: of the first row |
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

/// `draw_row` draws from softmax of the first row, `draw_arithmetic` and `draw_geometric` from the mixes. `out` is room
/// for one row.
template <class T>
struct draws : rows<T> {
  std::size_t* choice;
};

/// What contenders draw with.
class uniform_numbers {
 public:
  double operator()() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

 private:
  std::mt19937_64 engine_{1};
};

/// A policy, by weight.
template <class T>
std::size_t draw_policy(const draws<T>& in, uniform_numbers& u) {
  double left = u();
  std::size_t i = 0;
  while (i + 1 < in.count && (left -= in.weights[i]) >= 0) ++i;
  return i;
}

/// The choice at which the running sum of e exceeds `target`.
template <class T>
std::size_t walk(const T* e, std::size_t n, T target) {
  T sum = 0;
  for (std::size_t a = 0; a < n; ++a)
    if ((sum += e[a]) > target) return a;
  return n - 1;
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_ROWS_HPP
