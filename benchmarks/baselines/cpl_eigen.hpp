// SPDX-License-Identifier: MIT
// CPL by Eigen's array expressions.
#ifndef REALIGN_BENCHMARKS_BASELINES_CPL_EIGEN_HPP
#define REALIGN_BENCHMARKS_BASELINES_CPL_EIGEN_HPP

#include <cmath>
#include <cstddef>

#include "eigen.hpp"
#include "preference.hpp"

namespace bench::eigen {

template <class T>
void cpl(const cpl_batch<T>& in) {
  const auto softmax = [](const T* row, std::size_t n, std::size_t action, T* out) {
    const const_map<T> x = see(row, n);
    map<T> p = see(out, n);
    const T top = x.maxCoeff();
    p = (x - top).exp();
    const T sum = p.sum();
    p /= sum;
    return row[action] - top - std::log(sum);
  };
  const auto scale = [](T factor, std::size_t n, std::size_t action, T* p) {
    see(p, n) *= -factor;
    p[action] += factor;
  };
  cpl_by_rows(in, softmax, scale);
}

}  // namespace bench::eigen

#endif  // REALIGN_BENCHMARKS_BASELINES_CPL_EIGEN_HPP
