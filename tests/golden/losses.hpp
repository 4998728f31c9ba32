// SPDX-License-Identifier: MIT
// The losses on pairs that golden cases name: the library's own, or put together from its parts.
#ifndef REALIGN_TESTS_GOLDEN_LOSSES_HPP
#define REALIGN_TESTS_GOLDEN_LOSSES_HPP

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <realign/preference/cpl.hpp>
#include <realign/preference/loss.hpp>

#include "golden_case.hpp"

namespace golden {

namespace ra = realign;

/// A score, a link with an offset, a regulariser.
template <ra::link_function Link>
struct composed_loss {
  ra::score map;
  Link link;
  double offset = 0;
  ra::nll reg = {};
  double lambda = 1;

  [[nodiscard]] ra::score score() const { return map; }
  [[nodiscard]] ra::pairwise<Link> objective(const ra::preference_pair& p) const {
    return {.link = link, .lambda = lambda, .offset = offset, .gap = p.gap, .label = p.label};
  }
  [[nodiscard]] ra::nll regulariser() const { return reg; }
};

/// The parts of an offset that change sign with the sides, one per pair; empty when there are none.
[[nodiscard]] inline std::vector<double> gaps(const std::string& loss,
                                              const ra::io::json_value& p) {
  std::vector<double> gap;
  if (loss == "reward_distill") {
    gap = row<double>(p.at("reward_pos"));
    const auto other = row<double>(p.at("reward_neg"));
    for (std::size_t i = 0; i < gap.size(); ++i) gap[i] -= other.at(i);
  } else if (loss == "modpo") {
    const auto w = row<double>(p.at("weights"));
    const auto first = row_list<double>(p.at("margin_reward_pos"));
    const auto second = row_list<double>(p.at("margin_reward_neg"));
    for (std::size_t i = 0; i < first.size(); ++i) {
      gap.push_back(0);
      for (std::size_t k = 0; k < first[i].size(); ++k)
        gap[i] += w.at(k + 1) * (first[i][k] - second.at(i).at(k)) / w[0];
    }
  }
  return gap;
}

/// Calls visit(loss) with the loss that a case names, as README_losses.md defines it.
template <class Visit>
void with_loss(const std::string& name, const ra::io::json_value& p, const Visit& visit) {
  using ra::potential, ra::reduction;
  const auto ratios = [&](double scale) {
    return ra::score(potential::log_ratio, reduction::sum, scale);
  };
  const auto beta = [&] { return number(p.at("beta")); };
  const auto preferred = [](double weight, ra::nll_mean mean) {
    return ra::nll{.weight = weight, .data = ra::sides::preferred, .mean = mean};
  };
  const auto compose = [&](auto loss) {
    loss.lambda = number_or(p, "lambda", 1);
    visit(loss);
  };
  if (name == "cpl") {
    const auto reference = given(p, "reference");
    const auto data = given(p, "bc_data");
    return visit(
        ra::cpl{.alpha = number(p.at("alpha")),
                .gamma = number_or(p, "gamma", 1),
                .lambda = number_or(p, "lambda", 1),
                .bc_weight = number_or(p, "bc_weight", 0),
                .bc_data = data && data->text() == "pos" ? ra::sides::preferred : ra::sides::both,
                .reference = reference && reference->boolean()});
  }
  if (name == "dpo") return compose(composed_loss<ra::link::logistic>{ratios(beta()), {}});
  if (name == "cdpo")
    return compose(composed_loss<ra::link::tilt>{ratios(beta()), {number(p.at("epsilon"))}});
  if (name == "robust_dpo") {
    const double epsilon = number(p.at("epsilon"));
    return compose(composed_loss<ra::link::tilt>{ratios(beta()), {-epsilon / (1 - 2 * epsilon)}});
  }
  if (name == "ipo") {
    const bool mean = p.at("reduce").text() == "mean";
    return compose(composed_loss<ra::link::square>{
        {potential::log_ratio, mean ? reduction::mean : reduction::sum, 1.0}, {1 / (2 * beta())}});
  }
  if (name == "simpo")
    return compose(composed_loss<ra::link::tilt>{{potential::log_prob, reduction::mean, beta()},
                                                 {number_or(p, "epsilon", 0)},
                                                 number(p.at("gamma"))});
  if (name == "hinge") return compose(composed_loss<ra::link::hinge>{ratios(beta()), {1}});
  if (name == "slic")
    return compose(composed_loss<ra::link::hinge>{
        {potential::log_prob, reduction::sum, 1.0},
        {number(p.at("delta"))},
        0,
        preferred(number(p.at("reg_weight")), ra::nll_mean::segment_sum)});
  if (name == "rpo")
    return compose(composed_loss<ra::link::logistic>{
        ratios(beta()), {}, 0, preferred(number(p.at("eta")) * beta(), ra::nll_mean::segment_sum)});
  if (name == "dpo_nll")
    return compose(composed_loss<ra::link::logistic>{
        ratios(beta()), {}, 0, preferred(number(p.at("nll_weight")), ra::nll_mean::batch_steps)});
  if (name == "reward_distill")
    return compose(composed_loss<ra::link::square>{ratios(beta()), {0}});
  if (name == "modpo")
    return compose(
        composed_loss<ra::link::logistic>{ratios(beta() / number(p.at("weights")[0])), {}});
  throw std::runtime_error("no loss is called " + name);
}

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_LOSSES_HPP
