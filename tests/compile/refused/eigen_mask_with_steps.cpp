// SPDX-License-Identifier: MIT
// refused: a mask is contiguous bytes or bools
#include <realign/decide/limit.hpp>

#include <Eigen/Core>

realign::limit use(const Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>& forbidden) {
#ifdef REFUSED
  return realign::never(forbidden.row(0));
#else
  return realign::never(std::span(forbidden.data(), static_cast<std::size_t>(forbidden.rows())));
#endif
}
