// SPDX-License-Identifier: MIT
// The losses on pairs that golden cases name, as the library has them.
#ifndef REALIGN_TESTS_GOLDEN_LOSSES_HPP
#define REALIGN_TESTS_GOLDEN_LOSSES_HPP

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <realign/preference/cpl.hpp>
#include <realign/preference/cream.hpp>
#include <realign/preference/distillation.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/ipo.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/modpo.hpp>
#include <realign/preference/simpo.hpp>
#include <realign/preference/slic.hpp>

#include "golden_case.hpp"

namespace golden {

namespace ra = realign;

/// A loss whose losing score is weighted, as cases of any loss may ask for.
template <ra::preference_loss Loss>
struct with_lambda {
  Loss loss;
  double lambda = 1;

  void validate() const { ra::detail::validate_loss(loss); }
  [[nodiscard]] ra::score score() const { return loss.score(); }
  [[nodiscard]] auto objective(const ra::preference_pair& p) const {
    auto o = loss.objective(p);
    if constexpr (requires { o.lambda; })
      o.lambda = lambda;
    else
      ra::expects(lambda == 1, "lambda", "1 for this loss", lambda);
    return o;
  }
  [[nodiscard]] ra::nll regulariser() const { return ra::detail::regulariser_of(loss); }
};

/// Writes what a case says of each pair: gaps, and the labels that consistency rates make.
template <class T>
void complete_pairs(const std::string& loss, const ra::io::json_value& p,
                    std::span<const ra::segment<T>> segments,
                    std::span<ra::preference_pair> pairs) {
  if (loss == "alpha_dpo") ra::set_reference_gaps(segments, pairs);
  if (loss == "reward_distill" || loss == "copg") {
    const auto first = row<double>(p.at("reward_pos")), second = row<double>(p.at("reward_neg"));
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].gap = first.at(i) - second.at(i);
  }
  if (loss == "modpo") {
    const auto w = row<double>(p.at("weights"));
    const auto first = row_list<double>(p.at("margin_reward_pos"));
    const auto second = row_list<double>(p.at("margin_reward_neg"));
    for (std::size_t i = 0; i < pairs.size(); ++i)
      pairs[i].gap = ra::margin_gap(std::span(w).subspan(1), first.at(i), second.at(i));
  }
  if (loss == "cream" && p.at("consistency").raw().is_array()) {
    const auto rate = row<double>(p.at("consistency"));
    for (std::size_t i = 0; i < pairs.size(); ++i)
      pairs[i].label = ra::consistent_label(pairs[i].label, rate.at(i));
  }
}

/// Calls visit(loss) with the loss that a case names, as README_losses.md defines it.
template <class Visit>
void with_loss(const std::string& name, const ra::io::json_value& p, const Visit& visit) {
  const auto of = [&](const char* key) { return number(p.at(key)); };
  const auto is = [&](const char* key, const char* text) {
    const auto v = given(p, key);
    return v && v->text() == text;
  };
  const auto use = [&](const auto& loss) {
    visit(with_lambda<std::remove_cvref_t<decltype(loss)>>{loss, number_or(p, "lambda", 1)});
  };
  if (name == "cpl") {
    const auto reference = given(p, "reference");
    return visit(ra::cpl{.alpha = of("alpha"),
                         .gamma = number_or(p, "gamma", 1),
                         .lambda = number_or(p, "lambda", 1),
                         .bc_weight = number_or(p, "bc_weight", 0),
                         .bc_data = is("bc_data", "pos") ? ra::sides::preferred : ra::sides::both,
                         .reference = reference && reference->boolean()});
  }
  if (name == "dpo") return use(ra::dpo{of("beta")});
  if (name == "cdpo") return use(ra::cdpo{of("beta"), of("epsilon")});
  if (name == "robust_dpo") return use(ra::robust_dpo{of("beta"), of("epsilon")});
  if (name == "hinge") return use(ra::hinge{of("beta")});
  if (name == "rpo") return use(ra::rpo{of("beta"), of("eta")});
  if (name == "dpo_nll") return use(ra::dpo_nll{of("beta"), of("nll_weight")});
  if (name == "slic") return use(ra::slic{of("delta"), of("reg_weight")});
  if (name == "reward_distill") return use(ra::reward_distillation{of("beta")});
  if (name == "copg") return use(ra::copg{of("beta")});
  if (name == "modpo") return use(ra::modpo{of("beta"), number(p.at("weights")[0])});
  if (name == "ipo")
    return use(
        ra::ipo(is("reduce", "mean") ? ra::reduction::mean : ra::reduction::sum, of("beta")));
  if (name == "simpo")
    return use(ra::simpo{of("beta"), of("gamma") / of("beta"), number_or(p, "epsilon", 0)});
  if (name == "alpha_dpo")
    return use(
        ra::alpha_dpo{of("beta"), of("gamma_beta_ratio"), of("alpha"), of("mean"), of("std")});
  if (name == "cream") {
    const bool each = p.at("consistency").raw().is_array();
    return use(ra::cream{of("beta"), each ? 1.0 : of("consistency")});
  }
  throw std::runtime_error("no loss is called " + name);
}

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_LOSSES_HPP
