// SPDX-License-Identifier: MIT
// The step of a Newton method over prices: a small quadratic program with bounds and one simplex.
#ifndef REALIGN_DECIDE_DETAIL_QUADRATIC_STEP_HPP
#define REALIGN_DECIDE_DETAIL_QUADRATIC_STEP_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::detail {

/// 1 / pivot, or 0 where rounding has left nothing of it.
[[nodiscard]] inline double inverse_pivot(double pivot) noexcept {
  return pivot >= (std::numeric_limits<double>::min)() ? 1 / pivot : 0.0;
}

/// x <- A^-1 x for a positive definite n x n matrix A = L D L', without square roots. The lower half of A is read, and
/// overwritten by L D, with the inverse of D on the diagonal. A pivot that rounding has left nothing of keeps its x at zero.
/// For a handful of unknowns: some n^3 / 3 operations, no allocation.
inline void cholesky_solve(std::span<double> A, std::span<double> x) noexcept {
  const std::size_t n = x.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      const double l = A[j * n + k] * A[k * n + k];
      for (std::size_t i = j; i < n; ++i) A[i * n + j] -= l * A[i * n + k];
      x[j] -= l * x[k];
    }
    A[j * n + j] = inverse_pivot(A[j * n + j]);
  }
  for (std::size_t j = n; j-- > 0;) {
    double v = x[j];
    for (std::size_t i = j + 1; i < n; ++i) v -= A[i * n + j] * x[i];
    x[j] = v * A[j * n + j];
  }
}

/// minimise g.s + s'Hs/2 subject to s_i >= low_i where bounded, and sum of s over the first `tied` = 0.
///
/// Primal active-set method from s = 0 (low <= 0). H is symmetric and positive semidefinite. Storage is kept between
/// uses.
class quadratic_step {
 public:
  static constexpr double lift = 1e-13;  ///< of the diagonal, relative

  struct problem {
    std::span<const double> g;        ///< n
    std::span<const double> H;        ///< n x n
    std::span<const double> low;      ///< n, <= 0
    std::span<const unsigned char> bounded;  ///< n: zero means that low does not apply
    std::size_t tied = 0;             ///< the first so many keep their sum
    double ridge = 0;                 ///< added to the diagonal

    /// H with its diagonal lifted a little, so that it can be factorised when features are dependent.
    [[nodiscard]] double h(std::size_t i, std::size_t j) const noexcept {
      const double v = H[i * g.size() + j];
      return i == j ? v + lift * v + ridge : v;
    }
    /// Whether s_i is within its bound.
    [[nodiscard]] bool holds(std::size_t i, double s_i) const noexcept { return bounded[i] == 0 || s_i >= low[i]; }
  };

  /// Writes s; returns the decrease that the quadratic promises, >= 0.
  double solve(const problem& q, std::span<double> s) {
    const std::size_t n = q.g.size();
    if (n == 1) return solve_one(q, s[0]);
    if (n == 2 && q.tied == 0) return solve_two(q, s);
    if (q.tied == 0 && solve_unbounded(q, s)) return promised(q, s);
    begin(q, s);
    for (std::size_t turn = 0; turn < 30 + 10 * n; ++turn) {
      direction(q, s);
      double length = 1;
      std::size_t block = n;
      for (std::size_t k = 0; k < free_.size(); ++k) {
        const std::size_t i = free_[k];
        if (q.bounded[i] == 0 || !(d_[k] < 0)) continue;
        const double room = (q.low[i] - s[i]) / d_[k];
        if (room < length) {
          length = (std::max)(room, 0.0);
          block = i;
        }
      }
      for (std::size_t k = 0; k < free_.size(); ++k) s[free_[k]] += length * d_[k];
      if (block != n) {
        s[block] = q.low[block];
        fix(block);
      } else if (!release(q, s)) {
        break;
      }
    }
    return promised(q, s);
  }

 private:
  /// One coordinate alone: down the slope, to its bound at most.
  [[nodiscard]] static double solve_one(const problem& q, double& s) noexcept {
    const double h = q.h(0, 0);
    s = q.tied == 1 || !(h > 0) ? 0 : -q.g[0] / h;
    if (q.bounded[0] != 0 && s < q.low[0]) s = q.low[0];
    return -(q.g[0] + h * s / 2) * s;
  }

  /// Two coordinates: both free where that holds both bounds, else one on its bound, whichever promises more. Not finite where
  /// the numbers are not.
  [[nodiscard]] static double solve_two(const problem& q, std::span<double> s) noexcept {
    const double g[2] = {q.g[0], q.g[1]}, h[2] = {q.h(0, 0), q.h(1, 1)}, across = q.h(1, 0);
    const double per_h = inverse_pivot(h[0]), share = across * per_h;
    const double s1 = (share * g[0] - g[1]) * inverse_pivot(h[1] - share * across);
    const double s0 = -(g[0] + across * s1) * per_h;
    s[0] = s0;
    s[1] = s1;
    if (q.holds(0, s0) && q.holds(1, s1)) return -(g[0] * s0 + g[1] * s1) / 2;
    double most = neg_infinity<double>();
    for (const std::size_t i : {0U, 1U}) {
      if (q.bounded[i] == 0) continue;
      const std::size_t j = 1 - i;
      const double at = q.low[i];
      double other = -(g[j] + across * at) * inverse_pivot(h[j]);
      if (!q.holds(j, other)) other = q.low[j];
      const double promise = -(g[i] + h[i] * at / 2) * at - (g[j] + across * at + h[j] * other / 2) * other;
      if (!(promise > most)) continue;
      most = promise;
      s[i] = at;
      s[j] = other;
    }
    return most;
  }

  /// All coordinates at once, which is the answer where it holds every bound. @return whether it does
  [[nodiscard]] bool solve_unbounded(const problem& q, std::span<double> s) {
    const std::size_t n = s.size();
    factor_.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      s[i] = -q.g[i];
      for (std::size_t j = 0; j <= i; ++j) factor_[i * n + j] = q.h(i, j);
    }
    cholesky_solve(factor_, s);
    for (std::size_t i = 0; i < n; ++i)
      if (!q.holds(i, s[i])) return false;
    return true;
  }

  void begin(const problem& q, std::span<double> s) {
    free_.clear();
    fixed_.clear();
    for (std::size_t i = 0; i < q.g.size(); ++i) {
      s[i] = 0;
      free_.push_back(i);
    }
    // coordinates on their bound whose slope points outwards start there; a tied one must leave partners
    for (std::size_t i = q.g.size(); i-- > 0;)
      if (q.bounded[i] != 0 && !(q.low[i] < 0) && (i < q.tied || q.g[i] > 0) &&
          (i >= q.tied || movable(q, i)))
        fix(i);
  }
  /// Some tied coordinate other than i is free.
  [[nodiscard]] bool movable(const problem& q, std::size_t i) const {
    return std::any_of(free_.begin(), free_.end(),
                       [&](std::size_t j) { return j < q.tied && j != i; });
  }
  void fix(std::size_t i) {
    free_.erase(std::find(free_.begin(), free_.end(), i));
    fixed_.push_back(i);
  }

  [[nodiscard]] static double slope(const problem& q, std::span<const double> s, std::size_t i) {
    double r = q.g[i];
    for (std::size_t j = 0; j < s.size(); ++j) r += q.h(i, j) * s[j];
    return r;
  }

  /// d_: minimiser over the free coordinates, from s; price_: the multiplier of the tie.
  ///
  /// The last free tied coordinate gives what the others take, so the sum is kept to rounding.
  void direction(const problem& q, std::span<const double> s) {
    const std::size_t n = s.size();
    std::size_t giver = free_.size();
    for (std::size_t k = 0; k < free_.size(); ++k)
      if (free_[k] < q.tied) giver = k;
    moving_.clear();
    for (std::size_t k = 0; k < free_.size(); ++k)
      if (k != giver) moving_.push_back(k);

    const std::size_t f = moving_.size();
    const std::size_t g = giver < free_.size() ? free_[giver] : n;
    const auto tied = [&](std::size_t k) { return free_[moving_[k]] < q.tied; };
    factor_.assign(f * f, 0.0);
    move_.assign(f, 0.0);
    const double slope_g = g < n ? slope(q, s, g) : 0.0;
    for (std::size_t k = 0; k < f; ++k) {
      const std::size_t i = free_[moving_[k]];
      move_[k] = -slope(q, s, i) + (tied(k) ? slope_g : 0.0);
      for (std::size_t l = 0; l < f; ++l) {
        const std::size_t j = free_[moving_[l]];
        double v = q.h(i, j);
        if (tied(k)) v -= q.h(g, j);
        if (tied(l)) v -= q.h(i, g);
        if (tied(k) && tied(l)) v += q.h(g, g);
        factor_[k * f + l] = v;
      }
    }
    cholesky_solve(factor_, move_);
    d_.assign(free_.size(), 0.0);
    for (std::size_t k = 0; k < f; ++k) {
      d_[moving_[k]] = move_[k];
      if (tied(k)) d_[giver] -= move_[k];
    }
    price_ = -slope_g;
    if (g < n)
      for (std::size_t k = 0; k < free_.size(); ++k) price_ -= q.h(g, free_[k]) * d_[k];
  }

  /// Frees the fixed coordinate whose release promises most; false when none does.
  bool release(const problem& q, std::span<const double> s) {
    std::size_t best = fixed_.size();
    double least = 0;
    for (std::size_t k = 0; k < fixed_.size(); ++k) {
      const std::size_t i = fixed_[k];
      const double r = slope(q, s, i) + (i < q.tied ? price_ : 0.0);
      const double noise = 1e-15 * (1 + std::abs(q.g[i]) + std::abs(price_));
      if (r < -noise && r < least) {
        least = r;
        best = k;
      }
    }
    if (best == fixed_.size()) return false;
    free_.push_back(fixed_[best]);
    fixed_.erase(fixed_.begin() + static_cast<std::ptrdiff_t>(best));
    return true;
  }

  [[nodiscard]] static double promised(const problem& q, std::span<const double> s) {
    double linear = 0, square = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      linear += q.g[i] * s[i];
      for (std::size_t j = 0; j < s.size(); ++j) square += s[i] * q.h(i, j) * s[j];
    }
    return -(linear + square / 2);
  }

  std::vector<std::size_t> free_, fixed_, moving_;
  std::vector<double> factor_, move_, d_;
  double price_ = 0;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_QUADRATIC_STEP_HPP
