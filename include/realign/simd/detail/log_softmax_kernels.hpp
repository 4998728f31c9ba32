// SPDX-License-Identifier: MIT
// Kernels that normalise every row of a batch.
#ifndef REALIGN_SIMD_DETAIL_LOG_SOFTMAX_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_LOG_SOFTMAX_KERNELS_HPP

#include <realign/simd/detail/packed_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/log_softmax_rows.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_LOG_SOFTMAX_KERNELS_HPP
