// SPDX-License-Identifier: MIT
// Can the limits be met? Exact answers by cutting planes: strictly, only on a face, or not at all with a proof.
#ifndef REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP
#define REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/view.hpp>
#include <realign/decide/detail/coordinate.hpp>
#include <realign/decide/detail/linear_program.hpp>
#include <realign/simd/tilt.hpp>

namespace realign::inline v0::detail {

/// Rows r_k(a) that a distribution over the choices must hold at E[r_k] >= 0, or == 0 where the coordinate is not
/// bounded.
template <scalar T>
struct slack_rows {
  simd::tilt_rows<T> rows;                       ///< K features
  std::span<const dual_coordinate> coordinates;  ///< K

  [[nodiscard]] std::size_t size() const noexcept { return coordinates.size(); }
  [[nodiscard]] bool equal(std::size_t k) const noexcept { return !coordinates[k].bounded; }
  [[nodiscard]] double unit(std::size_t k) const noexcept { return coordinates[k].unit; }
  /// r_k(a)
  [[nodiscard]] double raw(std::size_t k, std::size_t a) const noexcept {
    return coordinates[k].row(static_cast<double>(rows.features(k, a)));
  }
  /// r_k(a) / unit_k, of order one
  [[nodiscard]] double at(std::size_t k, std::size_t a) const noexcept { return raw(k, a) / unit(k); }
};

/// How far from zero a slack still counts as zero, for rows of order one.
template <scalar T>
inline constexpr double slack_tolerance =
    (std::max)(1e-12, 16 * static_cast<double>(std::numeric_limits<T>::epsilon()));

/// Cutting planes: the master is a linear program over few variables, the oracle one pass over the choices.
template <scalar T>
class cutting_planes {
 public:
  /// True when one single choice holds every row with room to spare: nothing more to ask.
  [[nodiscard]] bool strict_choice(const slack_rows<T>& r) {
    const std::size_t n = r.size();
    line_.resize(3 * n);
    const std::span<double> scale(line_.data(), n), shift(line_.data() + n, n), least(line_.data() + 2 * n, n);
    for (std::size_t k = 0; k < n; ++k) {
      if (r.equal(k)) return false;
      scale[k] = r.coordinates[k].scale;
      shift[k] = r.coordinates[k].shift;
      least[k] = (std::max)(2 * slack_tolerance<T> * r.unit(k), (std::numeric_limits<double>::min)());
    }
    return simd::tilt_exceeds(r.rows, scale, shift, least);
  }

  /// The y of a box (0 <= y <= 1, |y| <= 1 where equal) with y.r(a)/unit <= 0 for every choice that maximises
  /// goal.y. By the theorem of alternatives, its being 0 for the right goal means that the rows can be held.
  /// @return goal.y
  double alternative(const slack_rows<T>& r, std::span<const double> goal, std::span<double> y) {
    begin(r, goal);
    std::vector<double>& cut = cut_;
    for (std::size_t round = 0; round < max_rounds; ++round) {
      if (!program_.solve(x_)) break;
      read(r, y);
      const std::size_t worst = largest(r, y);
      if (combined(r, y, worst) <= slack_tolerance<T> / 4) break;
      for (std::size_t k = 0; k < r.size(); ++k) cut[k] = r.at(k, worst);
      add_cut(r);
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
    // variables: y (split where equal), then the value raised by `lift` so that it is not negative
    const double lift = 2;
    std::size_t n = 0;
    for (std::size_t k = 0; k < r.size(); ++k) n += r.equal(k) ? 2U : 1U;
    std::vector<double> goal(n + 1, 0.0), row(n + 1, 1.0);
    goal[n] = 1;
    x_.assign(n + 1, 0.0);
    program_.start(goal);
    row[n] = 0;
    program_.add(row, 1);
    double value = -lift, best = -lift;
    std::vector<double> best_y(y.size(), 0.0);
    for (double& v : y) v = 0;
    y[0] = 1;
    std::size_t worst = largest(r, y, size);
    for (std::size_t round = 0; round < max_rounds; ++round) {
      std::size_t i = 0;
      for (std::size_t k = 0; k < r.size(); ++k) {
        const double short_by = -r.raw(k, worst) / size;
        row[i++] = -(short_by + lift);
        if (r.equal(k)) row[i++] = -(-short_by + lift);
      }
      row[n] = 1;
      program_.add(row, 0);
      if (!program_.solve(x_)) break;
      value = x_[n] - lift;
      i = 0;
      for (std::size_t k = 0; k < r.size(); ++k) {
        y[k] = x_[i++];
        if (r.equal(k)) y[k] -= x_[i++];
      }
      worst = largest(r, y, size);
      const double attained = shortfall(r, y, worst, size);
      if (attained > best) {
        best = attained;
        best_y.assign(y.begin(), y.end());
      }
      if (attained >= value - 1e-14) break;
    }
    // violations below the tolerance of the linear program leave it free to end within the simplex
    double sum = 0;
    for (const double v : best_y) sum += std::abs(v);
    if (!(sum > 0)) return -lift * size;
    for (std::size_t k = 0; k < y.size(); ++k) y[k] = best_y[k] / sum;
    return shortfall(r, y, largest(r, y, size), 1);
  }

  /// From a y with y.r(a)/unit < 0 on every choice: the same proof in the units of the rows, sum |y| = 1.
  /// @return min_a -y.r(a)
  double rescale(const slack_rows<T>& r, std::span<double> y) {
    double sum = 0, unit = pos_infinity<double>();
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) unit = (std::min)(unit, r.unit(k));
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) sum += std::abs(y[k]) * (unit / r.unit(k));
    // units may be so far apart that a share of the sum is less than any double: it must not be lost
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) y[k] = std::copysign((std::max)(std::abs(y[k]) * (unit / r.unit(k)) / sum, 1e-300), y[k]);
    return shortfall(r, y, largest(r, y, 1), 1);
  }

  /// y.r(a)/unit for one choice
  [[nodiscard]] static double combined(const slack_rows<T>& r, std::span<const double> y,
                                       std::size_t a) noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < y.size(); ++k) sum += y[k] * r.at(k, a);
    return sum;
  }

  /// max_a y.r(a)/unit
  [[nodiscard]] double most(const slack_rows<T>& r, std::span<const double> y) { return combined(r, y, largest(r, y)); }

 private:
  static constexpr std::size_t max_rounds = 400;

  void begin(const slack_rows<T>& r, std::span<const double> goal) {
    std::vector<double> c;
    for (std::size_t k = 0; k < goal.size(); ++k) {
      c.push_back(goal[k]);
      if (r.equal(k)) c.push_back(-goal[k]);
    }
    program_.start(c);
    x_.assign(c.size(), 0.0);
    cut_.assign(goal.size(), 0.0);
    row_.assign(c.size(), 0.0);
    for (std::size_t i = 0; i < c.size(); ++i) {
      row_[i] = 1;
      program_.add(row_, 1);
      row_[i] = 0;
    }
  }
  void add_cut(const slack_rows<T>& r) {
    std::size_t i = 0;
    for (std::size_t k = 0; k < cut_.size(); ++k) {
      row_[i++] = cut_[k];
      if (r.equal(k)) row_[i++] = -cut_[k];
    }
    program_.add(row_, 0);
  }
  void read(const slack_rows<T>& r, std::span<double> y) const {
    std::size_t i = 0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      y[k] = x_[i++];
      if (r.equal(k)) y[k] -= x_[i++];
    }
  }
  /// -y.r(a)/unit for one choice
  [[nodiscard]] static double shortfall(const slack_rows<T>& r, std::span<const double> y, std::size_t a, double unit) noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < y.size(); ++k) sum -= y[k] * r.raw(k, a) / unit;
    return sum;
  }
  /// The choice with the largest y.r(a)/unit (unit: each row's own, or one for all).
  std::size_t largest(const slack_rows<T>& r, std::span<const double> y, double common_unit = 0) {
    minus_.resize(y.size());
    for (std::size_t k = 0; k < y.size(); ++k) minus_[k] = -y[k] / (common_unit > 0 ? common_unit : r.unit(k)) * r.coordinates[k].scale;
    return simd::tilt_min(r.rows, std::span<const double>(minus_)).choice;
  }

  linear_program program_;
  std::vector<double> x_, cut_, row_, minus_, line_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP
