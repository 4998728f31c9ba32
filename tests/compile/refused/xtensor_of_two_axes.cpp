// SPDX-License-Identifier: MIT
// refused: pass a row or a column of it
#include <realign/adapt/xtensor.hpp>
#include <realign/policy/policy.hpp>

#ifdef REFUSED
constexpr std::size_t axes = 2;
#else
constexpr std::size_t axes = 1;
#endif

void use(const xt::xtensor<float, axes>& row, std::span<float> out) { realign::evaluate(row, 0, out); }
