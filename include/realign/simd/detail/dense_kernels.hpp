// SPDX-License-Identifier: MIT
// Kernels of dense layers.
#ifndef REALIGN_SIMD_DETAIL_DENSE_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_DENSE_KERNELS_HPP

#include <realign/simd/detail/function_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/dense_kernels.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_DENSE_KERNELS_HPP
