// SPDX-License-Identifier: MIT
// refused: pass a row or a column of it
#include <realign/adapt/eigen.hpp>
#include <realign/decide/limit.hpp>

double use(const Eigen::MatrixXf& harm) {
#ifdef REFUSED
  return realign::at_most(harm, 0.5).cost(0);
#else
  return realign::at_most(harm.col(0), 0.5).cost(0);
#endif
}
