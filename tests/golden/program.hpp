// SPDX-License-Identifier: MIT
// A decision program read from a golden case, and what makes an answer or multipliers right without
// knowing them.
#ifndef REALIGN_TESTS_GOLDEN_PROGRAM_HPP
#define REALIGN_TESTS_GOLDEN_PROGRAM_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/decide/decide.hpp>
#include <realign/simd/log_sum_exp.hpp>

#include "golden_case.hpp"

namespace golden {

namespace ra = realign;

/// The data of a program. Its float form rounds budgets too, so that a budget that equals a cost
/// still does.
template <ra::scalar T>
struct program {
  std::vector<T> log_prior;
  table<T> objectives, costs;
  std::vector<double> budgets;
  std::vector<ra::sense> senses;  ///< empty: all at_most
  std::vector<double> weights;
  double beta = 1;

  [[nodiscard]] ra::decision_problem<T> problem() const {
    return {.log_prior = {log_prior.data(), log_prior.size()},
            .objectives = objectives.view(),
            .costs = costs.view(),
            .budgets = budgets,
            .senses = senses,
            .beta = beta};
  }
  void set_budgets(const std::vector<double>& b) {
    for (const double x : b) budgets.push_back(static_cast<double>(static_cast<T>(x)));
  }

  [[nodiscard]] std::size_t size() const { return log_prior.size(); }
  [[nodiscard]] bool possible(std::size_t a) const { return !ra::is_neg_inf(log_prior[a]); }
  [[nodiscard]] ra::sense sense_of(std::size_t j) const { return problem().sense_of(j); }
  [[nodiscard]] double cost(std::size_t j, std::size_t a) const {
    return static_cast<double>(costs.view()(j, a));
  }
  /// How far cost j exceeds its budget, signed so that positive is a violation of an inequality.
  [[nodiscard]] double excess(std::size_t j, double value) const {
    return sense_of(j) == ra::sense::at_least ? budgets[j] - value : value - budgets[j];
  }
  /// (prices . objectives - multipliers . costs) / beta
  [[nodiscard]] double tilt(std::span<const double> prices, std::span<const double> multipliers,
                            std::size_t a) const {
    double s = 0;
    for (std::size_t i = 0; i < prices.size(); ++i)
      s += prices[i] * static_cast<double>(objectives.view()(i, a));
    for (std::size_t j = 0; j < multipliers.size(); ++j)
      s -= (sense_of(j) == ra::sense::at_least ? -1 : 1) * multipliers[j] * cost(j, a);
    return s / beta;
  }
  /// Rounding of float: what README_inference.md allows float kernels, 1e-5 (1 + max |logit|),
  /// where the logits are those of the tilted prior. 0 in double.
  [[nodiscard]] double rounding(const ra::decision<T>& d) const {
    if constexpr (sizeof(T) == sizeof(double)) return 0;
    double largest = 0;
    for (std::size_t a = 0; a < size(); ++a)
      if (possible(a))
        largest = (std::max)(largest, std::fabs(static_cast<double>(log_prior[a])) +
                                          std::fabs(tilt(d.prices, d.multipliers, a)));
    return 1e-5 * (1 + largest);
  }
};

/// Largest |x| in a table.
template <ra::scalar T>
[[nodiscard]] double largest_entry(const table<T>& t) {
  double largest = 0;
  for (const T& x : t.numbers) largest = (std::max)(largest, std::fabs(static_cast<double>(x)));
  return largest;
}

/// What must hold for any optimal prices and multipliers at the optimum p, whether or not they are
/// unique: they tilt the prior to p; multipliers of inequalities are >= 0 and vanish on slack;
/// prices are a supergradient of f at J.
template <ra::scalar T, class F>
void check_multipliers(const expectation& e, const std::string& whose, const program<T>& p,
                       const F& f, const ra::decision<T>& d, std::span<const double> prices,
                       std::span<const double> multipliers, double tolerance) {
  const auto complain = [&](const std::string& what, double expected, double got) {
    e.complain(whose + ": " + what, to_text(expected), to_text(got));
  };
  const auto far = [&](double a, double b) {
    return !(std::fabs(a - b) <= tolerance * (std::max)({1.0, std::fabs(a), std::fabs(b)}));
  };
  if (prices.size() != p.objectives.rows || multipliers.size() != p.costs.rows)
    return complain("count", static_cast<double>(p.objectives.rows + p.costs.rows),
                    static_cast<double>(prices.size() + multipliers.size()));

  std::vector<double> tilted(p.size(), ra::neg_infinity<double>());
  for (std::size_t a = 0; a < p.size(); ++a)
    if (d.probs[a] > 0)
      tilted[a] = static_cast<double>(p.log_prior[a]) + p.tilt(prices, multipliers, a);
  ra::simd::softmax(ra::vector_view<const double>(tilted.data(), tilted.size()),
                    ra::vector_view<double>(tilted));
  for (std::size_t a = 0; a < p.size(); ++a)
    if (!(std::fabs(tilted[a] - static_cast<double>(d.probs[a])) <= tolerance))
      return complain("tilted prior at choice " + std::to_string(a),
                      static_cast<double>(d.probs[a]), tilted[a]);

  for (std::size_t j = 0; j < multipliers.size(); ++j) {
    if (p.sense_of(j) == ra::sense::equal) continue;
    if (multipliers[j] < -tolerance)
      complain("multiplier " + std::to_string(j) + " >= 0", 0, multipliers[j]);
    const double slack = multipliers[j] * p.excess(j, d.cost_values[j]);
    if (far(slack, 0)) complain("multiplier times slack " + std::to_string(j), 0, slack);
  }

  // f(x) = prices . x + conjugate, with the prices in their set
  std::vector<double> x(d.objective_values.begin(), d.objective_values.end()), gradient(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= f.anchored_at()[i];
  double tangent = 0, on_simplex = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const ra::scalarize::price_map map = f.price(p.weights[i]);
    tangent += prices[i] * x[i];
    if (!(map.scale > 0)) {
      if (far(prices[i], map.offset)) complain("price " + std::to_string(i), map.offset, prices[i]);
      continue;
    }
    const double mu = (prices[i] - map.offset) / map.scale;
    if (mu < -tolerance) complain("price " + std::to_string(i) + " in its set: mu >= 0", 0, mu);
    on_simplex += mu;
    tangent += f.conjugate(mu, p.weights[i]).value;
  }
  if (x.empty()) return;
  if (f.domain() == ra::scalarize::price_domain::simplex && far(on_simplex, 1))
    complain("sum of mu", 1, on_simplex);
  if (far(tangent, f.value(x, p.weights))) complain("tangent at J", f.value(x, p.weights), tangent);
  if (f.domain() == ra::scalarize::price_domain::positive) {
    f.gradient(x, p.weights, gradient);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (far(prices[i], gradient[i]))
        complain("price " + std::to_string(i), gradient[i], prices[i]);
  }
}

/// What must hold for an answer, whatever was expected: a distribution on the possible choices
/// within the budgets (to 1e-9, in float to its rounding), a small gap, multipliers that give it.
template <ra::scalar T, class F>
void check_answer(const expectation& e, const program<T>& p, const F& f, const ra::decision<T>& d) {
  const double rounded = p.rounding(d);
  double sum = 0;
  for (std::size_t a = 0; a < p.size(); ++a) {
    const double q = static_cast<double>(d.probs[a]);
    sum += q;
    if (!(q >= 0) || (!p.possible(a) && q > 0))
      e.complain("probability of choice " + std::to_string(a), p.possible(a) ? ">= 0" : "exactly 0",
                 to_text(q));
  }
  if (!(std::fabs(sum - 1) <= 1e-9 + rounded))
    e.complain("sum of probabilities", "1", to_text(sum));
  for (std::size_t j = 0; j < p.budgets.size(); ++j) {
    double value = 0;
    for (std::size_t a = 0; a < p.size(); ++a)
      if (p.possible(a)) value += static_cast<double>(d.probs[a]) * p.cost(j, a);
    const double excess = p.excess(j, value);
    const double allowed = 1e-9 + rounded * largest_entry(p.costs);
    if (!((p.sense_of(j) == ra::sense::equal ? std::fabs(excess) : excess) <= allowed))
      e.complain("budget " + std::to_string(j), to_text(p.budgets[j]), to_text(value));
  }
  const double allowed_gap = (1e-7 + rounded) * (std::max)(1.0, std::fabs(d.value));
  if (!(std::fabs(d.gap) <= allowed_gap))
    e.complain("gap", "at most " + to_text(allowed_gap), to_text(d.gap));
  check_multipliers(e, "own multipliers", p, f, d, d.prices, d.multipliers, 1e-6 + rounded);
}

/// True when y proves that no distribution over the possible choices meets the budgets: sum |y| =
/// 1, y >= 0 except for equalities, and sum_j y_j (cost_j(a) - budget_j) > 0 for every possible a
/// (signs turned for at_least).
template <ra::scalar T>
[[nodiscard]] bool is_proof(const program<T>& p, std::span<const double> y, double tolerance) {
  if (y.size() != p.budgets.size()) return false;
  double sum = 0;
  for (std::size_t j = 0; j < y.size(); ++j) {
    if (p.sense_of(j) != ra::sense::equal && !(y[j] >= 0)) return false;
    sum += std::fabs(y[j]);
  }
  if (!(std::fabs(sum - 1) <= tolerance)) return false;
  for (std::size_t a = 0; a < p.size(); ++a) {
    double violated = 0;
    for (std::size_t j = 0; j < y.size(); ++j) violated += y[j] * p.excess(j, p.cost(j, a));
    if (p.possible(a) && !(violated > 0)) return false;
  }
  return true;
}

[[nodiscard]] inline std::string to_text(std::span<const double> x) {
  std::string s = "[";
  for (const double v : x) s.append(s.size() > 1 ? ", " : "").append(to_text(v));
  return s + "]";
}

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_PROGRAM_HPP
