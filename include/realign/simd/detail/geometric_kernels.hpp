// SPDX-License-Identifier: MIT
// Kernels that sum logits of several policies.
#ifndef REALIGN_SIMD_DETAIL_GEOMETRIC_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_GEOMETRIC_KERNELS_HPP

#include <realign/simd/detail/row_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/geometric.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_GEOMETRIC_KERNELS_HPP
