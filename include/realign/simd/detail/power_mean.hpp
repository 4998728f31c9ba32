// SPDX-License-Identifier: MIT
// Which power mean: of a finite exponent, or one of the limits.
#ifndef REALIGN_SIMD_DETAIL_POWER_MEAN_HPP
#define REALIGN_SIMD_DETAIL_POWER_MEAN_HPP

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::simd::detail {

enum class mean_kind : unsigned char {
  power,
  small_power,  ///< near zero, where the sum of powers is near 1
  product,
  largest,
  smallest,
};

/// The mean of exponent p. Exponents that no number can tell from 0 or infinity are taken for those.
struct power_mean {
  mean_kind kind = mean_kind::power;
  double p;

  explicit power_mean(const double& exponent) noexcept : p(exponent) {
    if (is_pos_inf(exponent) || (is_finite(exponent) && exponent > 1e30)) kind = mean_kind::largest;
    if (is_neg_inf(exponent) || (is_finite(exponent) && exponent < -1e30)) kind = mean_kind::smallest;
    if (exponent < 0.25 && exponent > -0.25) kind = mean_kind::small_power;
    if (exponent < 1e-30 && exponent > -1e-30) kind = mean_kind::product;
    if (kind == mean_kind::largest || kind == mean_kind::smallest || kind == mean_kind::product) p = 1;
  }
};

}  // namespace realign::inline v0::simd::detail

#endif  // REALIGN_SIMD_DETAIL_POWER_MEAN_HPP
