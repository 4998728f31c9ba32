// SPDX-License-Identifier: MIT
// refused: a view of an expression would outlive its numbers\. Evaluate it first
#include <realign/adapt/eigen.hpp>
#include <realign/decide/limit.hpp>

double use(const Eigen::VectorXf& harm) {
#ifdef REFUSED
  return realign::at_most(harm * 2.0F, 0.5).cost(0);
#else
  return realign::at_most((harm * 2.0F).eval(), 0.5).cost(0);
#endif
}
