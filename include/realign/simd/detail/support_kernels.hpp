// SPDX-License-Identifier: MIT
// Kernels that look through a row for its choices.
#ifndef REALIGN_SIMD_DETAIL_SUPPORT_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_SUPPORT_KERNELS_HPP

#include <realign/simd/detail/row_kernels.hpp>
#include <realign/simd/detail/support.hpp>

#define REALIGN_KERNELS <realign/simd/detail/support.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_SUPPORT_KERNELS_HPP
