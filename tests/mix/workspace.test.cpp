// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/mix/workspace.hpp>

namespace mix = realign::mix;

TEST_CASE_TEMPLATE("a workspace gives the room that is asked for and keeps it", T, float, double) {
  mix::workspace<T> work;
  const std::span<T> first = work.room(100);
  CHECK(first.size() == 100);
  CHECK(work.room(10).data() == first.data());
  CHECK(work.room(10).size() == 10);
  CHECK(work.room(1000).size() == 1000);
  CHECK(work.room(0).empty());
}
