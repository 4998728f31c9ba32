// SPDX-License-Identifier: MIT
// The dual of a decision program, as both hand-written solvers see it.
#ifndef REALIGN_BENCHMARKS_DECIDE_DUAL_HPP
#define REALIGN_BENCHMARKS_DECIDE_DUAL_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace bench {

inline constexpr std::size_t most_rows = 8;
/// One number per row.
template <class W>
using few = std::array<W, most_rows>;

/// What one pass over the choices finds under p_a proportional to base_a exp(u . features_a).
template <class W>
struct moments {
  W log_z = 0;
  few<W> mean = {};
  std::array<W, most_rows* most_rows> cov = {};  // n x n
};

/// A base and n feature rows over V choices.
template <class T>
struct tilted_rows {
  std::span<const T> base;
  std::span<const T> features;  // n x V

  [[nodiscard]] std::size_t count() const { return features.size() / base.size(); }
  [[nodiscard]] std::span<const T> row(std::size_t k) const {
    return features.subspan(k * base.size(), base.size());
  }
};

enum class welfare : unsigned char { none, chebyshev, nash };

/// The dual of a decision program at beta 1: D(x) = log sum_a base_a exp(x . r_a) + conjugate(x), r
/// = scale f + shift. The first `tied` coordinates price objectives (a simplex for Chebyshev,
/// positive for Nash); all are >= 0.
struct dual_form {
  welfare kind = welfare::none;
  std::size_t tied = 0;
  few<double> scale = {}, shift = {}, weight = {};
};

/// D with its gradient and Hessian at x, out of one pass.
struct dual_value {
  double value = 0;
  few<double> gradient = {};
  std::array<double, most_rows* most_rows> hessian = {};
};

/// @param pass  moments of the features at u
template <class Pass>
dual_value evaluate(const dual_form& form, std::size_t n, const few<double>& x, const Pass& pass) {
  few<double> u = {};
  for (std::size_t k = 0; k < n; ++k) u[k] = x[k] * form.scale[k];
  const auto m = pass(std::span<const double>(u.data(), n));
  dual_value d{.value = static_cast<double>(m.log_z)};
  for (std::size_t k = 0; k < n; ++k) {
    d.value += x[k] * form.shift[k];
    d.gradient[k] = form.scale[k] * static_cast<double>(m.mean[k]) + form.shift[k];
    for (std::size_t l = 0; l < n; ++l)
      d.hessian[k * n + l] = form.scale[k] * form.scale[l] * static_cast<double>(m.cov[k * n + l]);
    if (k >= form.tied || form.kind != welfare::nash) continue;
    const double w = form.weight[k];
    d.value += w * (std::log(w / x[k]) - 1);
    d.gradient[k] -= w / x[k];
    d.hessian[k * n + k] += w / (x[k] * x[k]);
  }
  return d;
}

[[nodiscard]] inline few<double> start(const dual_form& form) {
  few<double> x = {};
  for (std::size_t k = 0; k < form.tied; ++k)
    x[k] = form.kind == welfare::nash ? 2 * form.weight[k] : 1 / static_cast<double>(form.tied);
  return x;
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_DECIDE_DUAL_HPP
