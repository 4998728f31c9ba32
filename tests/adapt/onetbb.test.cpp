// SPDX-License-Identifier: MIT
#include <realign/adapt/onetbb.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include <oneapi/tbb/task_arena.h>

#include "../core/executors.hpp"

namespace ra = realign;

static_assert(ra::executor<ra::adapt::onetbb>);

TEST_CASE("oneTBB covers the range, in arenas of any size and with any grain") {
  for (const int threads : {1, 2, 5}) {
    tbb::task_arena arena(threads);
    for (const std::size_t grain : {0U, 1U, 3U, 5000U})
      arena.execute([&] { realign_tests::check_executor(ra::adapt::onetbb{grain}); });
  }
}

TEST_CASE("oneTBB does not cut what the grain keeps together") {
  std::size_t calls = 0;
  ra::adapt::onetbb{.grain = 100}(100, [&](std::size_t begin, std::size_t end) noexcept {
    ++calls;
    CHECK(begin == 0);
    CHECK(end == 100);
  });
  CHECK(calls == 1);
}
