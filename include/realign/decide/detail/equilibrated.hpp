// SPDX-License-Identifier: MIT
// Slacks of order one, whatever their units: each row and each choice divided by a power of two of its own.
#ifndef REALIGN_DECIDE_DETAIL_EQUILIBRATED_HPP
#define REALIGN_DECIDE_DETAIL_EQUILIBRATED_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/decide/detail/coordinate.hpp>
#include <realign/simd/tilt.hpp>

namespace realign::inline v0::detail {

/// Rows r_k(a) that a distribution over the choices must hold at E[r_k] >= 0, or == 0 where the coordinate is not
/// bounded.
template <scalar T>
struct slack_rows {
  simd::tilt_rows<T> rows;                       ///< K features
  std::span<const dual_coordinate> coordinates;  ///< K

  [[nodiscard]] std::size_t size() const noexcept { return coordinates.size(); }
  [[nodiscard]] std::size_t choices() const noexcept { return rows.log_base.size(); }
  [[nodiscard]] bool equal(std::size_t k) const noexcept { return !coordinates[k].bounded; }
  /// r_k(a)
  [[nodiscard]] double at(std::size_t k, std::size_t a) const noexcept {
    return coordinates[k].row(static_cast<double>(rows.features(k, a)));
  }
};

/// How far from zero a slack still counts as zero, relative to the larger of the two numbers whose sum it is.
template <scalar T>
inline constexpr double slack_tolerance =
    (std::max)(1e-12, 16 * static_cast<double>(std::numeric_limits<T>::epsilon()));

/// r_k(a) / (unit_k size_a), of order one, and 0 where r_k(a) is rounding. Whether E[r] >= 0 can be held does not depend
/// on size_a > 0, which only multiplies p_a: so a penalty of 10^6 on one choice does not hide what another lacks.
class equilibrated_rows {
 public:
  template <scalar T>
  void read(const slack_rows<T>& r) {
    const std::size_t n = r.size(), v = r.choices();
    entries_.resize((std::max)(entries_.size(), n * v));
    base_.assign(v, 0.0);
    units_.assign(n, 0);
    equal_.assign(n, 0);
    allowed_ = r.rows.allowed;
    for (std::size_t k = 0; k < n; ++k) {
      equal_[k] = r.equal(k) ? 1 : 0;
      units_[k] = typical_exponent(r, k);
    }
    for (std::size_t a = 0; a < v; ++a) {
      if (r.rows.alive(a))
        read_choice(r, a);
      else
        base_[a] = neg_infinity<double>();
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return units_.size(); }
  [[nodiscard]] bool equal(std::size_t k) const noexcept { return equal_[k] != 0; }
  [[nodiscard]] double at(std::size_t k, std::size_t a) const noexcept { return entries_[k * base_.size() + a]; }
  [[nodiscard]] double unit(std::size_t k) const noexcept { return power_of_two(units_[k]); }
  /// The entries as features, of the choices that are still alive.
  [[nodiscard]] simd::tilt_rows<double> rows() const noexcept {
    return {{base_.data(), base_.size()}, {entries_.data(), size(), base_.size()}, allowed_};
  }
  /// sum_k y_k at(k, a)
  [[nodiscard]] double combined(std::span<const double> y, std::size_t a) const noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < y.size(); ++k) sum += y[k] * at(k, a);
    return sum;
  }

 private:
  static constexpr int nothing = -1023;  // the exponent of 0, and of what is below the normal numbers

  [[nodiscard]] static int exponent_of(double x) noexcept { return static_cast<int>((bits(x) >> 52) & 0x7ffU) - 1023; }
  /// 2^e, at most the largest power of two; 0 below the normal numbers.
  [[nodiscard]] static double power_of_two(int e) noexcept {
    return from_bits<double>(static_cast<std::uint64_t>((std::min)((std::max)(e, nothing), 1023) + 1023) << 52);
  }
  template <scalar T>
  [[nodiscard]] static double first_number(const slack_rows<T>& r, std::size_t k, std::size_t a) noexcept {
    return r.coordinates[k].scale * static_cast<double>(r.rows.features(k, a));
  }
  /// The exponent of the larger of the two numbers whose sum r_k(a) is.
  template <scalar T>
  [[nodiscard]] static int exponent(const slack_rows<T>& r, std::size_t k, std::size_t a) noexcept {
    return (std::max)(exponent_of(first_number(r, k, a)), exponent_of(r.coordinates[k].shift));
  }
  /// Half way from the budget to the largest number; without a budget, as in a geometric mean.
  template <scalar T>
  [[nodiscard]] static int typical_exponent(const slack_rows<T>& r, std::size_t k) noexcept {
    if (const int budget = exponent_of(r.coordinates[k].shift); budget != nothing)
      return budget + (std::max)(exponent_of(r.coordinates[k].unit) - budget, 0) / 2;
    std::int64_t sum = 0, count = 0;
    for (std::size_t a = 0; a < r.choices(); ++a) {
      const int e = r.rows.alive(a) ? exponent(r, k, a) : nothing;
      sum += e == nothing ? 0 : e;
      count += e == nothing ? 0 : 1;
    }
    return count == 0 ? 0 : static_cast<int>(sum / count);
  }
  template <scalar T>
  void read_choice(const slack_rows<T>& r, std::size_t a) noexcept {
    int largest = -4096;  // less than any
    for (std::size_t k = 0; k < size(); ++k)
      if (const int e = exponent(r, k, a); e != nothing) largest = (std::max)(largest, e - units_[k]);
    for (std::size_t k = 0; k < size(); ++k) {
      const double scale = power_of_two(-(units_[k] + largest));
      const double x = scale * first_number(r, k, a), z = scale * r.coordinates[k].shift;
      const bool is_rounding = std::abs(x + z) <= slack_tolerance<T> * (std::max)(std::abs(x), std::abs(z));
      entries_[k * base_.size() + a] = is_rounding ? 0.0 : x + z;
    }
  }

  std::vector<double> entries_, base_;
  std::vector<int> units_;  // exponents
  std::vector<unsigned char> equal_;
  mask_view allowed_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_EQUILIBRATED_HPP
