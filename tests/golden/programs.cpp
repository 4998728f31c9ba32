// SPDX-License-Identifier: MIT
// Kinds decision_program, kl_project, welfare_policy: optima, multipliers and proofs of the
// decision program.
#include "program.hpp"

#include <cmath>
#include <stdexcept>

#include "kinds.hpp"
#include "scalarizations.hpp"

namespace golden {

namespace {

// log_prior rows write minus infinity as null.
template <class T>
std::vector<T> prior_row(const ra::io::json_value& v) {
  std::vector<T> out;
  for (std::size_t a = 0; a < v.size(); ++a)
    out.push_back(v[a].raw().is_null() ? ra::neg_infinity<T>() : static_cast<T>(number(v[a])));
  return out;
}

template <class T>
std::vector<T> log_softmax(std::vector<T> x) {
  (void)ra::simd::log_softmax(ra::vector_view<const T>(x.data(), x.size()), ra::vector_view<T>(x));
  return x;
}

template <class T>
ra::vector_view<const T> view(std::span<const T> x) {
  return {x.data(), x.size()};
}

std::string name_of(ra::status s) { return std::string(ra::to_string(s)); }

// Multipliers of the file are one choice of possibly many: they must give the same answer.
template <class T, class F>
void check_expected_multipliers(const expectation& e, const program<T>& p, const F& f,
                                const ra::decision<T>& d, const expectation& prices,
                                const expectation& multipliers) {
  if (prices.is_null() || multipliers.is_null()) return;
  const auto read = [](const expectation& x) {
    std::vector<double> out;
    for (const json& v : x.judged_by_caller()) out.push_back(to_number(v));
    return out;
  };
  const std::vector<double> nu = read(prices), lambda = read(multipliers);
  check_multipliers(e, "expected multipliers", p, f, d, nu, lambda, 1e-6 + p.rounding(d));
}

template <class T>
void check_infeasible(const expectation& e, const char* field, const program<T>& p,
                      const ra::decision<T>& d) {
  const double rounded = sizeof(T) == sizeof(double) ? 0 : 1e-6 * (1 + largest_entry(p.costs));
  e.at(field).at_least_within({rounded, 0}).number(d.least_violation);
  if (!is_proof(p, d.proof, 1e-9))
    e.complain("own proof", "a proof of infeasibility", to_text(d.proof));
}

}  // namespace

template <class T>
void check_decision_program(const golden_case& c, const expectation& e) {
  namespace s = ra::scalarize;
  const auto in = c.in();
  program<T> p;
  p.log_prior = prior_row<T>(in.at("log_prior"));
  p.objectives = table<T>(row_list<T>(in.at("objectives")));
  p.costs = table<T>(row_list<T>(in.at("costs")));
  p.set_budgets(row<double>(in.at("budgets")));
  p.weights = row<double>(in.at("weights"));
  p.beta = number(in.at("beta"));

  const auto check = [&](const auto& f) {
    ra::decision_workspace<T> work;
    const ra::decision<T> d = ra::decide(p.problem(), f, std::span<const double>(p.weights), work);
    const expectation status = e.at("status");
    if (!ra::succeeded(d.status)) {
      status.text(name_of(d.status));
      if (d.status != ra::status::infeasible) return;
      check_infeasible(e, "least_violation", p, d);
      const expectation farkas = e.at("farkas");
      std::vector<double> y;
      for (const json& v : farkas.judged_by_caller()) y.push_back(to_number(v));
      if (!is_proof(p, std::span<const double>(y), 1e-6))
        farkas.differ("a proof of infeasibility", "none");
      return;
    }
    status.text("optimal");
    check_answer(e, p, f, d);
    if (!e.has("probabilities")) return;  // expected infeasible: reported above
    const double rounded = p.rounding(d);
    const double scale = (std::max)({1.0, largest_entry(p.objectives), largest_entry(p.costs)});
    e.at("probabilities").at_least_within({rounded, 0}).numbers(view(d.probs));
    const expectation value = e.at("value");
    const double expected_value = to_number(value.judged_by_caller());
    value.within({(1e-7 + rounded * scale) * (std::max)(1.0, std::fabs(expected_value)), 0})
        .number(d.value);
    e.at("objective_values").at_least_within({rounded * scale, 0}).numbers(d.objective_values);
    e.at("cost_values").at_least_within({rounded * scale, 0}).numbers(d.cost_values);
    e.at("kl").at_least_within({rounded, 0}).number(d.kl);
    check_expected_multipliers(e, p, f, d, e.at("objective_multipliers"), e.at("cost_multipliers"));
  };

  const std::string name = in.at("scalarization").text();
  if (name == "linear") return check(s::linear{});
  if (name == "maxmin") return check(s::maxmin{});
  if (name == "chebyshev")
    return check(s::chebyshev{anchor_of(in, "reference_point"), number_or(in, "augmentation", 0)});
  if (name == "nash") return check(s::nash{anchor_of(in, "disagreement_point")});
  if (name == "alpha_fair")
    return check(s::alpha_fair{number(in.at("alpha")), anchor_of(in, "disagreement_point")});
  throw std::runtime_error("no scalarization is called " + name);
}

template <class T>
void check_kl_project(const golden_case& c, const expectation& e) {
  const auto in = c.in();
  program<T> p;
  p.log_prior = log_softmax(row<T>(in.at("base_logits")));
  p.costs = table<T>(row_list<T>(in.at("features")));
  p.set_budgets(row<double>(in.at("bounds")));
  const auto senses = in.at("sense");
  for (std::size_t j = 0; j < senses.size(); ++j) {
    const std::string& s = senses[j].text();
    if (s != "le" && s != "ge" && s != "eq") senses[j].fail("expected le, ge or eq");
    p.senses.push_back(s == "le"   ? ra::sense::at_most
                       : s == "ge" ? ra::sense::at_least
                                   : ra::sense::equal);
  }

  ra::decision_workspace<T> work;
  const ra::decision<T> d = ra::decide(p.problem(), work);
  if (const auto error = e.find("error")) {
    error->judged_by_caller();
    if (ra::succeeded(d.status)) error->differ("a failure", name_of(d.status));
    return;
  }
  e.at("status").text(name_of(d.status));
  if (d.status == ra::status::infeasible) {
    check_infeasible(e, "min_violation", p, d);
    for (const char* nothing : {"logp", "kl", "expectations", "multipliers", "support"})
      if (const auto field = e.find(nothing); field && field->is_null()) field->judged_by_caller();
    return;
  }
  if (!ra::succeeded(d.status)) return;
  const ra::scalarize::linear none;
  check_answer(e, p, none, d);
  const double rounded = p.rounding(d);
  const double scale = (std::max)(1.0, largest_entry(p.costs));
  e.at("logp").at_least_within({rounded, 0}).numbers(view(d.log_probs));
  e.at("kl").at_least_within({rounded, 0}).number(d.kl);
  e.at("expectations").at_least_within({rounded * scale, 0}).numbers(d.cost_values);
  std::vector<double> support;
  for (std::size_t a = 0; a < p.size(); ++a)
    if (d.probs[a] > 0) support.push_back(static_cast<double>(a));
  e.at("support").numbers(support);
  const expectation multipliers = e.at("multipliers");
  const json no_prices = json::array();
  multipliers.judged_by_caller();
  findings aside;
  check_expected_multipliers(e, p, none, d, expectation(no_prices, {}, false, aside), multipliers);
}

template <class T>
void check_welfare_policy(const golden_case& c, const expectation& e) {
  const auto in = c.in();
  program<T> p;
  p.log_prior = log_softmax(row<T>(in.at("base_logits")));
  p.objectives = table<T>(row_list<T>(in.at("q")));
  p.weights = row<double>(in.at("weights"));
  p.beta = number(in.at("beta"));
  const auto constraints = in.at("constraints");
  std::vector<std::vector<T>> features;
  std::vector<double> bounds;
  for (std::size_t k = 0; k < constraints.size(); ++k) {
    features.push_back(row<T>(constraints[k].at("feature")));
    bounds.push_back(number(constraints[k].at("bound")));
  }
  p.costs = table<T>(features);
  p.set_budgets(bounds);

  with_scalarization<true>(in.at("kind").text(), in.at("params"), [&](const auto& f) {
    ra::decision_workspace<T> work;
    const ra::decision<T> d = ra::decide(p.problem(), f, std::span<const double>(p.weights), work);
    if (const auto error = e.find("error")) {
      error->judged_by_caller();
      if (ra::succeeded(d.status)) error->differ("a failure", name_of(d.status));
      return;
    }
    if (!ra::succeeded(d.status)) return e.at("logp").differ("a distribution", name_of(d.status));
    check_answer(e, p, f, d);
    const double rounded = p.rounding(d);
    const double scale = (std::max)({1.0, largest_entry(p.objectives), largest_entry(p.costs)});
    e.at("logp").at_least_within({rounded, 0}).numbers(view(d.log_probs));
    e.at("objectives").at_least_within({rounded * scale, 0}).numbers(d.objective_values);
    e.at("kl").at_least_within({rounded, 0}).number(d.kl);
    e.at("value").at_least_within({rounded * scale, 0}).number(d.value);
    check_expected_multipliers(e, p, f, d, e.at("effective_weights"), e.at("multipliers"));
  });
}

template void check_decision_program<float>(const golden_case&, const expectation&);
template void check_decision_program<double>(const golden_case&, const expectation&);
template void check_kl_project<float>(const golden_case&, const expectation&);
template void check_kl_project<double>(const golden_case&, const expectation&);
template void check_welfare_policy<float>(const golden_case&, const expectation&);
template void check_welfare_policy<double>(const golden_case&, const expectation&);

}  // namespace golden
