// SPDX-License-Identifier: MIT
// refused: a generator of 64 random bits is needed
#include <realign/decide/decision.hpp>

#include <random>

#ifdef REFUSED
using generator = std::mt19937;
#else
using generator = std::mt19937_64;
#endif

std::size_t use(const realign::decision<float>& d, generator& g) { return realign::sample(d, g); }
