// SPDX-License-Identifier: MIT
// f-divergence means in plain scalar code, in double: what their vector kernels are tested against, and what runs on
// strided rows, very short ones, and unknown compilers.
#ifndef REALIGN_SIMD_DIVERGENCE_REFERENCE_HPP
#define REALIGN_SIMD_DIVERGENCE_REFERENCE_HPP

#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/barrier.hpp>

namespace realign::inline v0::simd::reference {

/// log(e^x + e^y)
[[nodiscard]] inline double log_add(const double& x, const double& y) noexcept {
  if (is_neg_inf(x)) return y;
  if (is_neg_inf(y)) return x;
  return x > y ? x + libm::log1p(libm::exp(y - x)) : y + libm::log1p(libm::exp(x - y));
}
/// log(1 - e^-x) for x >= 0
[[nodiscard]] inline double log_one_less_exp(const double& x) noexcept {
  if (is_pos_inf(x)) return 0;
  return x > 0 ? libm::log(-libm::expm1(-x)) : neg_infinity<double>();
}
/// log log(1 + e^x)
[[nodiscard]] inline double log_softplus(const double& x) noexcept {
  return x < -40 ? x : libm::log(log_add(0, x));
}

/// log S of one choice; plus infinity where the reference or a policy of positive coefficient rules it out.
template <scalar T>
[[nodiscard]] double divergence_statistic(matrix_view<const T> logits, std::size_t reference, std::span<const double> c,
                                          std::span<const double> log_z, const barrier_divergence& d,
                                          std::size_t a) noexcept {
  if (is_neg_inf(logits(reference, a))) return pos_infinity<double>();
  const double log_ref = rounded(static_cast<double>(logits(reference, a)) - log_z[reference]);
  double s = neg_infinity<double>();
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (!(c[i] > 0) || i == reference) continue;
    if (is_neg_inf(logits(i, a))) return pos_infinity<double>();
    const double less = log_ref - rounded(static_cast<double>(logits(i, a)) - log_z[i]);
    s = log_add(s, libm::log(c[i]) + (d.jensen_shannon ? log_softplus(less) : d.alpha * less));
  }
  return s;
}
/// @return the least statistic; plus infinity when no choice is left
template <scalar T>
T divergence_statistics(matrix_view<const T> logits, std::size_t reference, std::span<const double> c,
                        std::span<const double> log_z, const barrier_divergence& d, mask_view allowed,
                        std::span<T> level, std::span<T> distance) noexcept {
  T least = pos_infinity<T>();
  for (std::size_t a = 0; a < logits.cols(); ++a) {
    const bool possible = allowed.empty() || allowed[a] != 0;
    const double s = possible ? divergence_statistic(logits, reference, c, log_z, d, a) : pos_infinity<double>();
    level[a] = neg_infinity<T>();
    distance[a] = pos_infinity<T>();
    if (is_pos_inf(s)) continue;
    level[a] = static_cast<T>(static_cast<double>(logits(reference, a)) - log_z[reference]);
    distance[a] = static_cast<T>(s);
    if (is_pos_inf(least) || distance[a] < least) least = distance[a];
  }
  return least;
}
template <scalar T>
T divergence_distances(const barrier_divergence& d, T least, std::span<T> level, std::span<T> distance) noexcept {
  double bound = neg_infinity<double>();
  for (std::size_t a = 0; a < level.size(); ++a) {
    if (is_neg_inf(level[a])) continue;
    const double s = static_cast<double>(distance[a]);
    double l = static_cast<double>(level[a]), log_above = log_one_less_exp(s - static_cast<double>(least));
    if (!is_neg_inf(log_above)) log_above += s;
    if (d.jensen_shannon && !is_neg_inf(log_above)) {
      const double above = libm::exp(log_above);
      l -= above;
      if (above > 1e-17) log_above = log_one_less_exp(above);
    }
    level[a] = static_cast<T>(l);
    distance[a] = is_neg_inf(log_above) ? neg_infinity<T>() : static_cast<T>(log_above);
    const double room = is_neg_inf(log_above) ? pos_infinity<double>() : d.alpha * l - log_above;
    if (!(is_pos_inf(room) || room > 0)) continue;
    const double tau = d.alpha * l + log_one_less_exp(room);
    if (is_neg_inf(bound) || tau > bound) bound = tau;
  }
  return is_neg_inf(bound) ? neg_infinity<T>() : static_cast<T>(bound);
}

/// log pi at tau
template <scalar T>
[[nodiscard]] double divergence_log(const T& level, const T& distance, const barrier_divergence& d,
                                    const double& tau) noexcept {
  if (is_neg_inf(level)) return neg_infinity<double>();
  const double s = is_neg_inf(distance) ? tau : log_add(static_cast<double>(distance), tau);
  return static_cast<double>(level) - s / d.alpha;
}
template <scalar T>
[[nodiscard]] trial divergence_mass(std::span<const T> level, std::span<const T> distance, const barrier_divergence& d,
                                    double tau) noexcept {
  double mass = 0, slope = 0;
  for (std::size_t a = 0; a < level.size(); ++a) {
    const double l = divergence_log(level[a], distance[a], d, tau);
    if (is_neg_inf(l)) continue;
    const double p = libm::exp(l);
    mass += p;
    slope += is_neg_inf(distance[a]) ? p : p / (1 + libm::exp(static_cast<double>(distance[a]) - tau));
  }
  return {mass, -slope / (mass * d.alpha)};
}
template <scalar T>
void divergence_emit(std::span<const T> level, std::span<const T> distance, const barrier_divergence& d, double tau,
                     double log_mass, vector_view<T> log_mix) noexcept {
  for (std::size_t a = 0; a < level.size(); ++a) {
    const double l = divergence_log(level[a], distance[a], d, tau);
    log_mix[a] = is_neg_inf(l) ? neg_infinity<T>() : static_cast<T>(l - log_mass);
  }
}

}  // namespace realign::inline v0::simd::reference

#endif  // REALIGN_SIMD_DIVERGENCE_REFERENCE_HPP
