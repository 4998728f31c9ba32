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
inline constexpr std::size_t most_features_once = 4;

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

/// True when `tilt_moments_once` takes these rows.
[[nodiscard]] inline bool takes_one_pass(const tilt_rows<float>& rows, std::size_t k) noexcept {
  return vectorizable(rows, k) && k <= most_features_once && rows.log_base.size() >= long_row;
}
[[nodiscard]] inline bool takes_one_pass(const tilt_rows<double>&, std::size_t) noexcept { return false; }

template <scalar T>
[[nodiscard]] std::size_t first_alive(const tilt_rows<T>& rows) noexcept {
  std::size_t a = 0;
  while (a < rows.log_base.size() && !rows.alive(a)) ++a;
  return a;
}

/// Sums about the reference that is returned, of features less those of the origin.
[[nodiscard]] inline float tilt_sums_once(const tilt_rows<float>& rows, std::span<const double> u, std::size_t origin,
                                          double* sums) noexcept {
  REALIGN_SIMD_SELECT(true, f32, tilt_once, rows.log_base.data(), rows.features.data(), rows.features.row_stride(),
                      mask_data(rows.allowed), u.data(), origin, u.size(), rows.log_base.size(), sums)
  return 0;  // reached only where there are no vector kernels
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

/// As `tilt_moments`, in one pass and in single precision: for the first steps of a solver, and where features are only
/// known to a few digits anyway.
///
/// @return log sum_a base_a exp(u . features_a), about 1e-6 of its size exact, as are the means and, to the
///   square of the features' spread, the covariance; minus infinity when no choice can be made, NaN when a score is; `mean`
///   and `cov` are then not to be used
/// @cost one pass over K + 1 rows, V exponentials; at most 4 features, contiguous rows of 16 choices or more
inline double tilt_moments_once(const tilt_rows<float>& rows, std::span<const double> u, std::span<double> mean,
                                std::span<double> cov) noexcept {
  constexpr std::size_t most = detail::most_tilt_features;
  double sums[1 + most + most * (most + 1) / 2];
  const std::size_t k = u.size();
  const std::size_t origin = detail::first_alive(rows);
  if (origin == rows.log_base.size()) return neg_infinity<double>();
  const double reference = static_cast<double>(detail::tilt_sums_once(rows, u, origin, sums));
  const double z = sums[0];
  double at_origin = 0;  // what the scores lack
  for (std::size_t i = 0; i < k; ++i) at_origin += u[i] * static_cast<double>(rows.features(i, origin));
  std::size_t pair = 1 + k;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      cov[i * k + j] = cov[j * k + i] = sums[pair++] / z - (sums[1 + i] / z) * (sums[1 + j] / z);
  for (std::size_t i = 0; i < k; ++i) mean[i] = sums[1 + i] / z + static_cast<double>(rows.features(i, origin));
  return is_nan(z) || !(z > 0) ? z : reference + std::log(z) + at_origin;
}

/// Writes the tilted distribution: log p_a = score_a - score_mode - log_sum, minus infinity where p_a = 0, and p_a.
///
/// @param z                 what `tilt_moments` returned at this u and temperature 1
/// @param log_probs, probs  V numbers each; may not alias the base or a feature
/// @cost one pass over K + 1 rows, V exponentials, no allocation
template <scalar T>
void tilt_emit(const tilt_rows<T>& rows, std::span<const double> u, tilt_normalizer z, std::span<double> log_probs,
               std::span<double> probs) noexcept {
  [[maybe_unused]] const std::size_t n = rows.log_base.size();
  if (detail::vectorizable(rows, u.size())) {
    REALIGN_SIMD_NARROW(f64, tilt_emit, rows.log_base.data(), rows.features.data(), rows.features.row_stride(),
                        detail::mask_data(rows.allowed), u.data(), u.size(), n, z.mode, z.log_sum, log_probs.data(),
                        probs.data())
  }
  for (std::size_t a = 0; a < n; ++a) {
    log_probs[a] = rows.alive(a) ? rows.score_above(u, 1.0, a, z.mode) - z.log_sum : neg_infinity<double>();
    probs[a] = rows.alive(a) ? std::exp(log_probs[a]) : 0.0;
  }
}

/// sum_a p_a row_a over the choices with p_a > 0; where p is zero the row may hold anything.
/// @cost one pass over both, no allocation
template <scalar T>
[[nodiscard]] double expectation(std::span<const double> p, vector_view<const T> row) noexcept {
  [[maybe_unused]] const std::size_t n = row.size();
  if (detail::vectorizable(row)) {
    REALIGN_SIMD_NARROW(f64, expectation, p.data(), static_cast<const double*>(nullptr), row.data(), n)
  }
  double sum = 0;
  for (std::size_t a = 0; a < n; ++a)
    if (p[a] > 0) sum += p[a] * static_cast<double>(row[a]);
  return sum;
}
/// sum_a p_a (log p_a - log_base_a) over the choices with p_a > 0: the divergence from a base that need not be normalised.
/// @cost one pass over all three, no allocation
template <scalar T>
[[nodiscard]] double divergence(std::span<const double> p, std::span<const double> log_p,
                                vector_view<const T> log_base) noexcept {
  [[maybe_unused]] const std::size_t n = log_base.size();
  if (detail::vectorizable(log_base)) {
    REALIGN_SIMD_NARROW(f64, expectation, p.data(), log_p.data(), log_base.data(), n)
  }
  double sum = 0;
  for (std::size_t a = 0; a < n; ++a)
    if (p[a] > 0) sum += p[a] * (log_p[a] - static_cast<double>(log_base[a]));
  return sum;
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
