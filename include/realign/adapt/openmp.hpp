// SPDX-License-Identifier: MIT
// An executor over the threads of OpenMP. The file that uses it is compiled with OpenMP (-fopenmp).
#ifndef REALIGN_ADAPT_OPENMP_HPP
#define REALIGN_ADAPT_OPENMP_HPP

#include <cstddef>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace realign::inline v0::adapt {

/// One range of nearly equal size per thread of a team. Inside another parallel region it runs on the caller's thread,
/// unless OpenMP's own settings allow nesting.
struct openmp {
  std::size_t grain = 1;  ///< as many items are worth one thread

  template <class Body>
  void operator()([[maybe_unused]] std::size_t count, [[maybe_unused]] const Body& body) const {
#ifdef _OPENMP
    if (count == 0) return;
    const std::size_t worth = grain > 1 ? (count - 1) / grain + 1 : count;
    const int most = omp_get_max_threads();
    const int team = worth < static_cast<std::size_t>(most) ? static_cast<int>(worth) : most;
#pragma omp parallel num_threads(team)
    {
      const auto threads = static_cast<std::size_t>(omp_get_num_threads());
      const auto me = static_cast<std::size_t>(omp_get_thread_num());
      const std::size_t size = count / threads, longer = count % threads;  // the first ranges have one item more
      const std::size_t begin = me * size + (me < longer ? me : longer);
      const std::size_t end = begin + size + (me < longer ? 1 : 0);
      if (begin < end) body(begin, end);
    }
#else
    static_assert(sizeof(Body) == 0, "realign::adapt::openmp: compile this file with OpenMP, such as by -fopenmp");
#endif
  }
};

}  // namespace realign::inline v0::adapt

#endif  // REALIGN_ADAPT_OPENMP_HPP
