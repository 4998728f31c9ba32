// SPDX-License-Identifier: MIT
// What one would write instead of the decision program: first-order methods in plain loops,
// Newton's method with Eigen.
#ifndef REALIGN_BENCHMARKS_DECIDE_BASELINES_HPP
#define REALIGN_BENCHMARKS_DECIDE_BASELINES_HPP

#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "mix_baselines.hpp"

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

#endif  // REALIGN_BENCHMARKS_DECIDE_BASELINES_HPP
