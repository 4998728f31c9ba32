// SPDX-License-Identifier: MIT
// refused: an array of another library\. Include its adaptor
#ifndef REFUSED
#include <realign/adapt/eigen.hpp>
#endif
#include <realign/policy/policy.hpp>

#include <Eigen/Core>

void use(const Eigen::MatrixXf& w, const Eigen::VectorXf& x, std::span<float> out) {
  realign::evaluate([&w](const Eigen::VectorXf& s) { return w * s; }, x, out);
}
