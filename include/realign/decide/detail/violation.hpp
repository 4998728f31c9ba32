// SPDX-License-Identifier: MIT
// By how much limits that cannot be met must be missed, and the proof of it.
#ifndef REALIGN_DECIDE_DETAIL_VIOLATION_HPP
#define REALIGN_DECIDE_DETAIL_VIOLATION_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/decide/detail/coordinate.hpp>
#include <realign/decide/detail/equilibrated.hpp>
#include <realign/decide/detail/linear_program.hpp>
#include <realign/simd/tilt.hpp>

namespace realign::inline v0::detail {

/// The least achievable largest shortfall of rows, v = max over y >= 0, sum |y| = 1, of min_a -y.r(a). Cutting planes: each
/// choice that a y leaves the least bounds v.
template <scalar T>
class least_violation {
 public:
  /// Turns a y with y.e(a) < 0 for every choice, e the rows in units, into the best proof in the units of the rows.
  /// @return v, or nearly: the best y may be no proof to its last digit; negative or 0 when y is none
  double improve(const slack_rows<T>& r, const equilibrated_rows& e, std::span<double> y) {
    rescale(e, y);
    const std::size_t worst = largest(r, y);
    const double proved = shortfall(r, y, worst);
    if (!(proved > 0)) return proved;
    first_.assign(y.begin(), y.end());
    begin(e, proved);
    seek(r, worst, y);
    return settle(r, proved, y);
  }

 private:
  static constexpr std::size_t max_cuts = 400;

  /// Cuts off what `worst`, and the worst choice of each y after it, do not bear. The last y is the best, unless cuts run out.
  void seek(const slack_rows<T>& r, std::size_t worst, std::span<double> y) {
    best_ = first_;
    while (cuts_.size() < max_cuts && std::find(cuts_.begin(), cuts_.end(), worst) == cuts_.end()) {
      add_cut(r, worst);
      if (!program_.solve(x_) || !read(y)) return;
      best_.assign(y.begin(), y.end());
      worst = largest(r, y);
    }
  }
  /// Writes the best y or, where costs are so much larger than v that their digits do not tell whether it is a proof, one as
  /// near to it as is. @return what that proves: at least `proved`, as the first y
  double settle(const slack_rows<T>& r, double proved, std::span<double> y) {
    for (const double share : {0.0, 0x1p-40, 0x1p-30, 0x1p-20, 0x1p-10}) {
      double sum = 0;
      for (std::size_t k = 0; k < y.size(); ++k) sum += std::abs(y[k] = best_[k] + share * (first_[k] - best_[k]));
      for (double& v : y) v /= sum;
      const double attained = shortfall(r, y, largest(r, y));
      if (attained >= proved && withstands_rounding(r, y)) return attained;
    }
    std::copy(first_.begin(), first_.end(), y.begin());
    return proved;
  }
  /// Whether -y.r(a) > 0 for every choice, by more than its rounding.
  [[nodiscard]] static bool withstands_rounding(const slack_rows<T>& r, std::span<const double> y) noexcept {
    const double share = static_cast<double>(y.size() + 2) * std::numeric_limits<double>::epsilon();
    for (std::size_t a = 0; a < r.choices(); ++a) {
      if (!r.rows.alive(a)) continue;
      double sum = 0, size = 0;
      for (std::size_t k = 0; k < y.size(); ++k) {
        const double part = y[k] * r.at(k, a);
        sum -= part;
        size += std::abs(part);
      }
      if (!(sum > share * size)) return false;
    }
    return true;
  }

  static void rescale(const equilibrated_rows& e, std::span<double> y) noexcept {
    double sum = 0, unit = pos_infinity<double>();
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) unit = (std::min)(unit, e.unit(k));
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) sum += std::abs(y[k]) * (unit / e.unit(k));
    // units may be so far apart that a share of the sum is less than any double: it must not be lost
    for (std::size_t k = 0; k < y.size(); ++k)
      if (y[k] < 0 || y[k] > 0) y[k] = std::copysign((std::max)(std::abs(y[k]) * (unit / e.unit(k)) / sum, 1e-300), y[k]);
  }
  /// Variables: y_k = z_k scale_k, split in two where a row is equal, and v in the unit of what is proved already.
  void begin(const equilibrated_rows& e, double proved) {
    unit_ = unit_of(proved);
    double smallest = pos_infinity<double>();
    for (std::size_t k = 0; k < e.size(); ++k) smallest = (std::min)(smallest, e.unit(k));
    equal_.clear();
    scale_.clear();
    row_.clear();
    for (std::size_t k = 0; k < e.size(); ++k) {
      equal_.push_back(e.equal(k) ? 1 : 0);
      scale_.push_back(smallest / e.unit(k));
      row_.insert(row_.end(), e.equal(k) ? 2 : 1, scale_[k]);
    }
    row_.push_back(0);
    x_.assign(row_.size(), 0.0);
    x_.back() = 1;
    program_.start(x_);
    program_.add(row_, 1);  // sum |y| <= 1
    cuts_.clear();
  }
  /// v + y.r(a) <= 0, its largest coefficient of order one.
  void add_cut(const slack_rows<T>& r, std::size_t a) {
    double size = unit_;
    for (std::size_t k = 0; k < r.size(); ++k) size = (std::max)(size, scale_[k] * std::abs(r.at(k, a)));
    std::size_t i = 0;
    for (std::size_t k = 0; k < r.size(); ++k) {
      row_[i++] = scale_[k] * r.at(k, a) / size;
      if (equal_[k] != 0) row_[i++] = -scale_[k] * r.at(k, a) / size;
    }
    row_[i] = unit_ / size;
    program_.add(row_, 0);
    cuts_.push_back(a);
  }
  /// @return false when y is 0
  bool read(std::span<double> y) const noexcept {
    std::size_t i = 0;
    double sum = 0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      y[k] = x_[i++];
      if (equal_[k] != 0) y[k] -= x_[i++];
      y[k] *= scale_[k];
      sum += std::abs(y[k]);
    }
    if (!(sum > 0)) return false;
    for (double& v : y) v /= sum;
    return true;
  }
  /// -y.r(a)
  [[nodiscard]] static double shortfall(const slack_rows<T>& r, std::span<const double> y, std::size_t a) noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < y.size(); ++k) sum -= y[k] * r.at(k, a);
    return sum;
  }
  /// The choice with the largest y.r(a).
  std::size_t largest(const slack_rows<T>& r, std::span<const double> y) {
    minus_.resize(y.size());
    for (std::size_t k = 0; k < y.size(); ++k) minus_[k] = -y[k] * r.coordinates[k].scale;
    return simd::tilt_min(r.rows, std::span<const double>(minus_)).choice;
  }

  linear_program program_;
  std::vector<double> x_, row_, scale_, first_, best_, minus_;
  std::vector<unsigned char> equal_;
  std::vector<std::size_t> cuts_;
  double unit_ = 1;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_VIOLATION_HPP
