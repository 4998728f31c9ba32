// SPDX-License-Identifier: MIT
// Decisions with known answers: chosen so that the optimum has a closed form.
#ifndef REALIGN_BENCHMARKS_DECIDE_CASES_HPP
#define REALIGN_BENCHMARKS_DECIDE_CASES_HPP

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "decide_dual.hpp"
#include "decide_loops.hpp"
#include "harness.hpp"
#include "mix_baselines.hpp"

namespace bench {

/// One pass: log-normaliser, means, covariance.
template <class T>
struct tilt_case {
  std::vector<T> base, features;
  std::vector<double> u;

  tilt_case(std::size_t k, std::size_t v)
      : base(normals<T>(v, 2.0, v)), features(normals<T>(k * v, 1.0, v + k)) {
    for (std::size_t i = 0; i < k; ++i) u.push_back(0.5 - 0.25 * static_cast<double>(i));
  }
  template <class W>
  static std::vector<W> listed(const moments<W>& m, std::size_t k) {
    std::vector<W> out{m.log_z};
    out.insert(out.end(), m.mean.begin(), m.mean.begin() + static_cast<std::ptrdiff_t>(k));
    out.insert(out.end(), m.cov.begin(), m.cov.begin() + static_cast<std::ptrdiff_t>(k * k));
    return out;
  }
  [[nodiscard]] std::vector<wide<T>> expected() const {
    using W = wide<T>;
    const std::vector<W> b = converted<W>(base), f = converted<W>(features);
    return listed(loop::tilt(tilted_rows<W>{b, f}, u), u.size());
  }
};

/// A program whose optimum is known: prices are chosen first, then the budgets and anchors for
/// which they are right.
template <class T>
struct program {
  std::size_t objectives, costs;
  welfare kind;
  std::vector<T> log_prior, features;  // objectives, then costs
  std::vector<double> weights, anchors, budgets;
  std::vector<wide<T>> optimum;
  dual_form form = {};

  program(welfare f, std::size_t m, std::size_t k, std::size_t v)
      : objectives(m),
        costs(k),
        kind(f),
        log_prior(normals<T>(v, 2.0, v)),
        features(normals<T>(m * v, 1.0, v + m)) {
    const std::vector<T> c = uniforms<T>(k * v, v + k);
    features.insert(features.end(), c.begin(), c.end());
    for (std::size_t i = 0; i < m; ++i)
      weights.push_back(2 * static_cast<double>(i + 1) / static_cast<double>(m * (m + 1)));
    settle();
  }

  [[nodiscard]] tilted_rows<T> rows() const { return {log_prior, features}; }
  [[nodiscard]] std::size_t choices() const { return log_prior.size(); }

 private:
  void settle() {
    using W = wide<T>;
    std::vector<double> u;
    for (std::size_t i = 0; i < objectives; ++i) u.push_back(price(i));
    for (std::size_t j = 0; j < costs; ++j) u.push_back(j == 0 ? -2.0 : -1.0);
    const std::vector<W> base = converted<W>(log_prior), f = converted<W>(features);
    const tilted_rows<W> wide_rows{base, f};
    optimum.resize(choices());
    loop::emit(wide_rows, u, std::span<W>(optimum));
    const auto m = loop::tilt(wide_rows, u, false);
    form.kind = kind;
    form.tied = objectives;
    for (std::size_t i = 0; i < objectives; ++i) {
      const double attained = static_cast<double>(m.mean[i]);
      // Nash: a gain of w / price; Chebyshev: the same weighted regret, 1, for all
      anchors.push_back(kind == welfare::nash ? attained - weights[i] / u[i]
                                              : attained + 1 / weights[i]);
      form.weight[i] = weights[i];
      form.scale[i] = kind == welfare::nash ? 1.0 : weights[i];
      form.shift[i] = -form.scale[i] * anchors[i];
    }
    for (std::size_t j = 0; j < costs; ++j) {
      budgets.push_back(static_cast<double>(m.mean[objectives + j]));
      form.scale[objectives + j] = -1;
      form.shift[objectives + j] = budgets[j];
    }
  }
  [[nodiscard]] double price(std::size_t i) const {
    const double n = static_cast<double>(objectives);
    if (kind == welfare::nash) return weights[i] / (0.5 + 0.25 * static_cast<double>(i));
    return weights[i] * 2 * (n - static_cast<double>(i)) / (n * (n + 1));  // a point of the simplex
  }
};

/// The front door at four choices: two policies, geometric rule.
template <class T>
struct aligned_case {
  static constexpr std::size_t choices = 4;
  std::vector<T> logits = normals<T>(2 * choices, 1.0, 11);
  std::vector<T> costs = uniforms<T>(choices, 12);
  std::vector<double> weights = {0.7, 0.3};
  double budget = 0;
  bool limited;
  std::vector<wide<T>> optimum = std::vector<wide<T>>(choices);

  explicit aligned_case(bool with_budget) : limited(with_budget) {
    using W = wide<T>;
    const std::vector<W> rows = converted<W>(logits), c = converted<W>(costs);
    std::vector<W> mixed(choices);
    loop::geometric{}(mix_input<W>{rows.data(), 2, choices, weights, {}}, std::span<W>(mixed));
    const double u[1] = {limited ? -2.0 : 0.0};
    loop::emit(tilted_rows<W>{mixed, c}, std::span<const double>(u), std::span<W>(optimum));
    for (std::size_t a = 0; a < choices; ++a) budget += static_cast<double>(optimum[a] * c[a]);
  }
};

/// Every choice costs at least 1 in total, the budgets allow 0.8.
template <class T>
struct clash_case {
  std::vector<T> log_prior, costs;
  std::vector<double> budgets = {0.4, 0.4};
  double least_violation = 0;

  explicit clash_case(std::size_t v)
      : log_prior(normals<T>(v, 2.0, v)), costs(uniforms<T>(2 * v, v + 9)) {
    for (std::size_t a = 0; a < v; ++a) costs[v + a] = 1 - costs[a] + costs[v + a] / 5;
    using W = wide<T>;
    const std::vector<W> base = converted<W>(log_prior), c = converted<W>(costs);
    std::size_t passes = 0;
    least_violation = loop::clash(tilted_rows<W>{base, c}, budgets, passes)[0];
  }
  /// The smallest y . (cost - budget): what a proof is good for.
  [[nodiscard]] double proved(double first, double second) const {
    const std::size_t v = log_prior.size();
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < v; ++a)
      least = (std::min)(least, first * (static_cast<double>(costs[a]) - budgets[0]) +
                                    second * (static_cast<double>(costs[v + a]) - budgets[1]));
    return least;
  }
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_DECIDE_CASES_HPP
