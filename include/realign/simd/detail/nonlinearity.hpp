// SPDX-License-Identifier: MIT
// The functions that a product may end with.
#ifndef REALIGN_SIMD_DETAIL_NONLINEARITY_HPP
#define REALIGN_SIMD_DETAIL_NONLINEARITY_HPP

namespace realign::inline v0::simd {

/// What a layer applies to each of its outputs.
enum class nonlinearity : unsigned char { identity, tanh, relu };

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_DETAIL_NONLINEARITY_HPP
