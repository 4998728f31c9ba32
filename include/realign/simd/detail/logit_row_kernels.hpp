// SPDX-License-Identifier: MIT
// Rows whose logits are made where they are read.
#ifndef REALIGN_SIMD_DETAIL_LOGIT_ROW_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_LOGIT_ROW_KERNELS_HPP

#include <realign/simd/detail/geometric_kernels.hpp>
#include <realign/simd/detail/logit_row.hpp>

#define REALIGN_KERNELS <realign/simd/detail/logit_row.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_LOGIT_ROW_KERNELS_HPP
