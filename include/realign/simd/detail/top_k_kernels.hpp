// SPDX-License-Identifier: MIT
// Kernels that find the likeliest choices.
#ifndef REALIGN_SIMD_DETAIL_TOP_K_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_TOP_K_KERNELS_HPP

#include <realign/simd/detail/logit_row_kernels.hpp>
#include <realign/simd/detail/top_heap.hpp>

#define REALIGN_KERNELS <realign/simd/detail/top_k.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_TOP_K_KERNELS_HPP
