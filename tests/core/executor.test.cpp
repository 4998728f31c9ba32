// SPDX-License-Identifier: MIT
#include <realign/core/executor.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "executors.hpp"

namespace ra = realign;

namespace {

/// One thread per item.
constexpr auto a_thread_each = [](std::size_t count, const auto& body) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i, i + 1); });
  for (std::thread& t : threads) t.join();
};
/// Erases the type of the body, as thread pools do.
void backwards_in_threes(std::size_t count, const std::function<void(std::size_t, std::size_t)>& body) {
  for (std::size_t end = count; end > 0; end -= end < 3 ? end : 3) body(end < 3 ? 0 : end - 3, end);
}

}  // namespace

static_assert(ra::executor<ra::serial>);
static_assert(ra::executor<decltype(a_thread_each)>);
static_assert(ra::executor<decltype(&backwards_in_threes)>);
static_assert(!ra::executor<int> && !ra::executor<decltype([](std::size_t) {})>);

TEST_CASE("serial: one call on the thread of the caller") {
  realign_tests::check_executor(ra::serial{});
  std::vector<std::pair<std::size_t, std::size_t>> calls;
  const std::thread::id here = std::this_thread::get_id();
  ra::serial{}(9, [&](std::size_t begin, std::size_t end) noexcept {
    calls.emplace_back(begin, end);
    CHECK(std::this_thread::get_id() == here);
  });
  CHECK(calls == std::vector<std::pair<std::size_t, std::size_t>>{{0, 9}});
}

TEST_CASE("anything that cuts a range is an executor") {
  realign_tests::check_executor(a_thread_each);
  realign_tests::check_executor(&backwards_in_threes);
}
