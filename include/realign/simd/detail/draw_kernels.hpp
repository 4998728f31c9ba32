// SPDX-License-Identifier: MIT
// Kernels that draw choices.
#ifndef REALIGN_SIMD_DETAIL_DRAW_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_DRAW_KERNELS_HPP

#include <realign/simd/detail/draw_blocks.hpp>
#include <realign/simd/detail/logit_row_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/draw.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_DRAW_KERNELS_HPP
