// SPDX-License-Identifier: MIT
// Kernels of power means of policies.
#ifndef REALIGN_SIMD_DETAIL_POWER_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_POWER_KERNELS_HPP

#include <realign/simd/detail/function_kernels.hpp>
#include <realign/simd/detail/power_mean.hpp>

#define REALIGN_KERNELS <realign/simd/detail/power_mix.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_POWER_KERNELS_HPP
