// SPDX-License-Identifier: MIT
#include <realign/decide/workspace.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

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

TEST_CASE_TEMPLATE("nor when limits leave a face, or nothing, or hold only for a mixture", T, float, double) {
  using namespace realign_tests;
  const std::vector<T> prior(2, T(0)), costs{T(0), T(1), T(1), T(0)};
  ra::decision_workspace<T> work;
  const auto decide = [&](const std::vector<double>& budgets, const std::vector<ra::sense>& senses) {
    ra::decision_problem<T> p{.log_prior = prior};
    p.costs = {costs.data(), 2, 2};
    p.budgets = budgets;
    p.senses = senses;
    return ra::decide(p, work).status;
  };
  const std::vector<ra::sense> at_most(2, ra::sense::at_most), equal(2, ra::sense::equal);
  const std::vector<double> mixture{0.75, 0.5}, none{0.25, 0.5}, face{0, 1}, half{0.5, 0.5};
  const auto all = [&] {
    CHECK(decide(mixture, at_most) == ra::status::ok);
    CHECK(decide(none, at_most) == ra::status::infeasible);
    CHECK(decide(face, at_most) == ra::status::face);
    CHECK(decide(half, equal) == ra::status::ok);
  };
  all();
  const std::size_t before = allocations;
  for (const auto& [budgets, senses] : {std::pair{&mixture, &at_most}, {&none, &at_most}, {&face, &at_most}, {&half, &equal}})
    (void)decide(*budgets, *senses);
  CHECK(allocations == before);
}
