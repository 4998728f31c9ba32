// SPDX-License-Identifier: MIT
// Kernels that add up the probabilities of cells.
#ifndef REALIGN_SIMD_DETAIL_CELL_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_CELL_KERNELS_HPP

#include <realign/simd/detail/logit_row_kernels.hpp>

#define REALIGN_KERNELS <realign/simd/detail/cells.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_CELL_KERNELS_HPP
