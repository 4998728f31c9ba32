// SPDX-License-Identifier: MIT
#include <realign/decide/workspace.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include <realign/scalarize/scalarize.hpp>

#include "random_program.hpp"

namespace {
std::size_t allocations = 0;
}

// GCC sees free() meet a replaced operator new and cannot tell that they belong together.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void* operator new(std::size_t n) {
  ++allocations;
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

TEST_CASE_TEMPLATE("a workspace stops allocating after its first decision of a size", T, float, double) {
  using namespace realign_tests;
  ra::random_generator g(11);
  const program<T> p = random_program<T>(g, 40, 3, 2, 0.5);
  ra::decision_workspace<T> work;
  const ra::scalarize::chebyshev f{};
  const std::size_t before_first = allocations;
  REQUIRE(ra::succeeded(ra::decide(p.view(), f, p.weights, work).status));
  CHECK(allocations > before_first);
  const std::size_t before_second = allocations;
  REQUIRE(ra::succeeded(ra::decide(p.view(), f, p.weights, work).status));
  CHECK(allocations == before_second);
}
