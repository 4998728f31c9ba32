// SPDX-License-Identifier: MIT
// Whole-row kernels for f-divergence means of policies: statistics once, then the mass at as many trials as it takes.
#ifndef REALIGN_SIMD_DIVERGENCE_MIX_HPP
#define REALIGN_SIMD_DIVERGENCE_MIX_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/barrier.hpp>
#include <realign/simd/detail/divergence_kernels.hpp>
#include <realign/simd/divergence_reference.hpp>
#include <realign/simd/mix.hpp>

// pi_a = pi_ref,a g(sum_i c_i f'(pi_ia / pi_ref,a) - nu) with g the inverse of f': the optimum of sum_i c_i R_i for
// policies that are optimal for R_i under the divergence f. With tau in place of nu,
//
//     log pi_a = level_a - log(e^distance_a + e^tau) / alpha,
//
// which no logits overflow: e^tau is 1 - sum c + alpha nu + min_a S_a for alpha divergences, S = sum_i c_i x_i^-alpha, and
// e^(nu + (1 - sum c) log 2 + min_a S_a) - 1 for Jensen-Shannon, S = sum_i c_i log(1 + 1 / x_i), x_i = pi_i / pi_ref.

namespace realign::inline v0::simd {

/// Writes what a choice's probability depends on besides tau: in `level` log pi_ref, minus infinity where the reference, a
/// policy or the mask rules the choice out; in `distance` log S.
///
/// @param logits     N x V
/// @param reference  the row of the reference; its coefficient has no effect
/// @param c          N coefficients >= 0, one other than the reference's positive
/// @param log_z      N log-normalisers of the rows, finite for the reference and where c_i > 0
/// @param allowed    V bytes, or empty
/// @return the least log S; plus infinity when no choice is left
/// @cost one pass over N + 1 rows, N + 1 exponentials a choice; no allocation
template <scalar T>
T divergence_statistics(matrix_view<const T> logits, std::size_t reference, std::span<const double> c,
                        std::span<const double> log_z, const barrier_divergence& d, mask_view allowed,
                        std::span<T> level, std::span<T> distance) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && detail::vectorizable(c)) {
    [[maybe_unused]] const detail::divergence_rows<T> rows{
        logits.data(), logits.row_stride(), logits.rows(), c.data(), log_z.data(), reference,
        detail::mask_data(allowed), n};
    REALIGN_SIMD_LONG(T, divergence_statistics, rows, d, level.data(), distance.data())
  }
  return reference::divergence_statistics(logits, reference, c, log_z, d, allowed, level, distance);
}

/// Turns the statistics into level and distance, in place.
/// @return a tau at which no probability is above one and their sum is not below one; at tau = 0 the sum is at most one
/// @cost one pass over two rows, two exponentials and two logarithms a choice; no allocation
template <scalar T>
T divergence_distances(const barrier_divergence& d, T least, std::span<T> level, std::span<T> distance) noexcept {
  [[maybe_unused]] const std::size_t n = level.size();
  if (n >= 16 / sizeof(T)) {
    REALIGN_SIMD_LONG(T, divergence_distances, d, least, n, level.data(), distance.data())
  }
  return reference::divergence_distances(d, least, level, distance);
}

/// The mass at tau, and d log mass / d tau <= 0.
/// @cost one pass over two rows, two exponentials and a logarithm a choice
template <scalar T>
[[nodiscard]] trial divergence_mass(std::span<const T> level, std::span<const T> distance, const barrier_divergence& d,
                                    double tau) noexcept {
  [[maybe_unused]] const std::size_t n = level.size();
  if (n >= 16 / sizeof(T)) {
    REALIGN_SIMD_LONG(T, divergence_mass, level.data(), distance.data(), d, tau, n)
  }
  return reference::divergence_mass(level, distance, d, tau);
}

/// Writes log pi at tau less log_mass; minus infinity where the choice is ruled out.
template <scalar T>
void divergence_emit(std::span<const T> level, std::span<const T> distance, const barrier_divergence& d, double tau,
                     double log_mass, vector_view<T> log_mix) noexcept {
  [[maybe_unused]] const std::size_t n = level.size();
  if (n >= 16 / sizeof(T) && log_mix.contiguous()) {
    REALIGN_SIMD_LONG(T, divergence_emit, level.data(), distance.data(), d, tau, log_mass, n, log_mix.data())
  }
  reference::divergence_emit(level, distance, d, tau, log_mass, log_mix);
}

/// tau for a given nu, such as the 0 of MOD's greedy rule; NaN when there the likeliest choice has no finite probability.
/// @param least  what `divergence_statistics` returned
/// @param sum_c  of the coefficients of all rows but the reference
[[nodiscard]] inline double divergence_tau(const barrier_divergence& d, double least, double sum_c, double nu) noexcept {
  const double s = libm::exp(least), left = 1 - sum_c;
  const double e = d.jensen_shannon ? libm::expm1(nu + left * libm::log(2.0) + s) : left + d.alpha * nu + s;
  return e > 0 ? libm::log(e) : not_a_number<double>();
}
/// nu for a given tau; it may overflow where tau does not.
[[nodiscard]] inline double divergence_nu(const barrier_divergence& d, double least, double sum_c, double tau) noexcept {
  const double s = libm::exp(least), left = 1 - sum_c;
  if (d.jensen_shannon) return libm::log1p(libm::exp(tau)) - left * libm::log(2.0) - s;
  return (libm::exp(tau) - s - left) / d.alpha;
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_DIVERGENCE_MIX_HPP
