// SPDX-License-Identifier: MIT
// Kernels from the logits of a batch to log-probabilities of chosen actions, and back.
#ifndef REALIGN_SIMD_DETAIL_SOFTMAX_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_SOFTMAX_KERNELS_HPP

#include <realign/simd/detail/packed_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/softmax_rows.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_SOFTMAX_KERNELS_HPP
