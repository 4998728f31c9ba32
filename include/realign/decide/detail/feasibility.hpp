// SPDX-License-Identifier: MIT
// Can the limits be met? Exact answers by cutting planes: strictly, only on a face, or not at all with a proof.
#ifndef REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP
#define REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP

#include <algorithm>
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
      if (r.combined(y, worst) <= slack_tolerance<double> / 4) break;
      write(r, worst);
      program_.add(row_, 0);
    }
    double value = 0;
    for (std::size_t k = 0; k < y.size(); ++k) value += goal[k] * y[k];
    return value;
  }

  /// max_a y.r(a)
  [[nodiscard]] double most(const equilibrated_rows& r, std::span<const double> y) { return r.combined(y, largest(r, y)); }

 private:
  static constexpr std::size_t max_rounds = 400;

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
  void write(const equilibrated_rows& r, std::size_t a) {
    std::size_t i = 0;
    for (std::size_t k = 0; k < r.size(); ++k) {
      row_[i++] = r.at(k, a);
      if (r.equal(k)) row_[i++] = -r.at(k, a);
    }
  }
  void read(const equilibrated_rows& r, std::span<double> y) const {
    std::size_t i = 0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      y[k] = x_[i++];
      if (r.equal(k)) y[k] -= x_[i++];
    }
  }
  std::size_t largest(const equilibrated_rows& r, std::span<const double> y) {
    minus_.resize(y.size());
    for (std::size_t k = 0; k < y.size(); ++k) minus_[k] = -y[k];
    return simd::tilt_min(r.rows(), std::span<const double>(minus_)).choice;
  }

  linear_program program_;
  std::vector<double> x_, row_, minus_, line_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_FEASIBILITY_HPP
