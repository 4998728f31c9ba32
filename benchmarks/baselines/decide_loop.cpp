// SPDX-License-Identifier: MIT
// Tilted rows by plain loops, and what one would write instead of a solver: bisection and projected gradients.
#include "decide.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "decide_dual.hpp"
#include "loop.hpp"

namespace bench::BENCH_LOOP {
namespace {

template <class T>
T score(const tilted_rows<T>& rows, std::span<const T> u, std::size_t a) {
  T s = rows.base[a];
  for (std::size_t k = 0; k < u.size(); ++k) s += u[k] * rows.row(k)[a];
  return s;
}

template <class T>
T largest_score(const tilted_rows<T>& rows, std::span<const T> u) {
  T top = score(rows, u, 0);
  for (std::size_t a = 1; a < rows.choices(); ++a) top = (std::max)(top, score(rows, u, a));
  return top;
}

template <class T>
few<T> in_type(std::span<const double> u) {
  few<T> numbers = {};
  for (std::size_t k = 0; k < u.size(); ++k) numbers[k] = static_cast<T>(u[k]);
  return numbers;
}

template <class T>
moments<sum_type<T>> moments_of(const tilted_rows<T>& rows, std::span<const double> tilt_by, bool second) {
  using W = sum_type<T>;
  const std::size_t n = tilt_by.size();
  const few<T> numbers = in_type<T>(tilt_by);
  const std::span<const T> u(numbers.data(), n);
  const T top = largest_score(rows, u);
  moments<W> m;
  W z = 0;
  for (std::size_t a = 0; a < rows.choices(); ++a) {
    const W e = static_cast<W>(std::exp(score(rows, u, a) - top));
    z += e;
    for (std::size_t k = 0; k < n; ++k) {
      const W ef = e * static_cast<W>(rows.row(k)[a]);
      m.mean[k] += ef;
      if (!second) continue;
      for (std::size_t l = 0; l <= k; ++l) m.cov[k * n + l] += ef * static_cast<W>(rows.row(l)[a]);
    }
  }
  m.log_z = static_cast<W>(top) + std::log(z);
  for (std::size_t k = 0; k < n; ++k) m.mean[k] /= z;
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t l = 0; l <= k; ++l)
      m.cov[l * n + k] = m.cov[k * n + l] = m.cov[k * n + l] / z - m.mean[k] * m.mean[l];
  return m;
}

template <class T>
void tilt_moments(const tilt<T>& in, std::size_t) {
  list(moments_of(in.rows, in.u, true), in);
}

template <class T>
void emit(const tilted_rows<T>& rows, std::span<const double> tilt_by, T* probs) {
  const few<T> numbers = in_type<T>(tilt_by);
  const std::span<const T> u(numbers.data(), tilt_by.size());
  const T top = largest_score(rows, u);
  sum_type<T> z = 0;
  for (std::size_t a = 0; a < rows.choices(); ++a) {
    probs[a] = std::exp(score(rows, u, a) - top);
    z += static_cast<sum_type<T>>(probs[a]);
  }
  for (std::size_t a = 0; a < rows.choices(); ++a) probs[a] /= static_cast<T>(z);
}

template <class T>
void tilt_probs(const tilt<T>& in, std::size_t) {
  emit(in.rows, in.u, in.probs);
}

/// One budget: doubles lambda until the cost is within it, then halves the bracket.
template <class T>
double bisect(const tilted_rows<T>& rows, double budget, std::size_t& passes) {
  const auto within = [&](double lambda) {
    ++passes;
    const double u[1] = {-lambda};
    return static_cast<double>(moments_of(rows, std::span<const double>(u), false).mean[0]) <= budget;
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
void project(const dual_form& form, few<double>& x) {
  const double floor = form.kind == welfare::nash ? 1e-6 : 0.0;
  if (form.kind == welfare::chebyshev) {
    // numbers that end at zero leave the mean of the others (Michelot 1986)
    double cut = std::numeric_limits<double>::lowest();
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
few<double> projected_gradient(const tilted_rows<T>& rows, const dual_form& form, std::size_t& passes) {
  const std::size_t n = rows.count();
  const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-9;
  const double noise = std::is_same_v<T, float> ? 1e-7 : 1e-15;
  const auto at = [&](const few<double>& x) {
    ++passes;
    return evaluate(form, n, x, [&](std::span<const double> u) { return moments_of(rows, u, false); });
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

template <class T>
void decide(const program<T>& in, std::size_t) {
  *in.passes = 0;
  few<double> x = {};
  if (in.form.kind == welfare::none && in.rows.count() == 1)
    x[0] = bisect(in.rows, in.form.shift[0], *in.passes);
  else
    x = projected_gradient(in.rows, in.form, *in.passes);
  const few<double> u = tilt_at(in.form, x);
  emit(in.rows, std::span<const double>(u.data(), in.rows.count()), in.probs);
}

/// Two budgets that clash: the mix y, 1 - y of the excesses whose smallest entry is largest; bisects on its slope.
template <class T>
void infeasible(const clash<T>& in, std::size_t) {
  *in.passes = 0;
  double low = 0, high = 1, best = 0, best_y = 0;
  for (int k = 0; k < (std::is_same_v<T, float> ? 24 : 48); ++k) {
    const double y = (low + high) / 2;
    double least = (std::numeric_limits<double>::max)(), slope = 0;
    for (std::size_t a = 0; a < in.costs.choices(); ++a) {
      const double first = static_cast<double>(in.costs.row(0)[a]) - in.budgets[0];
      const double second = static_cast<double>(in.costs.row(1)[a]) - in.budgets[1];
      const double mixed = y * first + (1 - y) * second;
      if (mixed < least) {
        least = mixed;
        slope = first - second;
      }
    }
    ++*in.passes;
    if (k == 0 || least > best) {
      best = least;
      best_y = y;
    }
    (slope > 0 ? low : high) = y;
  }
  in.found[0] = best;
  in.found[1] = best_y;
}

template <class T>
void offer_passes() {
  offer<tilt<T>>("tilt_moments", name, repeat<tilt_moments<T>>, plain);
  offer<tilt<T>>("tilt_probs", name, repeat<tilt_probs<T>>, plain);
}
template <class T>
void offer_all() {
  offer_passes<T>();
  for (const char* kernel : {"kl_projection", "chebyshev", "nash"})
    offer<program<T>>(kernel, name, repeat<decide<T>>, plain);
  offer<clash<T>>("infeasible", name, repeat<infeasible<T>>, plain);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  if constexpr (exact) {
    offer_passes<long double>();
    offer<clash<long double>>("infeasible", name, repeat<infeasible<long double>>, plain);
  }
  return true;
}();

}  // namespace
}  // namespace bench::BENCH_LOOP
