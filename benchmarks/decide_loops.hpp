// SPDX-License-Identifier: MIT
// What one would write instead of the decision program in plain loops: bisection and projected
// gradients.
#ifndef REALIGN_BENCHMARKS_DECIDE_LOOPS_HPP
#define REALIGN_BENCHMARKS_DECIDE_LOOPS_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include "decide_dual.hpp"

namespace bench {

/// Plain loops: sums in double (or wider), all else in the type of the rows.
namespace loop {

template <class T>
using sum_type = std::conditional_t<std::is_same_v<T, float>, double, T>;

template <class T>
T score(const tilted_rows<T>& rows, std::span<const T> u, std::size_t a) {
  T s = rows.base[a];
  for (std::size_t k = 0; k < u.size(); ++k) s += u[k] * rows.features[k * rows.base.size() + a];
  return s;
}

template <class T>
moments<sum_type<T>> tilt(const tilted_rows<T>& rows, std::span<const double> tilt,
                          bool second = true) {
  using W = sum_type<T>;
  const std::size_t n = tilt.size(), v = rows.base.size();
  few<T> numbers = {};
  for (std::size_t k = 0; k < n; ++k) numbers[k] = static_cast<T>(tilt[k]);
  const std::span<const T> u(numbers.data(), n);
  T top = score(rows, u, 0);
  for (std::size_t a = 1; a < v; ++a) top = (std::max)(top, score(rows, u, a));
  moments<W> m;
  W z = 0;
  for (std::size_t a = 0; a < v; ++a) {
    const W e = static_cast<W>(std::exp(score(rows, u, a) - top));
    z += e;
    for (std::size_t k = 0; k < n; ++k) {
      const W ef = e * static_cast<W>(rows.features[k * v + a]);
      m.mean[k] += ef;
      if (!second) continue;
      for (std::size_t l = 0; l <= k; ++l)
        m.cov[k * n + l] += ef * static_cast<W>(rows.features[l * v + a]);
    }
  }
  m.log_z = static_cast<W>(top) + std::log(z);
  for (std::size_t k = 0; k < n; ++k) m.mean[k] /= z;
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t l = 0; l <= k; ++l)
      m.cov[l * n + k] = m.cov[k * n + l] = m.cov[k * n + l] / z - m.mean[k] * m.mean[l];
  return m;
}

/// The tilted distribution.
template <class T>
void emit(const tilted_rows<T>& rows, std::span<const double> tilt_by, std::span<T> probs) {
  few<T> numbers = {};
  for (std::size_t k = 0; k < tilt_by.size(); ++k) numbers[k] = static_cast<T>(tilt_by[k]);
  const std::span<const T> u(numbers.data(), tilt_by.size());
  T top = score(rows, u, 0);
  for (std::size_t a = 1; a < probs.size(); ++a) top = (std::max)(top, score(rows, u, a));
  sum_type<T> z = 0;
  for (std::size_t a = 0; a < probs.size(); ++a) {
    probs[a] = std::exp(score(rows, u, a) - top);
    z += static_cast<sum_type<T>>(probs[a]);
  }
  for (T& p : probs) p /= static_cast<T>(z);
}

/// One budget: doubles lambda until the cost is within it, then halves the bracket.
template <class T>
double bisect(const tilted_rows<T>& rows, double budget, std::size_t& passes) {
  const auto within = [&](double lambda) {
    ++passes;
    const double u[1] = {-lambda};
    return static_cast<double>(tilt(rows, std::span<const double>(u), false).mean[0]) <= budget;
  };
  if (within(0)) return 0;
  double low = 0, high = 1;
  while (!within(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > (std::is_same_v<T, float> ? 1e-5 : 1e-11) * high) {
    const double middle = (low + high) / 2;
    (within(middle) ? high : low) = middle;
  }
  return high;
}

/// The nearest point with the first `tied` numbers on a simplex or positive, and the others >= 0.
inline void project(const dual_form& form, few<double>& x) {
  const double floor = form.kind == welfare::nash ? 1e-6 : 0.0;
  if (form.kind == welfare::chebyshev) {
    // numbers that end at zero leave the mean of the others (Michelot 1986)
    double cut = -std::numeric_limits<double>::infinity();
    for (std::size_t left = most_rows + 1, now = form.tied; now < left;) {
      left = now;
      now = 0;
      double sum = 0;
      std::size_t count = 0;
      for (std::size_t k = 0; k < form.tied; ++k)
        if (x[k] > cut) {
          sum += x[k];
          ++count;
        }
      cut = (sum - 1) / static_cast<double>(count);
      for (std::size_t k = 0; k < form.tied; ++k) now += x[k] > cut ? 1U : 0U;
    }
    for (std::size_t k = 0; k < form.tied; ++k) x[k] -= cut;
  }
  for (std::size_t k = 0; k < most_rows; ++k) x[k] = (std::max)(x[k], k < form.tied ? floor : 0.0);
}

/// Projected gradient with spectral steps (Birgin, Martinez and Raydan 2000) and backtracking.
template <class T>
few<double> projected_gradient(const tilted_rows<T>& rows, const dual_form& form,
                               std::size_t& passes) {
  const std::size_t n = rows.count();
  const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-9;
  const double noise = std::is_same_v<T, float> ? 1e-7 : 1e-15;
  const auto at = [&](const few<double>& x) {
    ++passes;
    return evaluate(form, n, x, [&](std::span<const double> u) { return tilt(rows, u, false); });
  };
  few<double> x = start(form);
  dual_value d = at(x);
  double length = 1;
  for (int turn = 0; turn < 2000; ++turn) {
    few<double> near = x, aim = x;
    for (std::size_t k = 0; k < n; ++k) {
      near[k] -= d.gradient[k];
      aim[k] -= length * d.gradient[k];
    }
    project(form, near);
    project(form, aim);
    double left = 0, slope = 0;
    for (std::size_t k = 0; k < n; ++k) {
      left = (std::max)(left, std::abs(near[k] - x[k]));
      slope += d.gradient[k] * (aim[k] - x[k]);
    }
    if (left <= tolerance) break;
    few<double> next = aim;
    dual_value there = at(next);
    for (double t = 1;
         t > 1e-9 && there.value > d.value + 1e-4 * t * slope + noise * (1 + std::abs(d.value));) {
      t /= 2;
      for (std::size_t k = 0; k < n; ++k) next[k] = x[k] + t * (aim[k] - x[k]);
      there = at(next);
    }
    double ss = 0, sy = 0;
    for (std::size_t k = 0; k < n; ++k) {
      ss += (next[k] - x[k]) * (next[k] - x[k]);
      sy += (next[k] - x[k]) * (there.gradient[k] - d.gradient[k]);
    }
    length = sy > 0 ? std::clamp(ss / sy, 1e-6, 1e6) : 1e3;
    x = next;
    d = there;
  }
  return x;
}

/// Two budgets that clash: the mix y, 1 - y of the excesses whose smallest entry is largest;
/// bisects on its slope.
template <class T>
std::array<double, 2> clash(const tilted_rows<T>& costs, std::span<const double> budgets,
                            std::size_t& passes) {
  double low = 0, high = 1, best = 0, best_y = 0;
  for (int k = 0; k < (std::is_same_v<T, float> ? 24 : 48); ++k) {
    const double y = (low + high) / 2;
    double least = std::numeric_limits<double>::infinity(), slope = 0;
    for (std::size_t a = 0; a < costs.base.size(); ++a) {
      const double first = static_cast<double>(costs.row(0)[a]) - budgets[0];
      const double second = static_cast<double>(costs.row(1)[a]) - budgets[1];
      const double mixed = y * first + (1 - y) * second;
      if (mixed < least) {
        least = mixed;
        slope = first - second;
      }
    }
    ++passes;
    if (k == 0 || least > best) {
      best = least;
      best_y = y;
    }
    (slope > 0 ? low : high) = y;
  }
  return {best, best_y};
}

}  // namespace loop

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_DECIDE_LOOPS_HPP
