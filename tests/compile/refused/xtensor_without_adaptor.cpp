// SPDX-License-Identifier: MIT
// refused: an array of another library\. Include its adaptor
#ifndef REFUSED
#include <realign/adapt/xtensor.hpp>
#endif
#include <realign/policy/policy.hpp>

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

void use(const xt::xtensor<float, 1>& row, std::span<float> out) { realign::evaluate(row, 0, out); }
