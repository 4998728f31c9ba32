// SPDX-License-Identifier: MIT
// Whole-row kernel for power means of policies.
#ifndef REALIGN_SIMD_POWER_MIX_HPP
#define REALIGN_SIMD_POWER_MIX_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/power_kernels.hpp>
#include <realign/simd/mean_reference.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::simd {

/// log_mix_a = log (sum_i w_i pi_i(a)^p)^(1/p) with log pi_i = logits_i - log_z_i and weights scaled to sum to one.
///
/// p = 1 is the arithmetic mean, 0 the geometric one, -1 the harmonic one, infinity the largest and minus infinity the
/// smallest; near 0 and far out it loses no digits. For p > 0 a choice stays when any policy makes it, else when all do.
///
/// @param logits   N x V
/// @param w        N weights >= 0, one of them positive; rows of weight zero are not read
/// @param log_z    N log-normalisers of the rows, finite where w_i > 0
/// @param allowed  V bytes; a masked choice gets minus infinity
/// @param log_mix  V numbers, not normalised; may not alias a row unless N = 1
/// @cost one pass over N rows, N + 1 exponentials or logarithms a choice; no allocation
template <scalar T>
void power_mix(matrix_view<const T> logits, std::span<const double> w, std::span<const double> log_z, double p,
               mask_view allowed, vector_view<T> log_mix) noexcept {
  const detail::power_mean mean(p);
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && detail::vectorizable(w) && log_mix.contiguous()) {
    REALIGN_SIMD_LONG(T, power_mix, logits.data(), logits.row_stride(), logits.rows(), w.data(), log_z.data(), mean,
                      detail::mask_data(allowed), n, log_mix.data())
  }
  reference::power_mix(logits, w, log_z, mean, allowed, log_mix);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_POWER_MIX_HPP
