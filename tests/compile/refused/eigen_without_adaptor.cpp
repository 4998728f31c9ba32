// SPDX-License-Identifier: MIT
// refused: an array of another library\. Include its adaptor
#ifndef REFUSED
#include <realign/adapt/eigen.hpp>
#endif
#include <realign/policy/policy.hpp>

#include <Eigen/Core>

void use(const Eigen::VectorXf& row, std::span<float> out) { realign::evaluate(row, 0, out); }
