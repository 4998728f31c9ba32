// SPDX-License-Identifier: MIT
// Whole-row kernels for an exponential tilt of a base row by a few features: the heart of every decision.
#ifndef REALIGN_SIMD_TILT_HPP
#define REALIGN_SIMD_TILT_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/kernels.hpp>
#include <realign/simd/reference.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd {

namespace detail {

inline constexpr std::size_t most_tilt_features = 8;

template <scalar T>
[[nodiscard]] bool vectorizable(const tilt_rows<T>& rows, std::size_t k) noexcept {
  return vectorizable(rows.log_base) && k <= most_tilt_features && (k == 0 || rows.features.col_stride() == 1);
}

/// Mode and sums of e, e d_k, e d_k d_l over double lanes, with d the features less those of the mode.
template <scalar T>
[[nodiscard]] std::size_t tilt_sums(const tilt_rows<T>& rows, std::span<const double> u, double temperature,
                                    double* sums) noexcept {
  [[maybe_unused]] const std::size_t n = rows.log_base.size();
  // both number types are summed in double lanes
  REALIGN_SIMD_NARROW(f64, tilt_moments, rows.log_base.data(), rows.features.data(), rows.features.row_stride(),
                      mask_data(rows.allowed), u.data(), temperature, u.size(), n, sums)
  return n;  // reached only where there are no vector kernels
}

}  // namespace detail

/// Normaliser, means and covariance of the features under p_a proportional to
/// base_a^temperature * exp(u . features_a).
///
/// Everything is taken relative to the likeliest choice: no digits are lost to large scores, nor when p concentrates.
///
/// @param u     K numbers
/// @param mean  K numbers: E[features]
/// @param cov   K x K numbers, row-major: Cov[features]
/// @return the normaliser; when no choice can be made, or a score is NaN, nothing is written
/// @cost two passes over K + 1 rows; no allocation
template <scalar T>
tilt_normalizer tilt_moments(const tilt_rows<T>& rows, std::span<const double> u, std::span<double> mean,
                             std::span<double> cov, double temperature = 1.0) noexcept {
  constexpr std::size_t most = detail::most_tilt_features;
  double sums[1 + most + most * (most + 1) / 2];
  const std::size_t k = u.size(), v = rows.log_base.size();
  const std::size_t mode = detail::vectorizable(rows, k) ? detail::tilt_sums(rows, u, temperature, sums) : v;
  if (mode == v) return reference::tilt_moments(rows, u, mean, cov, temperature);
  const double z = sums[0];
  if (is_nan(z)) return {mode, z};
  std::size_t pair = 1 + k;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      cov[i * k + j] = cov[j * k + i] = sums[pair++] / z - (sums[1 + i] / z) * (sums[1 + j] / z);
  for (std::size_t i = 0; i < k; ++i)
    mean[i] = sums[1 + i] / z + static_cast<double>(rows.features(i, mode));
  return {mode, std::log(z)};
}

/// Writes the tilted row: log p_a = score_a - score_mode - log_sum; minus infinity where p_a = 0.
///
/// @param z          what `tilt_moments` returned at this u and temperature 1
/// @param log_probs  V numbers; may not alias the base or a feature
/// @cost one pass over K + 1 rows, no allocation
template <scalar T>
void tilt_emit(const tilt_rows<T>& rows, std::span<const double> u, tilt_normalizer z,
               vector_view<T> log_probs) noexcept {
  for (std::size_t a = 0; a < rows.log_base.size(); ++a)
    log_probs[a] = rows.alive(a) ? static_cast<T>(rows.score_above(u, 1.0, a, z.mode) - z.log_sum)
                                 : neg_infinity<T>();
}

/// The smallest u . features_a over the choices that can be made.
template <scalar T>
[[nodiscard]] extreme tilt_min(const tilt_rows<T>& rows, std::span<const double> u) noexcept {
  extreme best{rows.log_base.size(), 0};
  for (std::size_t a = 0; a < rows.log_base.size(); ++a) {
    if (!rows.alive(a)) continue;
    const double s = rows.score(u, 0.0, a);
    if (best.choice == rows.log_base.size() || s < best.value) best = {a, s};
  }
  return best;
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_TILT_HPP
