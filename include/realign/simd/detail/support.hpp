// SPDX-License-Identifier: MIT
// What the kernels that look through a row for its choices say.
#ifndef REALIGN_SIMD_DETAIL_SUPPORT_HPP
#define REALIGN_SIMD_DETAIL_SUPPORT_HPP

#include <cstddef>

namespace realign::inline v0::simd {

/// What a row holds on the choices that were left before it.
struct row_support {
  std::size_t choices = 0;      ///< with a finite number
  bool nan = false;             ///< some is NaN
  bool plus_infinity = false;   ///< some is plus infinity
  bool minus_infinity = false;  ///< some is minus infinity
};

/// The least and the largest number of a row.
struct row_range {
  double least;
  double largest;
};

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_DETAIL_SUPPORT_HPP
