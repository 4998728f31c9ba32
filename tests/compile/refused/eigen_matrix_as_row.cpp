// SPDX-License-Identifier: MIT
// refused: pass a row or a column of it
#include <realign/adapt/eigen.hpp>
#include <realign/policy/policy.hpp>

void use(const Eigen::MatrixXf& rows, std::span<float> out) {
#ifdef REFUSED
  realign::evaluate(rows, 0, out);
#else
  realign::evaluate(rows.row(0), 0, out);
#endif
}
