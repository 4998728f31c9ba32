// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/mix/workspace.hpp>

#include <span>
#include <vector>

#include <realign/mix/mix.hpp>

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

TEST_CASE_TEMPLATE("a workspace goes with a list of rows too", T, float, double) {
  const std::vector<std::vector<T>> rows{{0, 1, 2}, {2, 0, 0}};
  const std::vector<double> w{0.25, 0.75};
  mix::workspace<T> work;
  std::vector<T> with(3), without(3);
  const auto same = [&](const auto& rule) {
    CHECK(rule(rows, w, with, {}, work).status == realign::status::ok);
    CHECK(rule(rows, w, without).status == realign::status::ok);
    CHECK(with == without);
  };
  same(mix::arithmetic);
  same(mix::geometric);
  same(mix::power_mean(0.5));
  same(mix::f_divergence(mix::divergence::forward_kl(), 0));
}
