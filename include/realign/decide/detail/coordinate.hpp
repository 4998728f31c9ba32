// SPDX-License-Identifier: MIT
// One coordinate of the dual, and the row that it prices.
#ifndef REALIGN_DECIDE_DETAIL_COORDINATE_HPP
#define REALIGN_DECIDE_DETAIL_COORDINATE_HPP

#include <algorithm>
#include <cmath>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::detail {

/// A price on the row r(a) = scale * feature(a) + shift: a gain over the anchor, or what a budget leaves. The feature is
/// the caller's number, untouched, so that budgets are met to the last digit also in float.
struct dual_coordinate {
  double scale = 1;
  double shift = 0;
  double unit = 1;       ///< size of r, a power of two; the coordinate is x = price * unit
  double reach = 1;      ///< no |r| / unit is larger
  double weight = 0;     ///< of the objective it prices; unused for a cost
  bool bounded = true;   ///< x >= 0
  bool priced = false;   ///< carries a term of the conjugate, which keeps it inside its domain

  [[nodiscard]] double row(double feature) const noexcept { return scale * feature + shift; }
};

/// The power of two at or above a size, within what has an inverse.
[[nodiscard]] inline double unit_of(double size) noexcept {
  if (!(size > 0)) return 1;
  if (!is_finite(size)) return 0x1p1000;
  int exponent = 0;
  const double fraction = std::frexp(size, &exponent);  // in [1/2, 1)
  exponent = fraction > 0.5 ? exponent : exponent - 1;
  return std::ldexp(1.0, (std::min)((std::max)(exponent, -1000), 1000));
}

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_COORDINATE_HPP
