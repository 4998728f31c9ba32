// SPDX-License-Identifier: MIT
// What one would write instead of the decision program with Eigen: Newton's method on the dual.
#ifndef REALIGN_BENCHMARKS_DECIDE_NEWTON_HPP
#define REALIGN_BENCHMARKS_DECIDE_NEWTON_HPP

#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include "decide_dual.hpp"
#include "mix_baselines.hpp"

namespace bench {

/// Array expressions in the type of the rows.
namespace eigen {

template <class T>
struct tilt {
  using matrix = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  array<T> e = {};
  matrix weighted = {};

  /// Fills `e` with exp(score - top); returns top.
  T exponentials(const tilted_rows<T>& rows, std::span<const double> u) {
    e = see(rows.base);
    for (std::size_t k = 0; k < u.size(); ++k) e += static_cast<T>(u[k]) * see(rows.row(k));
    const T top = e.maxCoeff();
    e = (e - top).exp();
    return top;
  }
  moments<T> operator()(const tilted_rows<T>& rows, std::span<const double> u) {
    const auto n = static_cast<Eigen::Index>(u.size()),
               v = static_cast<Eigen::Index>(rows.base.size());
    const Eigen::Map<const matrix> f(rows.features.data(), n, v);
    const T top = exponentials(rows, u);
    const T z = e.sum();
    weighted = f.rowwise() * e.transpose();
    const Eigen::Array<T, Eigen::Dynamic, 1, 0, most_rows, 1> mean = weighted.rowwise().sum() / z;
    moments<T> m;
    m.log_z = top + std::log(z);
    for (Eigen::Index k = 0; k < n; ++k) {
      m.mean[static_cast<std::size_t>(k)] = mean[k];
      for (Eigen::Index l = 0; l < n; ++l)
        m.cov[static_cast<std::size_t>(k * n + l)] =
            weighted.row(k).matrix().dot(f.row(l).matrix()) / z - mean[k] * mean[l];
    }
    return m;
  }
  void emit(const tilted_rows<T>& rows, std::span<const double> u, std::span<T> probs) {
    exponentials(rows, u);
    see_out(probs) = e / e.sum();
  }
};

/// Newton's direction over the coordinates that are free to move; ties keep their sum.
inline few<double> newton_direction(const dual_form& form, std::size_t n, const few<double>& x,
                                    const dual_value& d) {
  using small =
      Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most_rows + 1, most_rows + 1>;
  using column = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most_rows + 1, 1>;
  const bool simplex = form.kind == welfare::chebyshev;
  double price = 0;
  if (simplex)
    for (std::size_t k = 0; k < form.tied; ++k) price += x[k] * d.gradient[k];
  std::array<bool, most_rows> fixed = {};
  for (std::size_t k = 0; k < n; ++k)
    fixed[k] = !(x[k] > 0) && d.gradient[k] - (simplex && k < form.tied ? price : 0.0) >= 0;
  few<double> s = {};
  for (bool again = true; again;) {
    again = false;
    std::array<std::size_t, most_rows> free = {};
    std::size_t count = 0;
    for (std::size_t k = 0; k < n; ++k)
      if (!fixed[k]) free[count++] = k;
    const auto f = static_cast<Eigen::Index>(count);
    small kkt = small::Zero(f + (simplex ? 1 : 0), f + (simplex ? 1 : 0));
    column right = column::Zero(kkt.rows());
    for (Eigen::Index i = 0; i < f; ++i) {
      const std::size_t k = free[static_cast<std::size_t>(i)];
      for (Eigen::Index j = 0; j < f; ++j)
        kkt(i, j) = d.hessian[k * n + free[static_cast<std::size_t>(j)]];
      kkt(i, i) += 1e-12 * (1 + kkt(i, i));
      if (simplex && k < form.tied) kkt(i, f) = kkt(f, i) = 1;
      right[i] = -d.gradient[k];
    }
    const column solved = kkt.partialPivLu().solve(right);
    s = {};
    for (Eigen::Index i = 0; i < f; ++i) {
      const std::size_t k = free[static_cast<std::size_t>(i)];
      s[k] = solved[i];
      if (!(x[k] > 0) && s[k] < 0) again = fixed[k] = true;
    }
  }
  return s;
}

/// Projected Newton with backtracking; every evaluation is one pass.
template <class T>
few<double> newton(const tilted_rows<T>& rows, const dual_form& form, tilt<T>& pass,
                   std::size_t& passes) {
  const std::size_t n = rows.count();
  const double enough = std::is_same_v<T, float> ? 1e-8 : 1e-12;
  const double noise = std::is_same_v<T, float> ? 1e-6 : 1e-15;
  const auto at = [&](const few<double>& x) {
    ++passes;
    return evaluate(form, n, x, [&](std::span<const double> u) { return pass(rows, u); });
  };
  few<double> x = start(form);
  dual_value d = at(x);
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
    dual_value there = at(next);
    while (length > 1e-9 &&
           !(there.value <= d.value + 1e-4 * length * slope + noise * (1 + std::abs(d.value)))) {
      length /= 2;
      move(length);
      there = at(next);
    }
    x = next;
    d = there;
  }
  return x;
}

/// Cutting planes: the next y is where the last rising and the last falling line meet.
template <class T>
std::array<double, 2> clash(const tilted_rows<T>& costs, std::span<const double> budgets,
                            std::size_t& passes) {
  const auto first = see(costs.row(0)) - static_cast<T>(budgets[0]);
  const auto second = see(costs.row(1)) - static_cast<T>(budgets[1]);
  double low = 0, high = 1;  // where they were taken
  double low_value = 0, low_slope = 0, high_value = 0, high_slope = 0;
  const auto line = [&](double y, double& value, double& slope) {
    Eigen::Index a = 0;
    value = static_cast<double>(
        (static_cast<T>(y) * first + static_cast<T>(1 - y) * second).minCoeff(&a));
    slope = static_cast<double>(first[a]) - static_cast<double>(second[a]);
    ++passes;
  };
  line(low, low_value, low_slope);
  if (low_slope <= 0) return {low_value, low};
  line(high, high_value, high_slope);
  if (high_slope >= 0) return {high_value, high};
  for (int k = 0; k < 50; ++k) {
    const double y =
        (high_value - low_value - high_slope * high + low_slope * low) / (low_slope - high_slope);
    const double bound = low_value + low_slope * (y - low);
    double value = 0, slope = 0;
    line(y, value, slope);
    if (!(bound - value > 4 * static_cast<double>(std::numeric_limits<T>::epsilon())))
      return {value, y};
    if (slope > 0) {
      low = y;
      low_value = value;
      low_slope = slope;
    } else {
      high = y;
      high_value = value;
      high_slope = slope;
    }
  }
  return {low_value, low};
}

}  // namespace eigen
}  // namespace bench

#endif  // REALIGN_BENCHMARKS_DECIDE_NEWTON_HPP
