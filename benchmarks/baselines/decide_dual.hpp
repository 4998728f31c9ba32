// SPDX-License-Identifier: MIT
// The dual of a decision program and Newton's method on it, for whoever can take the moments of tilted rows.
#ifndef REALIGN_BENCHMARKS_BASELINES_DECIDE_DUAL_HPP
#define REALIGN_BENCHMARKS_BASELINES_DECIDE_DUAL_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "decide.hpp"

namespace bench {

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

/// Newton's direction over the coordinates that are free to move; ties keep their sum.
few<double> newton_direction(const dual_form& form, std::size_t n, const few<double>& x, const dual_value& d);

/// Projected Newton with backtracking; every evaluation is one pass.
template <class T, class Pass>
few<double> newton(const dual_form& form, std::size_t n, Pass&& pass) {
  const double enough = std::is_same_v<T, float> ? 1e-8 : 1e-12;
  const double noise = std::is_same_v<T, float> ? 1e-6 : 1e-15;
  few<double> x = start(form);
  dual_value d = evaluate(form, n, x, pass);
  for (int turn = 0; turn < 60; ++turn) {
    const few<double> s = newton_direction(form, n, x, d);
    double slope = 0, length = 1;
    for (std::size_t k = 0; k < n; ++k) {
      slope += d.gradient[k] * s[k];
      const double reach = form.kind == welfare::nash && k < form.tied ? 0.99 : 1.0;
      if (s[k] < 0) length = (std::min)(length, -reach * x[k] / s[k]);
    }
    few<double> next = x;
    const auto move = [&](double t) {
      for (std::size_t k = 0; k < n; ++k) next[k] = (std::max)(x[k] + t * s[k], 0.0);
    };
    move(length);
    if (-slope <= enough) return next;
    dual_value there = evaluate(form, n, next, pass);
    while (length > 1e-9 &&
           !(there.value <= d.value + 1e-4 * length * slope + noise * (1 + std::abs(d.value)))) {
      length /= 2;
      move(length);
      there = evaluate(form, n, next, pass);
    }
    x = next;
    d = there;
  }
  return x;
}

/// The features' coefficients at a point of the dual.
inline few<double> tilt_at(const dual_form& form, few<double> x) {
  for (std::size_t k = 0; k < most_rows; ++k) x[k] *= form.scale[k];
  return x;
}

/// Writes moments where a tilt problem wants them.
template <class T, class W>
void list(const moments<W>& m, const tilt<T>& to) {
  const std::size_t n = to.u.size();
  auto* out = to.moments;
  *out++ = static_cast<sum_type<T>>(m.log_z);
  for (std::size_t k = 0; k < n; ++k) *out++ = static_cast<sum_type<T>>(m.mean[k]);
  for (std::size_t k = 0; k < n * n; ++k) *out++ = static_cast<sum_type<T>>(m.cov[k]);
}

// A contender with vectors brings a pass over tilted rows: made of the rows, called with u it returns moments, and
// `emit(u, probs)` writes the distribution. These make actions of it.

template <class Pass, class T>
action moments_by(const tilt<T>& problem) {
  return [problem, pass = Pass(problem.rows)](std::size_t) mutable { list(pass(problem.u), problem); };
}

template <class Pass, class T>
action newton_by(const program<T>& problem) {
  return [problem, pass = Pass(problem.rows)](std::size_t) mutable {
    const std::size_t n = problem.rows.count();
    *problem.passes = 0;
    const few<double> x = newton<T>(problem.form, n, [&](std::span<const double> u) {
      ++*problem.passes;
      return pass(u);
    });
    const few<double> u = tilt_at(problem.form, x);
    pass.emit(std::span<const double>(u.data(), n), problem.probs);
  };
}

template <class Pass, class T>
void offer_decisions(const char* name) {
  offer<tilt<T>>("tilt_moments", name, moments_by<Pass, T>, plain);
  for (const char* kernel : {"kl_projection", "chebyshev", "nash"})
    offer<program<T>>(kernel, name, newton_by<Pass, T>, plain);
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_DECIDE_DUAL_HPP
