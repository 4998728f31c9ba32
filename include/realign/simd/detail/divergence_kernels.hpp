// SPDX-License-Identifier: MIT
// Kernels of f-divergence means of policies.
#ifndef REALIGN_SIMD_DETAIL_DIVERGENCE_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_DIVERGENCE_KERNELS_HPP

#include <realign/simd/detail/barrier.hpp>
#include <realign/simd/detail/logit_row_kernels.hpp>
#include <realign/simd/detail/power_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/divergence.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_DIVERGENCE_KERNELS_HPP
