// SPDX-License-Identifier: MIT
// Kernels of many rows at once.
#ifndef REALIGN_SIMD_DETAIL_PACKED_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_PACKED_KERNELS_HPP

#include <realign/simd/detail/row_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/packed_rows.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_PACKED_KERNELS_HPP
