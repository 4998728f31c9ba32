// SPDX-License-Identifier: MIT
// Kinds value, policy, aux: reward and cost models, distributions of one state, and label makers.
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <realign/preference/aggregate.hpp>
#include <realign/preference/cost_model.hpp>
#include <realign/preference/cpo_relabel.hpp>
#include <realign/preference/cream.hpp>
#include <realign/preference/distillation.hpp>
#include <realign/preference/distribution.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/pita.hpp>
#include <realign/preference/reward_model.hpp>
#include <realign/preference/sacpo.hpp>
#include <realign/preference/simpo.hpp>

#include "condition.hpp"
#include "kinds.hpp"

namespace golden {

namespace ra = realign;

namespace {

void require_ok(ra::status s) {
  if (!ra::succeeded(s)) throw std::runtime_error("status " + std::string(ra::to_string(s)));
}

// Pairs of values, each the only step of a segment: the first B against the last B.
template <class T, ra::preference_loss Loss>
answers value_pairs(const Loss& loss, const ra::io::json_value& in, const std::string& field,
                    const std::string& first, const std::string& second,
                    std::vector<ra::preference_pair> pairs) {
  std::vector<T> values = row<T>(in.at(field + "_" + first));
  const std::size_t count = values.size();
  for (const T& x : row<T>(in.at(field + "_" + second))) values.push_back(x);
  std::vector<T> gradient(values.size(), T(0));
  std::vector<ra::segment<T>> segments;
  std::vector<ra::vector_view<T>> views;
  for (std::size_t k = 0; k < values.size(); ++k) {
    segments.push_back({.log_probs = {&values[k], 1}});
    views.push_back({&gradient[k], 1});
  }
  ra::batch_workspace work;
  const auto found =
      ra::evaluate_pairs(loss, ra::preference_batch<T>{segments, pairs, views}, work);
  require_ok(found.status);
  answers a;
  a.number("loss", found.loss);
  a.numbers("per_pair", work.per_pair());
  a.numbers("grad_" + field + "_" + first, std::span<const T>(gradient).first(count));
  a.numbers("grad_" + field + "_" + second, std::span<const T>(gradient).last(count));
  return a;
}

template <class T>
answers bradley_terry(const ra::io::json_value& p, const ra::io::json_value& in) {
  std::vector<ra::preference_pair> pairs;
  const std::size_t count = in.at("value_pos").size();
  const auto margin = given(in, "margin");
  const std::vector<double> m = margin ? rounded_row<T>(*margin) : std::vector<double>(count, 0.0);
  for (std::size_t i = 0; i < count; ++i) pairs.push_back({i, count + i, 1.0, m.at(i)});
  return value_pairs<T>(ra::bradley_terry{number_or(p, "center", 0)}, in, "value", "pos", "neg",
                        pairs);
}

template <class T>
answers safe_cost(const ra::io::json_value& p, const ra::io::json_value& in) {
  std::vector<ra::preference_pair> pairs;
  const auto first = row<double>(in.at("sign_unsafer")), second = row<double>(in.at("sign_safer"));
  const auto verdict = [](double sign) {
    return sign > 0 ? ra::verdict::unsafe : ra::verdict::safe;
  };
  for (std::size_t i = 0; i < first.size(); ++i)
    pairs.push_back(ra::cost_pair(i, first.size() + i, verdict(first[i]), verdict(second.at(i))));
  return value_pairs<T>(ra::safe_rlhf_cost{number_or(p, "regularization", 0)}, in, "cost",
                        "unsafer", "safer", pairs);
}

template <class T>
answers pita_bce(const ra::io::json_value& in) {
  const std::vector<double> z = rounded_row<T>(in.at("logit")), y = row<double>(in.at("label"));
  std::vector<double> gradient(z.size(), 0.0), each(z.size()), unused(1);
  answers a;
  a.number("loss", ra::pita_value{y}(z, gradient));
  for (std::size_t k = 0; k < z.size(); ++k)
    each[k] = ra::pita_value{std::span(y).subspan(k, 1)}(std::span(z).subspan(k, 1), unused);
  a.numbers("per_item", each);
  a.numbers("grad_logit", gradient);
  return a;
}

template <class T>
answers pita_offset(const ra::io::json_value& p, const ra::io::json_value& in) {
  std::vector<double> expectation, bernoulli;
  for (const double z : rounded_row<T>(in.at("logit"))) {
    expectation.push_back(ra::pita_expectation_offset(z, number(p.at("eta"))));
    bernoulli.push_back(ra::pita_bernoulli_offset(z, number(p.at("eta"))));
  }
  answers a;
  a.numbers("expectation", expectation);
  a.numbers("bernoulli", bernoulli);
  return a;
}

// The score of pair k's first segment is beta times its log-ratio, that of the second 0.
template <class T>
answers distill_ensemble(const ra::io::json_value& p, const ra::io::json_value& in) {
  const double beta = number(p.at("beta"));
  std::vector<double> s = rounded_row<T>(in.at("delta_log_ratio"));
  const std::size_t count = s.size();
  std::vector<ra::preference_pair> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    s[i] *= beta;
    pairs.push_back({i, count});
  }
  s.push_back(0);
  std::vector<std::vector<double>> gap_rows;
  for (std::size_t m = 0; m < in.at("reward_gap").size(); ++m)
    gap_rows.push_back(rounded_row<T>(in.at("reward_gap")[m]));
  const table<double> gaps(gap_rows);
  const ra::ensemble_distillation o{pairs, gaps.view()};
  std::vector<double> ds(s.size(), 0.0), each;
  answers a;
  a.number("loss", o(s, ds));
  a.number("selected", static_cast<double>(o.selected(s)));
  for (std::size_t m = 0; m < gaps.rows; ++m) each.push_back(o.error(m, s));
  a.numbers("per_model", each);
  for (double& d : ds) d *= beta;
  a.numbers("grad_delta_log_ratio", std::span<const double>(ds).first(count));
  return a;
}

template <class T>
struct state_row {
  std::vector<T> numbers;
  state_row(const ra::io::json_value& in, const char* key) : numbers(row<T>(in.at(key))) {}
  operator ra::vector_view<const T>() const { return {numbers.data(), numbers.size()}; }
};

template <class T>
answers regularised(const golden_case& c, bool weighted) {
  const auto p = c.param(), in = c.in();
  const double beta = number(p.at("beta"));
  const state_row<T> logits(in, "logits"), reference(in, "ref_logits"), reward(in, "reward");
  const state_row<T> variance(in, weighted ? "variance" : "reward");
  std::vector<T> gradient(logits.numbers.size(), T(0)), log_pi(gradient);
  const ra::vector_view<T> d(gradient), out(log_pi);
  const auto found = weighted
                         ? ra::variance_kl_loss<T>(logits, reference, reward, variance, beta, d)
                         : ra::kl_loss<T>(logits, reference, reward, beta, d);
  const auto best = weighted ? ra::variance_kl_optimum<T>(reference, reward, variance, beta, out)
                             : ra::kl_optimum<T>(reference, reward, beta, out);
  require_ok(found.status);
  require_ok(best.status);
  answers a;
  a.number("loss", found.loss);
  a.numbers("grad_logits", gradient);
  a.numbers("optimal_logp", log_pi);
  a.number("optimal_loss", best.loss);
  if (weighted) a.number("multiplier", best.multiplier);
  return a;
}

// The first stage is stored in T and read by the second.
template <class T>
answers sacpo_optimum(const golden_case& c, roundings& r) {
  const auto p = c.param(), in = c.in();
  const state_row<T> reference(in, "ref_logits"), reward(in, "reward"), safety(in, "safety");
  const ra::sacpo two{number(p.at("beta")), number(p.at("lambda"))};
  std::vector<T> first(reference.numbers.size()), second(first), merged(first), zero(first);
  require_ok(
      ra::sacpo_optimum<T>(two, reference, reward, safety, std::span(first), std::span(second)));
  for (auto* stage : {&first, &second})
    for (T& x : *stage) x = static_cast<T>(static_cast<double>(x) * r.next());
  ra::merge_parameters<T>(first, second, number(p.at("merge")), merged);
  for (T& x : merged) x = static_cast<T>(static_cast<double>(x) * r.next());
  require_ok(ra::kl_optimum<T>(std::span<const T>(merged),
                               ra::vector_view<const T>(zero.data(), zero.size()), 1.0,
                               ra::vector_view<T>(merged))
                 .status);
  answers a;
  a.numbers("stage1_logp", first);
  a.numbers("stage2_logp", second);
  a.numbers("merged_logp", merged);
  return a;
}

// Rows are samples, columns choices.
template <class T>
answers soft_min(const golden_case& c) {
  const table<T> samples(row_list<T>(c.in().at("reward_samples")));
  std::vector<double> effective;
  for (std::size_t a = 0; a < samples.cols; ++a)
    effective.push_back(ra::soft_min_reward<T>(
        {&samples.numbers[a], samples.rows, static_cast<std::ptrdiff_t>(samples.cols)},
        number(c.param().at("beta"))));
  answers a;
  a.numbers("effective_reward", effective);
  return a;
}

template <class T>
answers cream_consistency(const ra::io::json_value& in) {
  const auto now = rounded_row<T>(in.at("scores_now")),
             before = rounded_row<T>(in.at("scores_before"));
  answers a;
  a.number("kendall_tau", ra::kendall_tau(now, before));
  a.number("consistency", ra::consistency_rate(now, before));
  return a;
}

answers cpo_relabel(const ra::io::json_value& p, const ra::io::json_value& in) {
  std::vector<ra::rating_condition> conditions;
  const auto weights = row<double>(p.at("weights"));
  for (std::size_t k = 0; k < weights.size(); ++k) {
    conditions.push_back({.weight = weights[k]});
    if (const auto target = in.at("condition")[k]; !target.raw().is_null())
      conditions[k].target = number(target);
  }
  std::vector<double> values;
  for (const auto& ratings : row_list<double>(in.at("ratings")))
    values.push_back(ra::conditioned_value(ratings, conditions));
  std::vector<std::vector<double>> pairs;
  for (const ra::preference_pair& x : ra::strict_pairs(values))
    pairs.push_back({static_cast<double>(x.preferred), static_cast<double>(x.rejected)});
  answers a;
  a.numbers("value", values);
  a.rows("pairs_pos_neg", pairs);
  return a;
}

template <class T>
answers aggregate(const ra::io::json_value& in) {
  const auto losses = rounded_row<T>(in.at("losses")), weights = rounded_row<T>(in.at("weights"));
  const auto ideal = given(in, "ideal");
  const std::vector<double> z = ideal ? rounded_row<T>(*ideal) : std::vector<double>{};
  std::vector<double> linear(losses.size(), 0.0), worst(linear);
  answers a;
  a.number("linear", ra::linear_objective{weights}(losses, linear));
  a.numbers("linear_grad", linear);
  a.number("tchebycheff", ra::chebyshev_objective{weights, z}(losses, worst));
  a.numbers("tchebycheff_grad", worst);
  return a;
}

template <class T>
answers moments(const ra::io::json_value& p, const ra::io::json_value& in) {
  ra::running_moments m(number(p.at("decay")), static_cast<std::size_t>(number_or(p, "ddof", 1)));
  answers a;
  for (std::size_t i = 0; i < in.at("gap").size(); ++i) {
    m.update(rounded_row<T>(in.at("gap")[i]));
    a.numbers("zero_initialised", std::vector<double>{m.raw_mean(), m.raw_deviation()}, {i});
    a.numbers("bias_corrected", std::vector<double>{m.mean(), m.deviation()}, {i});
  }
  return a;
}

}  // namespace

template <class T>
answers solve_value(const golden_case& c, roundings&) {
  const std::string& name = c.names.back();
  const auto p = c.param(), in = c.in();
  if (name == "bradley_terry") return bradley_terry<T>(p, in);
  if (name == "safe_cost") return safe_cost<T>(p, in);
  if (name == "pita_bce") return pita_bce<T>(in);
  if (name == "pita_offset") return pita_offset<T>(p, in);
  if (name == "reward_distill_ensemble") return distill_ensemble<T>(p, in);
  throw std::runtime_error("no loss on values is called " + name);
}

template <class T>
answers solve_policy(const golden_case& c, roundings& r) {
  const std::string& name = c.names.back();
  if (name == "kl_rlhf") return regularised<T>(c, false);
  if (name == "variance_kl") return regularised<T>(c, true);
  if (name == "sacpo_optimum") return sacpo_optimum<T>(c, r);
  if (name == "soft_min_reward") return soft_min<T>(c);
  throw std::runtime_error("no objective on a policy is called " + name);
}

template <class T>
answers solve_aux(const golden_case& c, roundings&) {
  const std::string& name = c.names.back();
  const auto p = c.param(), in = c.in();
  if (name == "cream_consistency") return cream_consistency<T>(in);
  if (name == "cpo_relabel") return cpo_relabel(p, in);
  if (name == "aggregate") return aggregate<T>(in);
  if (name == "alpha_dpo_moments") return moments<T>(p, in);
  throw std::runtime_error("nothing is called " + name);
}

template answers solve_value<float>(const golden_case&, roundings&);
template answers solve_value<double>(const golden_case&, roundings&);
template answers solve_policy<float>(const golden_case&, roundings&);
template answers solve_policy<double>(const golden_case&, roundings&);
template answers solve_aux<float>(const golden_case&, roundings&);
template answers solve_aux<double>(const golden_case&, roundings&);

}  // namespace golden
