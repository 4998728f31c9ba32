// SPDX-License-Identifier: MIT
// Kernels of discounted sums.
#ifndef REALIGN_SIMD_DETAIL_DISCOUNT_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_DISCOUNT_KERNELS_HPP

#include <realign/simd/detail/row_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/discount_kernels.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_DISCOUNT_KERNELS_HPP
