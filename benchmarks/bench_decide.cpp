// SPDX-License-Identifier: MIT
// Passes over tilted rows, and whole decisions: the library answers with a certificate, the others with a distribution.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <realign/decide/aligned_policy.hpp>
#include <realign/decide/decide.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/scalarize/scalarize.hpp>
#include <realign/simd/tilt.hpp>

#include "decide_data.hpp"
#include "rows_data.hpp"

namespace bench {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

namespace library {

template <class T>
void tilt_moments(const tilt<T>& in, std::size_t) {
  const std::size_t k = in.u.size(), v = in.rows.choices();
  const realign::simd::tilt_rows<T> rows{{in.rows.base.data(), v}, {in.rows.features.data(), k, v}};
  const auto z = realign::simd::tilt_moments(rows, in.u, std::span<double>(in.moments + 1, k),
                                             std::span<double>(in.moments + 1 + k, k * k));
  in.moments[0] = rows.score(in.u, 1, z.mode) + z.log_sum;
}

void tilt_moments_once(const tilt<float>& in, std::size_t) {
  const std::size_t k = in.u.size(), v = in.rows.choices();
  const realign::simd::tilt_rows<float> rows{{in.rows.base.data(), v}, {in.rows.features.data(), k, v}};
  in.moments[0] = realign::simd::tilt_moments_once(rows, in.u, std::span<double>(in.moments + 1, k),
                                                   std::span<double>(in.moments + 1 + k, k * k));
}

template <class T>
realign::decision_problem<T> problem_of(const program<T>& in) {
  const std::size_t v = in.rows.choices(), m = in.weights.size(), k = in.budgets.size();
  return {.log_prior = {in.rows.base.data(), v},
          .objectives = {in.rows.features.data(), m, v},
          .costs = {in.rows.features.data() + m * v, k, v},
          .budgets = in.budgets};
}

/// The answer stays in the workspace, where a caller reads it. It is copied out once, for the check.
template <class T>
void show(const realign::decision<T>& d, std::size_t* passes, T*& probs) {
  *passes = d.passes;
  if (probs != nullptr && d.status == realign::status::ok) std::copy(d.probs.begin(), d.probs.end(), probs);
  probs = nullptr;
}

/// @param decide  calls the library, given the problem, weights and workspace
template <class T, class Decide>
action solve(const program<T>& in, const Decide& decide) {
  const auto work = std::make_shared<realign::decision_workspace<T>>();
  return [=, probs = in.probs](std::size_t) mutable { show(decide(problem_of(in), *work), in.passes, probs); };
}

template <class T>
action kl_projection(const program<T>& in) {
  return solve(in, [](const auto& problem, auto& work) { return realign::decide(problem, work); });
}
template <class T>
action chebyshev(const program<T>& in) {
  const realign::scalarize::chebyshev f{.reference = std::vector<double>(in.anchors.begin(), in.anchors.end())};
  return solve(in, [f, w = in.weights](const auto& problem, auto& work) {
    return realign::decide(problem, f, w, work);
  });
}
template <class T>
action nash(const program<T>& in) {
  const realign::scalarize::nash f{.disagreement = std::vector<double>(in.anchors.begin(), in.anchors.end())};
  return solve(in, [f, w = in.weights](const auto& problem, auto& work) {
    return realign::decide(problem, f, w, work);
  });
}

template <class T>
action infeasible(const clash<T>& in) {
  const auto work = std::make_shared<realign::decision_workspace<T>>();
  return [=](std::size_t) {
    const std::size_t v = in.costs.choices();
    const auto d = realign::decide(realign::decision_problem<T>{.log_prior = {in.costs.base.data(), v},
                                                                .costs = {in.costs.features.data(), 2, v},
                                                                .budgets = in.budgets},
                                   *work);
    const bool proved = d.status == realign::status::infeasible;
    in.found[0] = proved ? d.least_violation : not_a_number;
    in.found[1] = proved ? d.proof[0] : not_a_number;
    *in.passes = d.passes;
  };
}

}  // namespace library

template <class T>
std::string size_of(std::size_t m, std::size_t k, std::size_t v) {
  return (m > 0 ? "m" + std::to_string(m) + "_" : "") + "k" + std::to_string(k) + "_V" + std::to_string(v) + "_" +
         type_name<T>;
}

/// Numbers read: a base and `features` rows; written: one row.
template <class T>
description describe(const char* kernel, const std::string& name, std::size_t features, std::size_t v) {
  const bool single = sizeof(T) == sizeof(float);
  const double numbers = static_cast<double>((features + 1) * v);
  return {.kernel = kernel,
          .name = name,
          .elements = numbers,
          .bytes = numbers * sizeof(T),
          .tolerance = single ? 1e-5 : 1e-9,
          .loose = single ? 1e-3 : 1e-6};
}

/// One read of the rows: the scores, an exponential, the sums of e, e f and e f f.
template <class T>
description describe_tilt(std::size_t k, std::size_t v) {
  description d = describe<T>("tilt_moments", size_of<T>(0, k, v), k, v);
  const double n = static_cast<double>(v), features = static_cast<double>(k);
  const double madds = n * (1 + 4 * features + features * (features + 1) / 2);
  if (sizeof(T) == sizeof(float)) d.passes = {{.read = d.bytes, .working_set = d.bytes, .exps = n, .madds = madds}};
  return d;
}

template <class T>
void add_tilt(std::size_t k, std::size_t v) {
  const bool single = sizeof(T) == sizeof(float);
  description d = describe_tilt<T>(k, v);
  d.tolerance = single ? 2e-6 : 1e-12;
  d.loose = single ? 1e-4 : 1e-11;
  const auto data =
      add_all<tilt_data<T>>(d, repeat<library::tilt_moments<T>>, [=] { return std::make_unique<tilt_data<T>>(k, v); });
  if constexpr (std::same_as<T, float>) {
    if (v < 16) return;
    // in single precision, as the others: the first steps of a decision
    d.kernel = "tilt_moments_once";
    const preparation<tilt<T>> once = repeat<library::tilt_moments_once>;
    add(d, "realign", data, once, 1e-5);
    for (const auto& other : contenders<tilt<T>>("tilt_moments", d.asked)) add(d, other.name, data, other.prepare, d.loose);
  }
}

template <class T>
void add_program(const char* kernel, preparation<program<T>> solver, welfare kind, std::size_t m, std::size_t k,
                 std::size_t v) {
  add_all<program_data<T>>(describe<T>(kernel, size_of<T>(m, k, v), m + k, v), solver,
                           [=] { return std::make_unique<program_data<T>>(kind, m, k, v); });
}

template <class T>
void add_clash(std::size_t v) {
  description d = describe<T>("infeasible", size_of<T>(0, 2, v), 2, v);
  d.tolerance = d.loose = sizeof(T) == sizeof(float) ? 1e-6 : 1e-12;
  add_all<clash_data<T>>(d, library::infeasible<T>, [=] { return std::make_unique<clash_data<T>>(v); });
}

// ---- the front door at four choices: two policies, geometric rule, one budget ----

/// The mix goes to where the program's prior lies.
template <class T>
struct aligned {
  rows<T> policies;
  program<T> decision;
};

template <class T>
class aligned_data : public judged_once<aligned_data<T>> {
 public:
  static constexpr std::size_t choices = 4;

  aligned_data() : decision_(welfare::none, 0, mixed(), uniforms<T>(choices, 12)) {}
  [[nodiscard]] aligned<T> problem() {
    aligned<T> a{{logits_.data(), 2, choices, 1, weights_, {}, mix_.data()}, decision_.problem()};
    a.decision.rows.base = mix_;
    return a;
  }
  void forget() { decision_.forget(); }
  [[nodiscard]] double judge() const { return decision_.judge(); }
  [[nodiscard]] std::size_t passes() const { return decision_.passes(); }

 private:
  std::vector<T> mixed() {
    const rows<T> policies{logits_.data(), 2, choices, 1, weights_, {}, nullptr};
    return converted<T>(rows_reference<wide<T>>("geometric_log_probs", policies, choices));
  }

  std::vector<T> logits_ = normals<T>(2 * choices, 1.0, 11);
  std::vector<double> weights_ = {0.7, 0.3};
  std::vector<T> mix_ = std::vector<T>(choices);
  program_data<T> decision_;
};

template <class T>
action ask_aligned_policy(const aligned<T>& in) {
  const std::size_t v = in.policies.choices;
  const auto row = [&](std::size_t i) { return std::vector<T>(in.policies.row(0, i), in.policies.row(0, i) + v); };
  auto agent = realign::make_aligned_policy<T>(realign::mix::geometric, row(0), row(1));
  using workspace = typename decltype(agent)::workspace_type;
  const auto work = std::make_shared<workspace>();
  return [agent = std::move(agent), work, w = realign::weights(in.policies.weights), decision = in.decision,
          probs = in.decision.probs](std::size_t) mutable {
    const auto d = agent.decide(0, w, {realign::at_most(decision.rows.features, decision.budgets[0])}, *work);
    library::show(d, decision.passes, probs);
  };
}

/// Others mix first and solve then.
template <class T>
void add_aligned() {
  description d = describe<T>("aligned_budget", std::string("N2_V4_") + type_name<T>, 2, aligned_data<T>::choices);
  const auto data = std::make_shared<lazy<aligned_data<T>>>([] { return std::make_unique<aligned_data<T>>(); });
  add(d, "realign", data, ask_aligned_policy<T>, d.tolerance);
  for (const auto& mixer : contenders<rows<T>>("geometric_log_probs", plain))
    for (const auto& solver : contenders<program<T>>("kl_projection", plain))
      if (std::strcmp(mixer.name, solver.name) == 0)
        add(d, mixer.name, data,
            [=](const aligned<T>& in) -> action {
              return [mix = mixer.prepare(in.policies), solve = solver.prepare(in.decision)](std::size_t) {
                mix(0);
                solve(0);
              };
            },
            d.loose);
}

template <class T>
void add_choices(std::size_t v) {
  for (const std::size_t k : {1U, 2U, 4U}) add_tilt<T>(k, v);
  for (const std::size_t k : {1U, 2U})
    add_program<T>("kl_projection", library::kl_projection<T>, welfare::none, 0, k, v);
  for (const std::size_t m : {2U, 4U}) {
    add_program<T>("chebyshev", library::chebyshev<T>, welfare::chebyshev, m, 1, v);
    add_program<T>("nash", library::nash<T>, welfare::nash, m, 1, v);
  }
  add_clash<T>(v);
}

}  // namespace

void register_cases() {
  for (const std::size_t v : {4U, 32U, 1024U, 32000U, 128256U}) add_choices<float>(v);
  for (const std::size_t v : {4U, 32U, 1024U}) add_choices<double>(v);
  add_aligned<float>();
  add_aligned<double>();
}

}  // namespace bench
