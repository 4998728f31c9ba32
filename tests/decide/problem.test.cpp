// SPDX-License-Identifier: MIT
#include <realign/decide/problem.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace ra = realign;

TEST_CASE_TEMPLATE("check names what is wrong", T, float, double) {
  const std::vector<T> prior{T(0), T(1), T(2)}, rows(6, T(0));
  const std::vector<double> budgets{1, 2};
  const std::vector<ra::sense> senses{ra::sense::at_least, ra::sense::equal};
  const std::vector<unsigned char> allowed{1, 1, 0};
  const ra::decision_problem<T> good{.log_prior = {prior.data(), 3},
                                     .objectives = {rows.data(), 2, 3},
                                     .costs = {rows.data(), 2, 3},
                                     .budgets = budgets,
                                     .senses = senses,
                                     .allowed = allowed,
                                     .beta = 0.5};
  CHECK_NOTHROW(good.check(2));
  CHECK(good.choice_count() == 3);
  CHECK(good.sense_of(1) == ra::sense::equal);
  CHECK(ra::decision_problem<T>{.log_prior = {prior.data(), 3}}.sense_of(7) == ra::sense::at_most);

  const auto refused = [&](const char* name, auto spoil) {
    ra::decision_problem<T> bad = good;
    spoil(bad);
    CHECK_THROWS_WITH_AS(bad.check(2), doctest::Contains(name), ra::contract_error);
  };
  refused("log_prior", [](auto& p) { p.log_prior = {}; });
  refused("objectives", [&](auto& p) { p.objectives = {rows.data(), 2, 2}; });
  refused("weights", [&](auto& p) { p.objectives = {rows.data(), 1, 3}; });
  refused("costs", [&](auto& p) { p.costs = {rows.data(), 2, 2}; });
  refused("budgets", [](auto& p) { p.budgets = p.budgets.first(1); });
  refused("senses", [](auto& p) { p.senses = p.senses.first(1); });
  refused("allowed", [](auto& p) { p.allowed = p.allowed.first(2); });
  refused("beta", [](auto& p) { p.beta = -1; });
  refused("beta", [](auto& p) { p.beta = 0.9e-300; });
  ra::decision_problem<T> least = good;
  least.beta = 1e-300;
  CHECK_NOTHROW(least.check(2));
  refused("beta", [](auto& p) { p.beta = ra::not_a_number<double>(); });
  const std::vector<double> endless{1, ra::pos_infinity<double>()};
  refused("budgets", [&](auto& p) { p.budgets = endless; });
}
