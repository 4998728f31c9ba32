// SPDX-License-Identifier: MIT
// Whole-row kernels for an exponential tilt of a base row by a few features: the heart of every decision.
#ifndef REALIGN_SIMD_TILT_HPP
#define REALIGN_SIMD_TILT_HPP

#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::simd {

/// A base row and K feature rows over the same V choices.
template <scalar T>
struct tilt_rows {
  vector_view<const T> log_base;   ///< V; minus infinity means never
  matrix_view<const T> features;   ///< K x V, finite on the choices that can be made
  mask_view allowed = {};          ///< V bytes, or empty

  [[nodiscard]] bool alive(std::size_t a) const noexcept {
    return detail::alive(allowed, a, log_base[a]);
  }
  /// temperature * log_base_a + u . features_a
  [[nodiscard]] double score(std::span<const double> u, double temperature, std::size_t a) const noexcept {
    double s = temperature * static_cast<double>(log_base[a]);
    for (std::size_t k = 0; k < u.size(); ++k) s += u[k] * static_cast<double>(features(k, a));
    return s;
  }
  /// features_ka - features_kb
  [[nodiscard]] double difference(std::size_t k, std::size_t a, std::size_t b) const noexcept {
    return static_cast<double>(features(k, a)) - static_cast<double>(features(k, b));
  }
  /// score_a - score_b, from differences
  [[nodiscard]] double score_above(std::span<const double> u, double temperature, std::size_t a,
                                   std::size_t b) const noexcept {
    double s = temperature * (static_cast<double>(log_base[a]) - static_cast<double>(log_base[b]));
    for (std::size_t k = 0; k < u.size(); ++k) s += u[k] * difference(k, a, b);
    return s;
  }
};

/// The normaliser of a tilt, kept relative to its likeliest choice, so that it keeps its digits when scores are large:
/// sum_a exp(score_a) = exp(score_mode + log_sum).
struct tilt_normalizer {
  std::size_t mode;  ///< the likeliest choice, the first on ties; the number of choices when none can be made
  double log_sum;    ///< log sum_a exp(score_a - score_mode) >= 0; NaN when a score is NaN
};

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
  const std::size_t v = rows.log_base.size();
  const std::size_t k = u.size();
  double top = 0;
  std::size_t mode = v;
  for (std::size_t a = 0; a < v; ++a) {
    if (!rows.alive(a)) continue;
    const double s = rows.score(u, temperature, a);
    if (is_nan(s)) return {a, s};
    if (mode == v || s > top) {
      top = s;
      mode = a;
    }
  }
  if (mode == v) return {v, 0};

  double z = 0;
  for (double& m : mean) m = 0;
  for (double& c : cov) c = 0;
  for (std::size_t a = 0; a < v; ++a) {
    if (!rows.alive(a)) continue;
    const double e = std::exp(rows.score_above(u, temperature, a, mode));
    z += e;
    for (std::size_t i = 0; i < k; ++i) {
      const double edi = e * rows.difference(i, a, mode);
      mean[i] += edi;
      for (std::size_t j = 0; j <= i; ++j) cov[i * k + j] += edi * rows.difference(j, a, mode);
    }
  }
  for (std::size_t i = 0; i < k; ++i) mean[i] /= z;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      cov[i * k + j] = cov[i * k + j] / z - mean[i] * mean[j];
      cov[j * k + i] = cov[i * k + j];
    }
  for (std::size_t i = 0; i < k; ++i) mean[i] += static_cast<double>(rows.features(i, mode));
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

/// A choice and the value it attains.
struct extreme {
  std::size_t choice;  ///< the lowest index that attains it; the number of choices when there is none
  double value;
};

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
