// SPDX-License-Identifier: MIT
// Kinds link and group: from margins and scores to losses and slopes.
#include <cstddef>
#include <stdexcept>
#include <vector>

#include <realign/preference/all_pairs.hpp>
#include <realign/preference/group.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/ranking.hpp>

#include "condition.hpp"
#include "kinds.hpp"

namespace golden {

namespace ra = realign;

namespace {

template <ra::link_function Link>
answers along(const Link& f, const std::vector<double>& margins) {
  std::vector<double> value, slope;
  for (const double h : margins) {
    const ra::link_value at = f(h);
    value.push_back(at.value);
    slope.push_back(at.slope);
  }
  answers a;
  a.numbers("value", value);
  a.numbers("slope", slope);
  return a;
}

template <ra::objective O>
answers evaluated(const O& o, const std::vector<double>& scores) {
  std::vector<double> gradient(scores.size(), 0.0);
  answers a;
  a.number("loss", o(scores, gradient, 1.0));
  a.numbers("grad_scores", gradient);
  return a;
}

}  // namespace

template <class T>
answers solve_link(const golden_case& c, roundings&) {
  const std::string& name = c.names.back();
  const auto p = c.param();
  const std::vector<double> h = rounded_row<T>(c.in().at("h"));
  if (name == "logistic") return along(ra::link::logistic{}, h);
  if (name == "tilt") return along(ra::link::tilt{number(p.at("c"))}, h);
  if (name == "hinge") return along(ra::link::hinge{number(p.at("delta"))}, h);
  if (name == "square") return along(ra::link::square{number(p.at("target"))}, h);
  throw std::runtime_error("no link is called " + name);
}

template <class T>
answers solve_group(const golden_case& c, roundings&) {
  const std::string& name = c.names.back();
  const auto p = c.param(), in = c.in();
  const std::vector<double> scores = rounded_row<T>(in.at("scores"));
  if (name == "plackett_luce") return evaluated(ra::plackett_luce{}, scores);
  if (name == "all_pairs") {
    const std::vector<double> ranks = row<double>(in.at("rank"));
    return evaluated(ra::all_pairs<>{.ranks = ranks, .lambda = number_or(p, "lambda", 1)}, scores);
  }
  if (name == "gdro" || name == "gdro_top1") {
    const std::vector<double> rewards = rounded_row<T>(in.at("rewards"));
    return evaluated(
        ra::gdro{.rewards = rewards, .tau = number(p.at("tau")), .only_first = name == "gdro_top1"},
        scores);
  }
  if (name == "r2m_grebt") {
    const auto index = [&](const char* key) {
      return static_cast<std::size_t>(number(in.at(key)));
    };
    const auto ddof = static_cast<std::size_t>(number_or(p, "ddof", 0));
    const ra::r2m loss{index("winner"), index("loser"), number(p.at("alpha")), ddof};
    answers a = evaluated(loss, scores);
    std::vector<double> unused(scores.size(), 0.0);
    const double two[2] = {scores.at(loss.winner), scores.at(loss.loser)};
    a.number("bradley_terry", ra::pairwise<ra::link::logistic>{}(two, unused));
    a.number("group_entropy", ra::group_entropy{ddof}(scores, unused));
    return a;
  }
  throw std::runtime_error("no group loss is called " + name);
}

template answers solve_link<float>(const golden_case&, roundings&);
template answers solve_link<double>(const golden_case&, roundings&);
template answers solve_group<float>(const golden_case&, roundings&);
template answers solve_group<double>(const golden_case&, roundings&);

}  // namespace golden
