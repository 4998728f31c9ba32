// SPDX-License-Identifier: MIT
// The dual of the decision program: a smooth convex function of a few prices, and Newton's method on it.
#ifndef REALIGN_DECIDE_DETAIL_DUAL_HPP
#define REALIGN_DECIDE_DETAIL_DUAL_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/decide/detail/coordinate.hpp>
#include <realign/decide/detail/quadratic_step.hpp>
#include <realign/scalarize/scalarization.hpp>
#include <realign/simd/tilt.hpp>

namespace realign::inline v0::detail {

/// A point of the dual with its value, gradient and Hessian, and the moments of the features that these are made of.
struct dual_point {
  std::vector<double> x, gradient, hessian, mean, cov;
  double value = 0;
  simd::tilt_normalizer z = {0, 0};

  void resize(std::size_t n) {
    for (std::vector<double>* v : {&x, &gradient, &mean}) v->resize(n);
    for (std::vector<double>* v : {&hessian, &cov}) v->resize(n * n);
  }
  void swap(dual_point& other) noexcept {
    x.swap(other.x);
    gradient.swap(other.gradient);
    hessian.swap(other.hessian);
    mean.swap(other.mean);
    cov.swap(other.cov);
    std::swap(value, other.value);
    std::swap(z, other.z);
  }
};

/// What a dual works in; kept between decisions, so that they stop allocating.
struct dual_storage {
  dual_point trial;
  quadratic_step step;
  std::vector<double> u, low, s;
  std::vector<unsigned char> bounded;
  std::vector<double> per_unit;  // 1 / unit, which is exact

  void resize(std::size_t n) {
    trial.resize(n);
    for (std::vector<double>* v : {&u, &low, &s, &per_unit}) v->resize(n);
    bounded.resize(n);
  }
};

/// D(x) = (beta/t) log sum_a base_a^t exp((t/beta) (x/unit).r_a) + sum_i conjugate(x_i/unit_i), at temperature
/// 1/t. At t = 1 it is the dual of the decision program; smaller t is smoother, for a first approach.
template <scalar T, scalarize::priced_scalarization F>
class dual {
 public:
  using point = dual_point;

  /// @param rows  base and one feature per coordinate
  /// @param tied  the first so many coordinates keep their sum: they lie on a simplex
  dual(const simd::tilt_rows<T>& rows, const F& f, double beta,
       std::span<const dual_coordinate> coordinates, std::size_t tied, dual_storage& storage)
      : rows_(rows), f_(f), beta_(beta), coordinates_(coordinates), tied_(tied), work_(storage) {
    work_.resize(size());
    for (std::size_t i = 0; i < size(); ++i) {
      const dual_coordinate& c = coordinates_[i];
      work_.per_unit[i] = 1 / c.unit;
      work_.bounded[i] = c.bounded ? 1 : 0;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return coordinates_.size(); }
  /// What feature i is multiplied by in the exponent.
  [[nodiscard]] double tilt(const point& p, double t, std::size_t i) const noexcept { return tilt_of(p.x[i], t, i); }

  /// Value, gradient and Hessian at p.x, a point of this size; one pass over the choices.
  void evaluate(point& p, double t) {
    const std::size_t n = size();
    promised_ = neg_infinity<double>();
    for (std::size_t i = 0; i < n; ++i) work_.u[i] = tilt(p, t, i);
    if constexpr (std::same_as<T, float>)
      if (rough_ && t >= 1) return evaluate_roughly(p);
    p.z = simd::tilt_moments(rows_, std::span<const double>(work_.u), std::span<double>(p.mean),
                             std::span<double>(p.cov), t, mode_);
    mode_ = p.z.mode;
    p.value = static_cast<double>(rows_.log_base[p.z.mode]) * beta_ + beta_ / t * p.z.log_sum;
    for (std::size_t i = 0; i < n; ++i)
      p.value += worth(p, i, static_cast<double>(rows_.features(i, p.z.mode)));
    finish(p, t);
  }

  /// Comes near the optimum in passes of the precision of float rows, several times as fast. Full steps at the end leave what
  /// that precision can tell: two, or one that promises so little that the next is foreseeable, for each squares what is left.
  void approach(point& p) {
    rough_ = simd::detail::takes_one_pass(rows_, size());
    for (int k = 0; k < 2 && rough_ && minimize(p, 1, 1e-3, 12); ++k) {
      take_step(p);
      if (promised_ <= 1e-6 * beta_) break;
    }
    rough_ = false;
  }

  /// Minimises D from p.x until the promised decrease is below `tolerance` * (1 + |D|), or beta for rough passes, in at
  /// most `steps` steps. @return whether it got there; the next step is then known
  bool minimize(point& p, double t, double tolerance, std::size_t steps) {
    evaluate(p, t);
    for (std::size_t k = 0; k < steps; ++k) {
      const double promised = newton_direction(p, t);
      if (!is_finite(promised)) return false;
      if (promised <= tolerance * (rough_ ? beta_ : 1 + std::abs(p.value))) return true;
      if (!line_search(p, t)) return promised <= 1e-11 * (1 + std::abs(p.value));
    }
    return false;
  }

  /// Newton steps beyond what the value of D can tell, as long as slopes can. A choice that fades away does so by a factor of
  /// e each. The last step is taken without a pass.
  void polish(point& p) {
    double promised = is_finite(promised_) ? promised_ : newton_direction(p, 1);
    for (int k = 0; k < 60 && !foreseeable(promised); ++k) {
      if (!level(p)) return;
      promised = newton_direction(p, 1);
    }
    if (foreseeable(promised)) foresee(p);
  }

  [[nodiscard]] std::size_t passes() const noexcept { return passes_; }

 private:
  [[nodiscard]] double tilt_of(double x, double t, std::size_t i) const noexcept {
    return t / beta_ * x * work_.per_unit[i] * coordinates_[i].scale;
  }
  /// Price times row of coordinate i, where its feature is this.
  [[nodiscard]] double worth(const point& p, std::size_t i, double feature) const noexcept {
    return p.x[i] * work_.per_unit[i] * coordinates_[i].row(feature);
  }
  /// Whether the step leaves nothing to its third order: its Newton decrement 2 promised / beta = Var(log-ratio) is at most
  /// 1e-15 (2e-12 for float rows), less where rows reach far beyond their units, and no log-ratio changes by more than 1/8,
  /// so that third order is below second.
  [[nodiscard]] bool foreseeable(double promised) const noexcept {
    double change = 0, reach = 1;
    for (std::size_t i = 0; i < size(); ++i) {
      change += std::abs(work_.s[i]) * coordinates_[i].reach;
      reach = (std::max)(reach, coordinates_[i].reach);
    }
    return promised * reach <= (sizeof(T) == 4 ? 1e-12 : 5e-16) * beta_ && 8 * change <= beta_;
  }
  /// Takes the step, and carries value and normaliser along by their second-order expansions about the moments at hand.
  void foresee(point& p) noexcept {
    const std::size_t n = size();
    const auto change = [&](std::size_t i) { return tilt_of(work_.s[i], 1, i); };
    for (std::size_t i = 0; i < n; ++i) {
      const double above = p.mean[i] - static_cast<double>(rows_.features(i, p.z.mode));
      p.z.log_sum += change(i) * above;
      p.value += p.gradient[i] * work_.s[i];
      for (std::size_t j = 0; j < n; ++j) {
        p.z.log_sum += change(i) * p.cov[i * n + j] * change(j) / 2;
        p.value += work_.s[i] * p.hessian[i * n + j] * work_.s[j] / 2;
      }
    }
    take_step(p);
  }
  void evaluate_roughly(point& p) noexcept {
    if constexpr (std::same_as<T, float>)
      p.value = beta_ * simd::tilt_moments_once(rows_, std::span<const double>(work_.u), std::span<double>(p.mean),
                                                std::span<double>(p.cov));
    // the exponent holds scale * feature, a coordinate's row is scale * feature + shift
    for (std::size_t i = 0; i < size(); ++i) p.value += worth(p, i, 0);
    finish(p, 1);
  }
  /// Takes the step that `minimize` left; the point is then to be evaluated.
  void take_step(point& p) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) p.x[i] = moved(p, 1, i);
  }
  /// Gradient and Hessian from the moments, and what the conjugate adds.
  void finish(point& p, double t) noexcept {
    const std::size_t n = size();
    const double rate = t / beta_;
    for (std::size_t i = 0; i < n; ++i) {
      const dual_coordinate& ci = coordinates_[i];
      const auto slope = [&](std::size_t k) { return coordinates_[k].scale * work_.per_unit[k]; };
      p.gradient[i] = ci.row(p.mean[i]) * work_.per_unit[i];
      for (std::size_t j = 0; j < n; ++j)
        p.hessian[i * n + j] = rate * p.cov[i * n + j] * slope(i) * slope(j);
      if (!ci.priced) continue;
      const scalarize::conjugate_term c = f_.conjugate(p.x[i] / ci.unit, ci.weight);
      p.value += c.value;
      p.gradient[i] += c.slope / ci.unit;
      p.hessian[i * n + i] += c.curvature / (ci.unit * ci.unit);
    }
    ++passes_;
  }
  double newton_direction(const point& p, double t) {
    // a term of the conjugate needs its coordinate positive: go at most 99 % of the way
    for (std::size_t i = 0; i < size(); ++i) work_.low[i] = coordinates_[i].priced ? -0.99 * p.x[i] : -p.x[i];
    typename quadratic_step::problem q{.g = p.gradient, .H = p.hessian, .low = work_.low, .bounded = work_.bounded};
    q.tied = tied_;
    q.ridge = 1e-30 * t / beta_;  // no curvature where p has concentrated: the step is cut to a length of its own
    return promised_ = work_.step.solve(q, work_.s);
  }

  [[nodiscard]] double moved(const point& p, double length, std::size_t i) const noexcept {
    const bool bounded = coordinates_[i].bounded;
    if (bounded && length >= 1 && work_.s[i] <= work_.low[i]) return p.x[i] + work_.low[i];
    const double x = p.x[i] + length * work_.s[i];
    return bounded && x < 0 ? 0 : x;
  }
  /// The trial point: p moved by `length` times the direction, evaluated.
  void move(const point& p, double length, double t) {
    for (std::size_t i = 0; i < size(); ++i) work_.trial.x[i] = moved(p, length, i);
    evaluate(work_.trial, t);
  }
  [[nodiscard]] double slope_along(const point& p) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) sum += p.gradient[i] * work_.s[i];
    return sum;
  }

  /// 1, or less where the full step would move a log-probability by more than 1e5 times what it moved so far: where p
  /// has concentrated, curvature says nothing about distance.
  [[nodiscard]] double first_length(const point& p, double t) const noexcept {
    double step = 0, reach = beta_ / t;
    for (std::size_t i = 0; i < size(); ++i) {
      step = (std::max)(step, std::abs(work_.s[i]));
      reach = (std::max)(reach, std::abs(p.x[i]));
    }
    return step > 1e5 * reach ? 1e5 * reach / step : 1.0;
  }

  /// Of the slope along the direction: that of the gradient, whose rows are of order one, and that of the prices.
  [[nodiscard]] double rounding_of_slope(const point& p) const noexcept {
    const std::size_t n = size();
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double bend = 0;
      for (std::size_t j = 0; j < n; ++j) bend += p.hessian[i * n + j] * work_.s[j];
      sum += std::abs(work_.s[i]) + std::abs(p.x[i] * bend);
    }
    return std::numeric_limits<double>::epsilon() * sum;
  }

  /// Moves p along the direction, to where the slope is not turned by more than half of itself: the approximate Wolfe
  /// condition (Hager and Zhang 2005), which takes no digits of D. False when the slope is nothing but rounding.
  bool level(point& p) {
    const double slope0 = slope_along(p);
    if (!(-slope0 > rounding_of_slope(p))) return false;
    double length = first_length(p, 1);
    for (int k = 0; k < 60; ++k, length /= 2) {
      move(p, length, 1);
      if (!is_finite(work_.trial.value) || slope_along(work_.trial) > -slope0 / 2) continue;
      p.swap(work_.trial);
      return true;
    }
    return false;
  }

  /// Moves p along the direction to a point of sufficient decrease. D is convex and nearly piecewise linear when p concentrates,
  /// so the next trial is where the tangents at both ends of the bracket meet. False when no decrease can be seen.
  bool line_search(point& p, double t) {
    const double slope0 = slope_along(p);
    if (!(slope0 < 0)) return false;
    double lo = 0, lo_value = p.value, lo_slope = slope0;
    double length = first_length(p, t), hi = 0, hi_value = 0, hi_slope = 0, width = length;
    for (int k = 0; k < 60; ++k) {
      move(p, length, t);
      const bool usable = is_finite(work_.trial.value);
      const double slope = usable ? slope_along(work_.trial) : 0.0;
      const double noise = 1e-15 * (1 + std::abs(p.value));
      if (usable && work_.trial.value <= p.value + 1e-4 * length * slope0 + noise &&
          (work_.trial.value < p.value || std::abs(slope) < std::abs(slope0))) {
        p.swap(work_.trial);
        return true;
      }
      if (usable && slope < 0) {
        lo = length;
        lo_value = work_.trial.value;
        lo_slope = slope;
      } else {
        hi = length;
        hi_value = work_.trial.value;
        hi_slope = slope;
      }
      if (!(hi > lo)) return false;
      double next = lo + (hi - lo) / 2;
      if (hi_slope > 0) {
        const double meet = (hi_value - lo_value - hi_slope * hi + lo_slope * lo) / (lo_slope - hi_slope);
        const bool shrinks = hi - lo < 0.7 * width || k < 2;
        if (shrinks && meet > lo && meet < hi) next = meet;
      } else if (!usable) {
        next = lo + (hi - lo) / 8;
      }
      width = hi - lo;
      length = next;
    }
    return false;
  }

  simd::tilt_rows<T> rows_;
  const F& f_;
  double beta_;
  std::span<const dual_coordinate> coordinates_;
  std::size_t tied_;
  dual_storage& work_;
  std::size_t mode_ = static_cast<std::size_t>(-1);  // the likeliest choice of the last evaluation, or nearly
  std::size_t passes_ = 0;
  double promised_ = neg_infinity<double>();         // by the step at hand, unless a point was evaluated since
  bool rough_ = false;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_DUAL_HPP
