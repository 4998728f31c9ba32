// SPDX-License-Identifier: MIT
// refused: a mask is contiguous bytes or bools
#include <realign/decide/limit.hpp>

#include <array>
#include <vector>

#ifdef REFUSED
using mask = std::vector<bool>;
#else
using mask = std::array<bool, 3>;
#endif

realign::limit use(const mask& forbidden) { return realign::never(forbidden); }
