// SPDX-License-Identifier: MIT
// A small dense linear program, solved by the simplex method.
#ifndef REALIGN_DECIDE_DETAIL_LINEAR_PROGRAM_HPP
#define REALIGN_DECIDE_DETAIL_LINEAR_PROGRAM_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace realign::inline v0::detail {

/// maximise c.x subject to A x <= b, x >= 0, where b >= 0: x = 0 is feasible, so there is no first phase.
/// Rows are added one by one. Meant for tens of variables and rows; storage is kept between uses.
class linear_program {
 public:
  void start(std::span<const double> objective) {
    c_.assign(objective.begin(), objective.end());
    a_.clear();
    b_.clear();
  }
  /// Adds a row; `coefficients` has one number per variable, `limit` >= 0.
  void add(std::span<const double> coefficients, double limit) {
    a_.insert(a_.end(), coefficients.begin(), coefficients.end());
    b_.push_back(limit);
  }

  /// Writes an optimal x. @return false when the program is unbounded or the pivots ran out.
  bool solve(std::span<double> x) {
    build();
    for (std::size_t i = 0; i < max_pivots; ++i) {
      const std::size_t enter = entering(i < greedy_pivots);
      if (enter == width_ - 1) {
        read(x);
        return true;
      }
      const std::size_t leave = leaving(enter);
      if (leave == rows()) return false;
      pivot(leave, enter);
    }
    return false;
  }

 private:
  static constexpr std::size_t greedy_pivots = 100;  // then Bland's rule, which cannot cycle
  static constexpr std::size_t max_pivots = 5000;
  static constexpr double zero = 1e-13;

  [[nodiscard]] std::size_t rows() const noexcept { return b_.size(); }
  [[nodiscard]] std::size_t variables() const noexcept { return c_.size(); }
  double& at(std::size_t i, std::size_t j) noexcept { return tableau_[i * width_ + j]; }

  /// Rows [A I b], last row [-c 0 0]; the slacks are the first basis.
  void build() {
    width_ = variables() + rows() + 1;
    tableau_.assign((rows() + 1) * width_, 0.0);
    basis_.resize(rows());
    for (std::size_t i = 0; i < rows(); ++i) {
      for (std::size_t j = 0; j < variables(); ++j) at(i, j) = a_[i * variables() + j];
      at(i, variables() + i) = 1;
      at(i, width_ - 1) = b_[i];
      basis_[i] = variables() + i;
    }
    for (std::size_t j = 0; j < variables(); ++j) at(rows(), j) = -c_[j];
  }

  /// A column that improves: the steepest, or the first (Bland). `width_ - 1` when there is none.
  std::size_t entering(bool greedy) noexcept {
    std::size_t best = width_ - 1;
    double least = -zero;
    for (std::size_t j = 0; j + 1 < width_; ++j)
      if (at(rows(), j) < least) {
        best = j;
        if (!greedy) break;
        least = at(rows(), j);
      }
    return best;
  }

  /// The row that limits the step; among ties the largest pivot, then the lowest variable.
  std::size_t leaving(std::size_t enter) noexcept {
    std::size_t best = rows();
    double least = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
      if (!(at(i, enter) > zero)) continue;
      const double ratio = at(i, width_ - 1) / at(i, enter);
      const bool first = best == rows();
      if (first || ratio < least - zero ||
          (ratio <= least + zero && (at(i, enter) > at(best, enter) ||
                                     (at(i, enter) >= at(best, enter) && basis_[i] < basis_[best])))) {
        best = i;
        least = ratio;
      }
    }
    return best;
  }

  void pivot(std::size_t r, std::size_t s) noexcept {
    const double p = at(r, s);
    for (std::size_t j = 0; j < width_; ++j) at(r, j) /= p;
    for (std::size_t i = 0; i <= rows(); ++i) {
      const double f = at(i, s);
      if (i == r || (f <= 0 && f >= 0)) continue;
      for (std::size_t j = 0; j < width_; ++j) at(i, j) -= f * at(r, j);
      at(i, s) = 0;
    }
    basis_[r] = s;
  }

  void read(std::span<double> x) noexcept {
    for (double& v : x) v = 0;
    for (std::size_t i = 0; i < rows(); ++i)
      if (basis_[i] < variables()) x[basis_[i]] = (std::max)(at(i, width_ - 1), 0.0);  // rounding may leave less
  }

  std::vector<double> c_, a_, b_, tableau_;
  std::vector<std::size_t> basis_;
  std::size_t width_ = 0;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_LINEAR_PROGRAM_HPP
