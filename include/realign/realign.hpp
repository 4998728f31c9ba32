// SPDX-License-Identifier: MIT
// The whole library in one include; every header also stands alone.
#ifndef REALIGN_REALIGN_HPP
#define REALIGN_REALIGN_HPP

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/core/status.hpp>
#include <realign/core/version.hpp>
#include <realign/core/view.hpp>
#include <realign/core/weights.hpp>

#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/mix.hpp>
#include <realign/simd/tilt.hpp>

#endif  // REALIGN_REALIGN_HPP
