// SPDX-License-Identifier: MIT
#include <realign/policy/step_groups.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <vector>

namespace {
using step_type = realign::step<int, int>;
std::span<const step_type> view(const std::vector<step_type>& s) { return s; }
}  // namespace

TEST_CASE("states are told apart by address, in order of first appearance") {
  const std::vector<int> states{5, 5, 5};
  const std::vector<step_type> steps{
      {&states[2], 0}, {&states[0], 1}, {&states[2], 2}, {&states[1], 0}};
  realign::step_groups<int> groups;
  groups.assign(view(steps));
  REQUIRE(groups.states().size() == 3);
  CHECK(groups.states()[0] == &states[2]);
  CHECK(groups.states()[1] == &states[0]);
  CHECK(groups.states()[2] == &states[1]);
  const std::vector<std::size_t> expected{0, 1, 0, 2};
  CHECK(std::vector<std::size_t>(groups.group_of().begin(), groups.group_of().end()) == expected);
}

TEST_CASE("many states, refilled with fewer and with none") {
  std::vector<int> states(1000);
  std::vector<step_type> steps;
  for (std::size_t t = 0; t < 5000; ++t) steps.push_back({&states[(t * 37) % 1000], 0});
  realign::step_groups<int> groups;
  groups.assign(view(steps));
  CHECK(groups.states().size() == 1000);
  for (std::size_t t = 0; t < steps.size(); ++t)
    REQUIRE(groups.states()[groups.group_of()[t]] == steps[t].state);
  steps.resize(3);
  groups.assign(view(steps));
  CHECK(groups.states().size() == 3);
  groups.assign(std::span<const step_type>{});
  CHECK(groups.states().empty());
  CHECK(groups.group_of().empty());
}

TEST_CASE("a step without a state is refused") {
  realign::step_groups<int> groups;
  const std::vector<step_type> steps{{nullptr, 0}};
  CHECK_THROWS_WITH_AS(groups.assign(view(steps)),
                       "steps: expected a state for every step, got none at step 0",
                       realign::contract_error);
}
