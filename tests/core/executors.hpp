// SPDX-License-Identifier: MIT
// What every executor must do.
#ifndef REALIGN_TESTS_CORE_EXECUTORS_HPP
#define REALIGN_TESTS_CORE_EXECUTORS_HPP

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <vector>

#include <realign/core/executor.hpp>

namespace realign_tests {

/// Every item of the range is worked on exactly once, by calls on ranges that are not empty.
template <realign::executor E>
void check_executor(const E& ex) {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 7U, 64U, 1000U}) {
    CAPTURE(count);
    std::vector<int> visits(count, 0);
    std::atomic<std::size_t> calls{0}, bad{0};
    ex(count, [&](std::size_t begin, std::size_t end) noexcept {
      ++calls;
      if (begin >= end || end > count) {
        ++bad;
        return;
      }
      for (std::size_t i = begin; i < end; ++i) ++visits[i];  // ranges do not overlap: no two threads meet here
    });
    CHECK(bad == 0);
    CHECK(visits == std::vector<int>(count, 1));
    CHECK(calls <= count);
  }
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_CORE_EXECUTORS_HPP
