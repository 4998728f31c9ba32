// SPDX-License-Identifier: MIT
// refused: no matrix to look into
// refused: evaluate it first
#include <realign/adapt/eigen.hpp>

std::size_t use(const Eigen::MatrixXf& m) {
#ifdef REFUSED
  return realign::as_matrix(m + m).rows();
#else
  return realign::as_matrix((m + m).eval()).rows();
#endif
}
