// SPDX-License-Identifier: MIT
// Eigen's views of the arrays of a problem.
#ifndef REALIGN_BENCHMARKS_BASELINES_EIGEN_HPP
#define REALIGN_BENCHMARKS_BASELINES_EIGEN_HPP

#include <Eigen/Core>
#include <cstddef>

namespace bench::eigen {

inline constexpr const char* name = "eigen";

template <class T>
using array = Eigen::Array<T, Eigen::Dynamic, 1>;
template <class T>
using const_map = Eigen::Map<const array<T>>;
template <class T>
using map = Eigen::Map<array<T>>;
template <class T>
using row_major = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
[[nodiscard]] const_map<T> see(const T* x, std::size_t n) {
  return {x, static_cast<Eigen::Index>(n)};
}
template <class T>
[[nodiscard]] map<T> see(T* x, std::size_t n) {
  return {x, static_cast<Eigen::Index>(n)};
}

}  // namespace bench::eigen

#endif  // REALIGN_BENCHMARKS_BASELINES_EIGEN_HPP
