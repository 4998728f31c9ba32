// SPDX-License-Identifier: MIT
// Kinds link and all_pairs: from margins and scores to losses and slopes.
#include <cstddef>
#include <stdexcept>
#include <vector>

#include <realign/preference/all_pairs.hpp>
#include <realign/preference/link.hpp>

#include "kinds.hpp"

namespace golden {

namespace ra = realign;

namespace {

template <ra::link_function Link>
void compare(const Link& f, const golden_case& c, const expectation& e) {
  std::vector<double> value, slope;
  for (const double h : row<double>(c.in().at("h"))) {
    const ra::link_value at = f(h);
    value.push_back(at.value);
    slope.push_back(at.slope);
  }
  e.at("value").numbers(value);
  e.at("slope").numbers(slope);
}

}  // namespace

void check_link(const golden_case& c, const expectation& e) {
  const std::string& name = c.names.back();
  const auto p = c.param();
  if (name == "logistic") return compare(ra::link::logistic{}, c, e);
  if (name == "tilt") return compare(ra::link::tilt{number(p.at("c"))}, c, e);
  if (name == "hinge") return compare(ra::link::hinge{number(p.at("delta"))}, c, e);
  if (name == "square") return compare(ra::link::square{number(p.at("target"))}, c, e);
  throw std::runtime_error("no link is called " + name);
}

void check_all_pairs(const golden_case& c, const expectation& e) {
  const std::vector<double> scores = row<double>(c.in().at("scores"));
  const std::vector<double> ranks = row<double>(c.in().at("rank"));
  std::vector<double> gradient(scores.size(), 0.0);
  const ra::all_pairs<> ranking{.ranks = ranks, .lambda = number_or(c.param(), "lambda", 1)};
  e.at("loss").number(ranking(scores, gradient));
  e.at("grad_scores").numbers(gradient);
}

}  // namespace golden
