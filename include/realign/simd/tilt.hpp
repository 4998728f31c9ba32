// SPDX-License-Identifier: MIT
// Whole-row kernels for an exponential tilt of a base row by a few features: the heart of every decision.
#ifndef REALIGN_SIMD_TILT_HPP
#define REALIGN_SIMD_TILT_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/tilt_kernels.hpp>
#include <realign/simd/reference.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd {

namespace detail {

template <scalar T>
[[nodiscard]] bool vectorizable(const tilt_rows<T>& rows, std::size_t k) noexcept {
  return vectorizable(rows.log_base) && k <= most_features && (k == 0 || rows.features.col_stride() == 1);
}

/// Sums of e, e d_k, e d_k d_l over double lanes, with d the features less those of the choice `about`: the likeliest when
/// it is V. @return the largest score less that of the choice
template <scalar T>
[[nodiscard]] double tilt_sums(const tilt_rows<T>& rows, std::span<const double> u, double temperature,
                               std::size_t& about, double* sums) noexcept {
  [[maybe_unused]] const std::size_t n = rows.log_base.size();
  // both number types are summed in double lanes
  REALIGN_SIMD_NARROW(f64, tilt_moments, rows.log_base.data(), rows.features.data(), rows.features.row_stride(),
                      mask_data(rows.allowed), u.data(), temperature, u.size(), n, about, sums)
  return 0;  // reached only where there are no vector kernels
}

template <scalar T>
void emit(const tilt_rows<T>& rows, std::span<const double> u, tilt_normalizer z, const tilt_answer<T>& out) noexcept {
  [[maybe_unused]] const std::size_t n = rows.log_base.size();
  REALIGN_SIMD_NARROW(f64, tilt_emit, rows.log_base.data(), rows.features.data(), rows.features.row_stride(),
                      mask_data(rows.allowed), u.data(), u.size(), n, z.mode, z.log_sum, out)
}

/// The choice of the largest u . features_a, the first on ties; V when it cannot be told.
template <scalar T>
[[nodiscard]] std::size_t tilt_max(const tilt_rows<T>& rows, std::span<const double> u) noexcept {
  [[maybe_unused]] const std::size_t n = rows.log_base.size();
  REALIGN_SIMD_NARROW(f64, tilt_max, rows.log_base.data(), rows.features.data(), rows.features.row_stride(),
                      mask_data(rows.allowed), u.data(), u.size(), n)
  return n;  // reached only where there are no vector kernels
}

/// True when `tilt_moments_once` takes these rows.
[[nodiscard]] inline bool takes_one_pass(const tilt_rows<float>& rows, std::size_t k) noexcept {
  return vectorizable(rows, k) && rows.log_base.size() >= long_row;
}
[[nodiscard]] inline bool takes_one_pass(const tilt_rows<double>&, std::size_t) noexcept { return false; }

template <scalar T>
[[nodiscard]] std::size_t first_alive(const tilt_rows<T>& rows) noexcept {
  std::size_t a = 0;
  while (a < rows.log_base.size() && !rows.alive(a)) ++a;
  return a;
}

/// Sums about the reference that is returned, of features less those of the origin.
template <std::same_as<float> T>
[[nodiscard]] float tilt_sums_once(const tilt_rows<T>& rows, std::span<const double> u, std::size_t origin,
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
/// @param u      K numbers
/// @param mean   K numbers: E[features]
/// @param cov    K x K numbers, row-major: Cov[features]
/// @param about  a choice that was the likeliest a moment ago: when it still nearly is, everything is taken relative to it,
///               and one pass is enough
/// @return the normaliser; when no choice can be made, or a score is NaN, nothing is written
/// @cost two passes over K + 1 rows, or one; no allocation
template <scalar T>
tilt_normalizer tilt_moments(const tilt_rows<T>& rows, std::span<const double> u, std::span<double> mean,
                             std::span<double> cov, double temperature = 1.0,
                             std::size_t about = static_cast<std::size_t>(-1)) noexcept {
  constexpr std::size_t most = detail::most_features;
  constexpr double nearly = 3;  // in log-probability
  double sums[1 + most + most * (most + 1) / 2];
  const std::size_t k = u.size(), v = rows.log_base.size();
  if (!detail::vectorizable(rows, k)) return reference::tilt_moments(rows, u, mean, cov, temperature);
  if (about >= v || !(detail::tilt_sums(rows, u, temperature, about, sums) <= nearly)) {
    about = v;
    (void)detail::tilt_sums(rows, u, temperature, about, sums);
  }
  if (about == v) return reference::tilt_moments(rows, u, mean, cov, temperature);
  const double z = sums[0];
  if (is_nan(z)) return {about, z};
  std::size_t pair = 1 + k;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      cov[i * k + j] = cov[j * k + i] = sums[pair++] / z - (sums[1 + i] / z) * (sums[1 + j] / z);
  for (std::size_t i = 0; i < k; ++i)
    mean[i] = sums[1 + i] / z + static_cast<double>(rows.features(i, about));
  return {about, libm::log(z)};
}

/// As `tilt_moments`, in one pass and in single precision: for the first steps of a solver, and where features are only
/// known to a few digits anyway.
///
/// @return log sum_a base_a exp(u . features_a), about 1e-6 of its size exact, as are the means and, to the
///   square of the features' spread, the covariance; minus infinity when no choice can be made, NaN when a score is; `mean`
///   and `cov` are then not to be used
/// @cost one pass over K + 1 rows, V exponentials; contiguous rows of 16 choices or more, 8 features at most
template <std::same_as<float> T>
double tilt_moments_once(const tilt_rows<T>& rows, std::span<const double> u, std::span<double> mean,
                         std::span<double> cov) noexcept {
  constexpr std::size_t most = detail::most_features;
  double sums[1 + most + most * (most + 1) / 2];
  const std::size_t k = u.size();
  const std::size_t origin = detail::first_alive(rows);
  if (origin == rows.log_base.size()) return neg_infinity<double>();
  const double reference = static_cast<double>(detail::tilt_sums_once(rows, u, origin, sums));
  const double z = sums[0];
  double at_origin = 0;  // what the scores lack
  for (std::size_t i = 0; i < k; ++i) at_origin += u[i] * static_cast<double>(rows.features(i, origin));
  const double per_z = 1 / z;
  std::size_t pair = 1 + k;
  for (std::size_t i = 0; i < k; ++i) {
    const double above = sums[1 + i] * per_z;
    for (std::size_t j = 0; j <= i; ++j)
      cov[i * k + j] = cov[j * k + i] = sums[pair++] * per_z - above * (sums[1 + j] * per_z);
    mean[i] = above + static_cast<double>(rows.features(i, origin));
  }
  return is_nan(z) || !(z > 0) ? z : reference + libm::log(z) + at_origin;
}

/// Writes the tilted distribution, log p_a = score_a - score_mode - log_sum and p_a, and takes expectations in double as it
/// passes: where p_a = 0, which is where log p_a is minus infinity, rows may hold anything.
///
/// @param z                 what `tilt_moments` returned at this u and temperature 1
/// @param base              V numbers
/// @param observed          rows of V numbers
/// @param log_probs, probs  V numbers each; may not alias a row that is read
/// @param means             one per observed row: E_p[row]
/// @return E_p[log p - base]: the divergence from exp(base), which need not be normalised
/// @cost one pass over all rows and V exponentials, for each 8 observed rows; no allocation
template <scalar T>
double tilt_emit(const tilt_rows<T>& rows, std::span<const double> u, tilt_normalizer z, vector_view<const T> base,
                 std::span<const vector_view<const T>> observed, std::span<T> log_probs, std::span<T> probs,
                 std::span<double> means) noexcept {
  bool contiguous = detail::vectorizable(rows, u.size()) && base.contiguous();
  for (const auto& row : observed) contiguous = contiguous && row.contiguous();
  if (!contiguous) return reference::tilt_emit(rows, u, z, base, observed, log_probs, probs, means);
  double divergence = 0;
  for (std::size_t first = 0; first == 0 || first < observed.size(); first += detail::most_observed) {
    const T* row[detail::most_observed];
    double sums[1 + detail::most_observed];
    const std::size_t left = observed.size() - first;
    const std::size_t count = left < detail::most_observed ? left : detail::most_observed;
    for (std::size_t i = 0; i < count; ++i) row[i] = observed[first + i].data();
    const bool writes = first == 0;
    detail::emit(rows, u, z,
                 detail::tilt_answer<T>{writes ? log_probs.data() : nullptr, writes ? probs.data() : nullptr,
                                        base.data(), row, count, sums});
    divergence = sums[0];
    for (std::size_t i = 0; i < count; ++i) means[first + i] = sums[1 + i];
  }
  return divergence;
}

/// The smallest u . features_a over the choices that can be made.
/// @cost one pass over K + 1 rows; no allocation
template <scalar T>
[[nodiscard]] extreme tilt_min(const tilt_rows<T>& rows, std::span<const double> u) noexcept {
  const std::size_t v = rows.log_base.size();
  if (detail::vectorizable(rows, u.size())) {
    double minus[detail::most_features] = {};
    for (std::size_t k = 0; k < u.size(); ++k) minus[k] = -u[k];
    const std::size_t a = detail::tilt_max(rows, std::span<const double>(minus, u.size()));
    if (a < v) return {a, rows.score(u, 0.0, a)};
  }
  return reference::tilt_min(rows, u);
}

/// Whether some choice that can be made holds r_k = scale_k features_ka + shift_k > 0 in every row k, by more than rounding:
/// r_k > share max(|scale_k features_ka|, |shift_k|).
///
/// @param scale, shift  K numbers each
/// @param share         >= 0
/// @cost at most one pass over K + 1 rows; no allocation
template <scalar T>
[[nodiscard]] bool tilt_exceeds(const tilt_rows<T>& rows, std::span<const double> scale, std::span<const double> shift,
                                double share) noexcept {
  [[maybe_unused]] const std::size_t n = rows.log_base.size();
  if (detail::vectorizable(rows, scale.size())) {
    REALIGN_SIMD_NARROW(f64, tilt_exceeds, rows.log_base.data(), rows.features.data(), rows.features.row_stride(),
                        detail::mask_data(rows.allowed), scale.data(), shift.data(), share, scale.size(), n)
  }
  return reference::tilt_exceeds(rows, scale, shift, share);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_TILT_HPP
