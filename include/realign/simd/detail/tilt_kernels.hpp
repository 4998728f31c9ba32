// SPDX-License-Identifier: MIT
// Kernels of exponential tilts.
#ifndef REALIGN_SIMD_DETAIL_TILT_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_TILT_KERNELS_HPP

#include <realign/simd/detail/row_kernels.hpp>
#include <realign/simd/detail/tilt_answer.hpp>

#define REALIGN_KERNELS <realign/simd/detail/tilt_kernels.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_TILT_KERNELS_HPP
