// SPDX-License-Identifier: MIT
// Can the limits be met? Exact answers by cutting planes: strictly, only on a face, or not at all with a proof.
#ifndef REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP
#define REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/decide/detail/equilibrated.hpp>
#include <realign/decide/detail/linear_program.hpp>
#include <realign/simd/tilt.hpp>

namespace realign::inline v0::detail {

/// Cutting planes: the master is a linear program over few variables, the oracle one pass over the choices.
template <scalar T>
class cutting_planes {
 public:
  /// True when one single choice holds every row with room to spare: nothing more to ask.
  [[nodiscard]] bool strict_choice(const slack_rows<T>& r) {
    const std::size_t n = r.size();
    line_.resize(2 * n);
    const std::span<double> scale(line_.data(), n), shift(line_.data() + n, n);
    for (std::size_t k = 0; k < n; ++k) {
      if (r.equal(k)) return false;
      scale[k] = r.coordinates[k].scale;
      shift[k] = r.coordinates[k].shift;
    }
    return simd::tilt_exceeds(r.rows, scale, shift, 2 * slack_tolerance<T>);
  }

  /// The y of a box (0 <= y <= 1, |y| <= 1 where equal) with y.r(a) <= 0 for every choice that maximises goal.y. By the
  /// theorem of alternatives, its being 0 for the right goal means that the rows can be held.
  /// @return goal.y
  double alternative(const equilibrated_rows& r, std::span<const double> goal, std::span<double> y) {
    begin(r, goal);
    for (std::size_t round = 0; round < max_rounds; ++round) {
      if (!program_.solve(x_)) break;
      read(r, y);
      const std::size_t worst = largest(r, y);
      if (r.combined(y, worst) <= slack_tolerance<T> / 4) break;
      write(r, worst);
      program_.add(row_, 0);
    }
    double value = 0;
    for (std::size_t k = 0; k < y.size(); ++k) value += goal[k] * y[k];
    return value;
  }

  /// The least achievable largest shortfall of the rows, max over y >= 0, sum |y| = 1 of min_a -y.r(a), and the y that
  /// proves it. In the units of the rows. Should the program end early, the best that some y has proved.
  double least_violation(const slack_rows<T>& r, std::span<double> y) {
    double size = 0;
    for (const dual_coordinate& c : r.coordinates) size = (std::max)(size, c.unit);
    const std::size_t n = begin_violation(r);
    double value = -lift, best = -lift;
    best_.assign(y.size(), 0.0);
    for (double& v : y) v = 0;
    y[0] = 1;
    std::size_t worst = largest(r, y, size);
    for (std::size_t round = 0; round < max_rounds; ++round) {
      std::size_t i = 0;
      for (std::size_t k = 0; k < r.size(); ++k) {
        const double short_by = -r.at(k, worst) / size;
        row_[i++] = -(short_by + lift);
        if (r.equal(k)) row_[i++] = -(-short_by + lift);
      }
      row_[n] = 1;
      program_.add(row_, 0);
      if (!program_.solve(x_)) break;
      value = x_[n] - lift;
      read(r, y);
      worst = largest(r, y, size);
      const double attained = shortfall(r, y, worst, size);
      if (attained > best) {
        best = attained;
        best_.assign(y.begin(), y.end());
      }
      if (attained >= value - 1e-14) break;
    }
    // violations below the tolerance of the linear program leave it free to end within the simplex
    double sum = 0;
    for (const double v : best_) sum += std::abs(v);
    if (!(sum > 0)) return -lift * size;
    for (std::size_t k = 0; k < y.size(); ++k) y[k] = best_[k] / sum;
    return shortfall(r, y, largest(r, y, size), 1);
  }

  /// From a y with y.e(a) < 0 on every choice, e the rows with each choice and row in its unit: the same proof in the units
  /// of the rows, sum |y| = 1.
  /// @return min_a -y.r(a)
  double rescale(const slack_rows<T>& r, const equilibrated_rows& e, std::span<double> y) {
    double sum = 0, unit = pos_infinity<double>();
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) unit = (std::min)(unit, e.unit(k));
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) sum += std::abs(y[k]) * (unit / e.unit(k));
    // units may be so far apart that a share of the sum is less than any double: it must not be lost
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) y[k] = std::copysign((std::max)(std::abs(y[k]) * (unit / e.unit(k)) / sum, 1e-300), y[k]);
    return shortfall(r, y, largest(r, y, 1), 1);
  }

  /// max_a y.r(a)
  [[nodiscard]] double most(const equilibrated_rows& r, std::span<const double> y) { return r.combined(y, largest(r, y)); }

 private:
  static constexpr std::size_t max_rounds = 400;
  static constexpr double lift = 2;  // what the variable that stands for a shortfall is raised by, not to be negative

  // Variables of the program: the y, split in two where a row is equal.

  void begin(const equilibrated_rows& r, std::span<const double> goal) {
    row_.clear();
    for (std::size_t k = 0; k < goal.size(); ++k) {
      row_.push_back(goal[k]);
      if (r.equal(k)) row_.push_back(-goal[k]);
    }
    program_.start(row_);
    x_.assign(row_.size(), 0.0);
    row_.assign(row_.size(), 0.0);
    for (double& only : row_) {
      only = 1;
      program_.add(row_, 1);
      only = 0;
    }
  }
  /// One more variable, the shortfall, is maximal; sum |y| <= 1. @return its index
  std::size_t begin_violation(const slack_rows<T>& r) {
    std::size_t n = 0;
    for (std::size_t k = 0; k < r.size(); ++k) n += r.equal(k) ? 2U : 1U;
    row_.assign(n + 1, 0.0);
    row_[n] = 1;
    program_.start(row_);
    x_.assign(n + 1, 0.0);
    row_.assign(n + 1, 1.0);
    row_[n] = 0;
    program_.add(row_, 1);
    return n;
  }
  void write(const equilibrated_rows& r, std::size_t a) {
    std::size_t i = 0;
    for (std::size_t k = 0; k < r.size(); ++k) {
      row_[i++] = r.at(k, a);
      if (r.equal(k)) row_[i++] = -r.at(k, a);
    }
  }
  template <class Rows>
  void read(const Rows& r, std::span<double> y) const {
    std::size_t i = 0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      y[k] = x_[i++];
      if (r.equal(k)) y[k] -= x_[i++];
    }
  }
  /// -y.r(a)/unit for one choice
  [[nodiscard]] static double shortfall(const slack_rows<T>& r, std::span<const double> y, std::size_t a, double unit) noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < y.size(); ++k) sum -= y[k] * r.at(k, a) / unit;
    return sum;
  }
  /// The choice with the largest y.r(a)/unit.
  std::size_t largest(const slack_rows<T>& r, std::span<const double> y, double unit) {
    minus_.resize(y.size());
    for (std::size_t k = 0; k < y.size(); ++k) minus_[k] = -y[k] / unit * r.coordinates[k].scale;
    return simd::tilt_min(r.rows, std::span<const double>(minus_)).choice;
  }
  std::size_t largest(const equilibrated_rows& r, std::span<const double> y) {
    minus_.resize(y.size());
    for (std::size_t k = 0; k < y.size(); ++k) minus_[k] = -y[k];
    return simd::tilt_min(r.rows(), std::span<const double>(minus_)).choice;
  }

  linear_program program_;
  std::vector<double> x_, row_, best_, minus_, line_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP
