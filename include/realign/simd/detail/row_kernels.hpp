// SPDX-License-Identifier: MIT
// What every other kernel is made of: vectors, exponentials and logarithms, sums over a row.
#ifndef REALIGN_SIMD_DETAIL_ROW_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_ROW_KERNELS_HPP

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/simd/detail/dispatch.hpp>

#define REALIGN_KERNELS <realign/simd/detail/row_kernels.inc>
#include <realign/simd/detail/regions.inc>

#endif  // REALIGN_SIMD_DETAIL_ROW_KERNELS_HPP
