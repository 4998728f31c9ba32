// SPDX-License-Identifier: MIT
// Kernels of elementary functions.
#ifndef REALIGN_SIMD_DETAIL_FUNCTION_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_FUNCTION_KERNELS_HPP

#include <realign/simd/detail/nonlinearity.hpp>
#include <realign/simd/detail/row_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/function_kernels.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_FUNCTION_KERNELS_HPP
