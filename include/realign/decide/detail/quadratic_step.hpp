// SPDX-License-Identifier: MIT
// The step of a Newton method over prices: a small quadratic program with bounds and one simplex.
#ifndef REALIGN_DECIDE_DETAIL_QUADRATIC_STEP_HPP
#define REALIGN_DECIDE_DETAIL_QUADRATIC_STEP_HPP

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace realign::inline v0::detail {

/// minimise g.s + s'Hs/2 subject to s_i >= low_i where bounded, and sum of s over the first `tied` = 0.
///
/// Primal active-set method from s = 0 (low <= 0). H is symmetric and positive semidefinite; `ridge` is added to its
/// diagonal. Storage is kept between uses.
class quadratic_step {
 public:
  struct problem {
    std::span<const double> g;        ///< n
    std::span<const double> H;        ///< n x n
    std::span<const double> low;      ///< n, <= 0
    std::span<const unsigned char> bounded;  ///< n: zero means that low does not apply
    std::size_t tied = 0;             ///< the first so many keep their sum
    double ridge = 0;
  };

  /// Writes s; returns the decrease that the quadratic promises, >= 0.
  double solve(const problem& q, std::span<double> s) {
    const std::size_t n = q.g.size();
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
  using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

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
    double r = q.g[i] + q.ridge * s[i];
    for (std::size_t j = 0; j < s.size(); ++j) r += q.H[i * s.size() + j] * s[j];
    return r;
  }

  /// d_: minimiser over the free coordinates, from s; price_: the multiplier of the tie.
  void direction(const problem& q, std::span<const double> s) {
    const std::size_t n = s.size(), f = free_.size();
    d_.assign(f, 0.0);
    tie_.assign(f, 0.0);
    price_ = 0;
    if (f == 0) return;
    factor_.assign(f * f, 0.0);
    bool any_tied = false;
    for (std::size_t k = 0; k < f; ++k) {
      for (std::size_t l = 0; l < f; ++l) factor_[k * f + l] = q.H[free_[k] * n + free_[l]];
      factor_[k * f + k] += q.ridge;
      d_[k] = -slope(q, s, free_[k]);
      if (free_[k] < q.tied) {
        tie_[k] = 1;
        any_tied = true;
      }
    }
    const auto size = static_cast<Eigen::Index>(f);
    Eigen::Map<matrix> h(factor_.data(), size, size);
    Eigen::Map<Eigen::VectorXd> d(d_.data(), size), tie(tie_.data(), size);
    const Eigen::LLT<Eigen::Ref<matrix>> llt(h);
    llt.solveInPlace(d);
    if (!any_tied) return;
    llt.solveInPlace(tie);
    double sum_d = 0, sum_tie = 0;
    for (std::size_t k = 0; k < f; ++k)
      if (free_[k] < q.tied) {
        sum_d += d_[k];
        sum_tie += tie_[k];
      }
    price_ = sum_d / sum_tie;
    for (std::size_t k = 0; k < f; ++k) d_[k] -= price_ * tie_[k];
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
      for (std::size_t j = 0; j < s.size(); ++j) square += s[i] * q.H[i * s.size() + j] * s[j];
      square += q.ridge * s[i] * s[i];
    }
    return -(linear + square / 2);
  }

  std::vector<std::size_t> free_, fixed_;
  std::vector<double> factor_, d_, tie_;
  double price_ = 0;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_QUADRATIC_STEP_HPP
