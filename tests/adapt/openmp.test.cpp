// SPDX-License-Identifier: MIT
#include <realign/adapt/openmp.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>

#include <omp.h>

#include "../core/executors.hpp"

namespace ra = realign;

static_assert(ra::executor<ra::adapt::openmp>);

TEST_CASE("OpenMP covers the range, whatever the team and the grain") {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2, 5}) {
    omp_set_num_threads(threads);
    for (const std::size_t grain : {0U, 1U, 3U, 5000U}) realign_tests::check_executor(ra::adapt::openmp{grain});
  }
  omp_set_num_threads(before);
}

TEST_CASE("OpenMP cuts by its threads, and not below the grain") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(4);
  const auto calls = [](ra::adapt::openmp ex, std::size_t count) {
    std::atomic<std::size_t> n{0};
    ex(count, [&](std::size_t, std::size_t) noexcept { ++n; });
    return n.load();
  };
  omp_set_dynamic(0);
  CHECK(calls({}, 100) == 4);
  CHECK(calls({.grain = 50}, 100) == 2);
  CHECK(calls({.grain = 100}, 100) == 1);
  CHECK(calls({}, 3) == 3);
  omp_set_num_threads(before);
}
