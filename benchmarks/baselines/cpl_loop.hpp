// SPDX-License-Identifier: MIT
// CPL by plain loops.
#ifndef REALIGN_BENCHMARKS_BASELINES_CPL_LOOP_HPP
#define REALIGN_BENCHMARKS_BASELINES_CPL_LOOP_HPP

#include <cmath>
#include <cstddef>

#include "loop.hpp"
#include "preference.hpp"

namespace bench::BENCH_LOOP {

template <class T>
void cpl(const cpl_batch<T>& in) {
  const auto softmax = [](const T* x, std::size_t n, std::size_t action, T* p) {
    T top = x[0], sum = 0;
    for (std::size_t a = 0; a < n; ++a) top = x[a] > top ? x[a] : top;
    for (std::size_t a = 0; a < n; ++a) {
      p[a] = std::exp(x[a] - top);
      sum += p[a];
    }
    for (std::size_t a = 0; a < n; ++a) p[a] /= sum;
    return x[action] - top - std::log(sum);
  };
  const auto scale = [](T factor, std::size_t n, std::size_t action, T* p) {
    for (std::size_t a = 0; a < n; ++a) p[a] *= -factor;
    p[action] += factor;
  };
  cpl_by_rows(in, softmax, scale);
}

}  // namespace bench::BENCH_LOOP

#endif  // REALIGN_BENCHMARKS_BASELINES_CPL_LOOP_HPP
