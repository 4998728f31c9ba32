// SPDX-License-Identifier: MIT
// Rows tilted by a few features, and decision programs in the form that hand-written solvers take.
#ifndef REALIGN_BENCHMARKS_BASELINES_DECIDE_HPP
#define REALIGN_BENCHMARKS_BASELINES_DECIDE_HPP

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

#include "registry.hpp"

namespace bench {

inline constexpr std::size_t most_rows = 8;
/// One number per row.
template <class W>
using few = std::array<W, most_rows>;

/// A base and n feature rows over V choices.
template <class T>
struct tilted_rows {
  std::span<const T> base;
  std::span<const T> features;  // n x V

  [[nodiscard]] std::size_t choices() const { return base.size(); }
  [[nodiscard]] std::size_t count() const { return features.size() / base.size(); }
  [[nodiscard]] const T* row(std::size_t k) const { return features.data() + k * base.size(); }
};

/// What one pass over the choices finds under p_a proportional to base_a exp(u . features_a).
template <class W>
struct moments {
  W log_z = 0;
  few<W> mean = {};
  std::array<W, most_rows* most_rows> cov = {};  // n x n
};

/// What sums are carried in.
template <class T>
using sum_type = std::conditional_t<std::is_same_v<T, float>, double, T>;

/// `tilt_moments`: the moments at u. `tilt_probs`: the distribution at u.
template <class T>
struct tilt {
  tilted_rows<T> rows;
  std::span<const double> u;
  sum_type<T>* moments;  ///< log Z, means, covariance n x n
  T* probs;              ///< V
};

enum class welfare : unsigned char { none, chebyshev, nash };

/// The dual of a decision program at beta 1: D(x) = log sum_a base_a exp(x . r_a) + conjugate(x), with r = scale f +
/// shift. The first `tied` coordinates price objectives (a simplex for Chebyshev, positive for Nash); all are >= 0.
struct dual_form {
  welfare kind = welfare::none;
  std::size_t tied = 0;
  few<double> scale = {}, shift = {}, weight = {};
};

/// `kl_projection`, `chebyshev`, `nash`: the optimal distribution of a program.
template <class T>
struct program {
  tilted_rows<T> rows;  ///< prior; objectives, then costs
  dual_form form;
  std::span<const double> weights;  ///< of the objectives
  std::span<const double> anchors;  ///< their reference point (Chebyshev), or disagreement point (Nash)
  std::span<const double> budgets;  ///< of the costs
  T* probs;
  std::size_t* passes;  ///< over the choices, counted by the solver
};

/// `infeasible`: two budgets that clash; found are the least violation and the first entry of its proof.
template <class T>
struct clash {
  tilted_rows<T> costs;
  std::span<const double> budgets;
  double* found;
  std::size_t* passes;
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_DECIDE_HPP
