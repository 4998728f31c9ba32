// SPDX-License-Identifier: MIT
// The stages of one decision, run in a workspace: assembly, limits, dual, answer.
#ifndef REALIGN_DECIDE_DETAIL_SOLVER_HPP
#define REALIGN_DECIDE_DETAIL_SOLVER_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/status.hpp>
#include <realign/decide/decision.hpp>
#include <realign/decide/detail/assembly.hpp>
#include <realign/decide/detail/dual.hpp>
#include <realign/decide/detail/limits.hpp>
#include <realign/decide/problem.hpp>
#include <realign/decide/workspace.hpp>
#include <realign/scalarize/scalarization.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::detail {

/// Runs one decision in a workspace.
template <scalar T, scalarize::priced_scalarization F>
class solver {
 public:
  solver(const decision_problem<T>& problem, const F& f, std::span<const double> w,
         decision_workspace<T>& work)
      : q_(problem), f_(f), w_(w), work_(work) {
    q_.check(w.size());
    for (std::size_t i = 0; i < w.size(); ++i)
      expects(is_finite(w[i]) && w[i] >= 0, "weights", "finite entries >= 0", w[i], " at index ", i);
    refuse_own_answer(q_.log_prior.data(), "log_prior");
    refuse_own_answer(q_.objectives.data(), "objectives");
    refuse_own_answer(q_.costs.data(), "costs");
  }

  decision<T> run() {
    assembly<T, F> rows(q_, f_, w_, work_);
    if (rows.find_support() == 0) return {.status = status::no_support};
    objectives_ = rows.pack();
    status feasible = settle_limits(work_, objectives_);
    if (feasible == status::infeasible) {
      const decision<T> refused = refusal(work_, objectives_);
      if (refused.least_violation > 0) return refused;
      feasible = status::ok;  // short by rounding, if at all: the certificate of an answer tells
    }
    if (f_.domain() == domain::positive && objectives_ > 0 && !gains_exist(work_, objectives_))
      return {.status = status::no_gain};
    face_ = feasible == status::face;
    minimize();
    const decision<T> d = answer(feasible);
    if ((succeeded(d.status) && all_hold(1e-9)) || !take_smaller_units()) return d;
    minimize();
    return answer(feasible);
  }

 private:
  using domain = scalarize::price_domain;

  [[nodiscard]] std::size_t choices() const noexcept { return q_.choice_count(); }

  /// The last answer in the same workspace is overwritten while the problem is read.
  void refuse_own_answer(const T* data, const char* name) const {
    for (const std::vector<T>* answer : {&work_.probs, &work_.log_probs}) {
      const T* const end = answer->data() + answer->size();
      expects(data == nullptr || std::less<>()(data, answer->data()) || !std::less<>()(data, end), name,
              "rows outside the workspace", "a row of its last answer");
    }
  }

  /// For rows whose largest slack is so much larger that it hides the others: units of the budgets or, where these are 0, of
  /// the usual slack.
  /// @return whether some unit is smaller now
  [[nodiscard]] bool take_smaller_units() {
    bool changed = false;
    work_.slack.read(slack_from(work_, objectives_));
    for (std::size_t k = 0; k < work_.slack.size(); ++k) {
      dual_coordinate& c = work_.coordinates[objectives_ + k];
      const double unit = std::abs(c.shift) > 0 ? unit_of(std::abs(c.shift)) : work_.slack.unit(k);
      if (!(unit < c.unit)) continue;
      c.reach = (std::min)(c.unit / unit, 0x1p1000);
      c.unit = unit;
      changed = true;
    }
    return changed;
  }

  void start_point() {
    const std::size_t n = work_.coordinates.size();
    work_.point.resize(n);
    std::fill(work_.point.x.begin(), work_.point.x.end(), 0.0);
    if (objectives_ == 0) return;
    if (f_.domain() == domain::simplex) {
      double total = 0;
      for (std::size_t i = 0; i < objectives_; ++i) total += work_.coordinates[i].weight;
      for (std::size_t i = 0; i < objectives_; ++i) {
        const dual_coordinate& c = work_.coordinates[i];
        const double even = 1 / static_cast<double>(objectives_);
        work_.point.x[i] = c.unit * (total > 0 ? (even + c.weight / total) / 2 : even);
      }
      return;
    }
    // positive prices: those of gains of half a unit each
    work_.gains.assign(objectives_, 0.0);
    work_.weights.assign(objectives_, 0.0);
    work_.goal.assign(objectives_, 0.0);
    for (std::size_t i = 0; i < objectives_; ++i) {
      work_.gains[i] = work_.coordinates[i].unit / 2;
      work_.weights[i] = work_.coordinates[i].weight;
    }
    f_.gradient(work_.gains, work_.weights, work_.goal);
    for (std::size_t i = 0; i < objectives_; ++i) work_.point.x[i] = work_.goal[i] * work_.coordinates[i].unit;
  }

  void minimize() {
    // a simplex without an entropy term may reach its faces; its conjugate is zero
    const bool interior = objectives_ > 0 && f_.conjugate(0.5, 0.5).curvature > 0;
    for (std::size_t i = 0; i < objectives_; ++i) work_.coordinates[i].priced = interior;
    dual<T, F> d(rows_from(work_, 0, face_), f_, q_.beta, work_.coordinates,
                 f_.domain() == domain::simplex ? objectives_ : 0, work_.dual);
    start_point();
    if (work_.point.x.empty()) {
      d.evaluate(work_.point, 1);
    } else {
      d.approach(work_.point);
      if (!d.minimize(work_.point, 1, sizeof(T) == 4 ? 1e-12 : 1e-14, 40)) {
        // from smooth to sharp, each stage starting where the last one ended
        start_point();
        for (double t = 0x1p-15; t < 1; t *= 8) (void)d.minimize(work_.point, t, 1e-6, 15);
        (void)d.minimize(work_.point, 1, 1e-14, 150);
      }
      d.polish(work_.point);
    }
    passes_ += d.passes();
    for (std::size_t i = 0; i < d.size(); ++i) work_.dual.u[i] = d.tilt(work_.point, 1, i);
  }

  /// Writes p at the final prices, and what it is worth. @return the divergence from the prior
  [[nodiscard]] double fill_distribution() {
    const std::size_t m = q_.objectives.rows(), k = q_.costs.rows();
    work_.log_probs.resize(choices());
    work_.probs.resize(choices());
    work_.observed.clear();
    for (std::size_t i = 0; i < m; ++i) work_.observed.push_back(q_.objectives.row(i));
    for (std::size_t j = 0; j < k; ++j) work_.observed.push_back(q_.costs.row(j));
    work_.means.resize(m + k);
    const double log_prior_z = simd::log_sum_exp(q_.log_prior);
    bound_ = work_.point.value - q_.beta * log_prior_z;
    return log_prior_z + simd::tilt_emit<T>(rows_from(work_, 0, face_), work_.dual.u, work_.point.z, q_.log_prior,
                                            work_.observed, work_.log_probs, work_.probs, work_.means);
  }

  decision<T> answer(status feasible) {
    decision<T> d;
    d.kl = fill_distribution();
    fill_prices();
    d.probs = work_.probs;
    d.log_probs = work_.log_probs;
    d.objective_values = std::span<const double>(work_.means).first(q_.objectives.rows());
    d.cost_values = std::span<const double>(work_.means).subspan(q_.objectives.rows());
    d.prices = work_.prices;
    d.multipliers = work_.multipliers;
    d.passes = passes_;
    certify(d);
    d.status = certified(d) ? feasible : status::not_converged;
    return d;
  }
  /// The certificate is what says that an answer is one.
  [[nodiscard]] bool certified(const decision<T>& d) const noexcept {
    const double tolerance = sizeof(T) == 4 ? 1e-4 : 1e-7;
    // gap/beta bounds KL(optimum || p), and gap is a difference of the other two
    const double terms = q_.beta + std::abs(d.value) + std::abs(bound_);
    return resolved() && is_finite(d.gap) && std::abs(d.gap) <= tolerance * terms &&
           all_hold((std::max)(1e-9, 2 * slack_tolerance<T>));
  }
  /// How far cost j is beyond its budget; negative where it is within.
  [[nodiscard]] double excess_of(std::size_t j) const noexcept {
    const double over = work_.means[q_.objectives.rows() + j] - q_.budgets[j];
    const sense s = q_.sense_of(j);
    return s == sense::at_least ? -over : s == sense::equal ? std::abs(over) : over;
  }
  [[nodiscard]] bool all_hold(double tolerance) const noexcept {
    for (std::size_t j = 0; j < q_.costs.rows(); ++j)
      if (!holds(j, tolerance)) return false;
    return true;
  }
  /// Whether the excess is rounding: of the budget, of the costs as they enter the mean, of the scores in their exponents;
  /// of scores without digits it is none.
  [[nodiscard]] bool holds(std::size_t j, double tolerance) const noexcept {
    const dual_coordinate& c = work_.coordinates[objectives_ + j];
    const double excess = excess_of(j);
    if (!(excess <= (std::max)(1e-9, 2 * slack_tolerance<T>) * c.unit * c.reach)) return false;
    double rounding = tolerance * std::abs(q_.budgets[j]);
    for (std::size_t a = 0; a < choices() && !(excess <= rounding); ++a) {
      if (!(work_.probs[a] > 0)) continue;
      const double share = static_cast<double>(work_.probs[a]) * std::abs(static_cast<double>(q_.costs(j, a)));
      rounding += share * (tolerance + 4 * std::numeric_limits<double>::epsilon() * size_of_score(a));
    }
    return excess <= rounding;
  }
  /// Scores are numbers, and known to 1e-3: where prices over beta are larger they have lost their digits.
  [[nodiscard]] bool resolved() const noexcept {
    const simd::tilt_normalizer& z = work_.point.z;
    return z.mode < choices() && is_finite(z.log_sum) &&
           size_of_score(z.mode) < 1e-3 / std::numeric_limits<double>::epsilon();
  }
  /// Of the terms whose sum it is.
  [[nodiscard]] double size_of_score(std::size_t a) const noexcept {
    const simd::tilt_rows<T> rows = rows_from(work_, 0, face_);
    double size = std::abs(static_cast<double>(rows.log_base[a]));
    for (std::size_t i = 0; i < work_.dual.u.size(); ++i)
      size += std::abs(work_.dual.u[i] * static_cast<double>(rows.features(i, a)));
    return size;
  }
  /// Undoes units and maps: nu = offset + scale mu, lambda = x / unit.
  void fill_prices() {
    work_.prices.assign(q_.objectives.rows(), 0.0);
    work_.multipliers.assign(q_.costs.rows(), 0.0);
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i) work_.prices[i] = f_.price(w_[i]).offset;
    for (std::size_t c = 0; c < work_.coordinates.size(); ++c) {
      const double price = work_.point.x[c] / work_.coordinates[c].unit;
      if (c < objectives_)
        work_.prices[work_.objective_of[c]] += f_.price(w_[work_.objective_of[c]]).scale * price;
      else
        work_.multipliers[c - objectives_] = price;
    }
  }
  void certify(decision<T>& d) {
    work_.gains.assign(q_.objectives.rows(), 0.0);
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i)
      if (matters(f_, w_[i])) work_.gains[i] = d.objective_values[i] - work_.anchor[i];
    d.value = f_.value(work_.gains, w_) - q_.beta * d.kl;
    d.gap = bound_ - d.value;
    for (std::size_t j = 0; j < q_.costs.rows(); ++j) d.excess = (std::max)(d.excess, excess_of(j));
  }

  const decision_problem<T>& q_;
  const F& f_;
  std::span<const double> w_;
  decision_workspace<T>& work_;
  std::size_t objectives_ = 0;  // coordinates that price objectives; costs follow
  bool face_ = false;           // some choices were given up
  std::size_t passes_ = 0;
  double bound_ = 0;            // of the dual, on the value
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_SOLVER_HPP
