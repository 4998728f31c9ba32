// SPDX-License-Identifier: MIT
#include <realign/core/aligned.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ra = realign;

TEST_CASE_TEMPLATE("vectors begin at a cache line, also grown, copied and moved", T, float, double) {
  const auto aligned = [](const ra::aligned_vector<T>& v) { return reinterpret_cast<std::uintptr_t>(v.data()) % 64 == 0; };
  for (std::size_t n = 1; n < 100; ++n) {
    ra::aligned_vector<T> v(n, T(3));
    CHECK(aligned(v));
    v.push_back(T(4));
    CHECK(aligned(v));
    const ra::aligned_vector<T> copy = v;
    CHECK(aligned(copy));
    CHECK(copy == v);
    const ra::aligned_vector<T> moved = std::move(v);
    CHECK(aligned(moved));
    CHECK(moved.back() == T(4));
  }
}
