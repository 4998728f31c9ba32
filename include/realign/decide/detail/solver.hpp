// SPDX-License-Identifier: MIT
// The stages of one decision: support, features, feasibility, dual, answer.
#ifndef REALIGN_DECIDE_DETAIL_SOLVER_HPP
#define REALIGN_DECIDE_DETAIL_SOLVER_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/status.hpp>
#include <realign/decide/decision.hpp>
#include <realign/decide/detail/dual.hpp>
#include <realign/decide/detail/feasibility.hpp>
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
  }

  decision<T> run() {
    find_support();
    if (living() == 0) return {.status = status::no_support};
    pack();
    const status feasible = settle_limits();
    if (feasible == status::infeasible) return refuse();
    if (f_.domain() == scalarize::price_domain::positive && objectives_ > 0 && !gains_exist())
      return {.status = status::no_gain};
    const bool converged = minimize();
    return answer(feasible, converged);
  }

 private:
  using domain = scalarize::price_domain;

  [[nodiscard]] std::size_t choices() const noexcept { return q_.choice_count(); }
  [[nodiscard]] bool relevant(std::size_t i) const noexcept {
    const scalarize::price_map m = f_.price(w_[i]);
    return m.offset > 0 || m.scale > 0;
  }
  [[nodiscard]] std::size_t living() const noexcept {
    return static_cast<std::size_t>(std::count(work_.alive.begin(), work_.alive.end(), 1));
  }

  // --- support -------------------------------------------------------------------------------------

  /// Marks the choices that may be made: the prior, the mask, and infinite entries decide.
  void find_support() {
    work_.alive.assign(choices(), 1);
    for (std::size_t a = 0; a < choices(); ++a) {
      const T& l = q_.log_prior[a];
      expects(!is_nan(l) && !is_pos_inf(l), "log_prior", "numbers or minus infinity", l, " at choice ", a);
      if (!simd::detail::alive(q_.allowed, a, l)) work_.alive[a] = 0;
    }
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i)
      if (relevant(i))
        drop_infinite(q_.objectives.row(i), false, "objectives", i);
    for (std::size_t j = 0; j < q_.costs.rows(); ++j)
      drop_infinite(q_.costs.row(j), q_.sense_of(j) == sense::at_most, "costs", j);
  }
  /// Drops choices whose entry is the infinity that forbids them; everything else must be finite.
  void drop_infinite(vector_view<const T> row, bool positive, const char* name, std::size_t index) {
    for (std::size_t a = 0; a < choices(); ++a) {
      if (work_.alive[a] == 0 || is_finite(row[a])) continue;
      expects(positive ? is_pos_inf(row[a]) : is_neg_inf(row[a]), name,
              positive ? "numbers, or plus infinity for never" : "numbers, or minus infinity for never",
              row[a], " in row ", index, ", choice ", a);
      work_.alive[a] = 0;
    }
  }

  // --- features ------------------------------------------------------------------------------------

  /// Base and feature rows: F = scale (objective - anchor) for priced objectives, then budget - cost.
  void pack() {
    set_anchor();
    work_.coordinates.clear();
    work_.objective_of.clear();
    work_.features.clear();
    work_.equal.clear();
    work_.base.resize(choices());
    for (std::size_t a = 0; a < choices(); ++a)
      work_.base[a] = work_.alive[a] != 0 ? q_.log_prior[a] : neg_infinity<T>();
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i) pack_objective(i);
    objectives_ = work_.coordinates.size();
    if (f_.domain() == domain::simplex) share_unit();
    for (std::size_t j = 0; j < q_.costs.rows(); ++j) pack_cost(j);
  }
  void set_anchor() {
    const scalarize::anchor& z = f_.anchored_at();
    const std::size_t m = q_.objectives.rows();
    z.check(m);
    work_.anchor.assign(m, 0.0);
    const double log_z = z.where() == scalarize::anchor::kind::prior
                             ? simd::log_sum_exp(q_.log_prior, work_.alive)
                             : 0.0;
    for (std::size_t i = 0; i < m; ++i)
      if (relevant(i)) work_.anchor[i] = z.fixed() ? z[i] : local_anchor(z.where(), i, log_z);
  }
  [[nodiscard]] double local_anchor(scalarize::anchor::kind where, std::size_t i, double log_z) const {
    const auto row = q_.objectives.row(i);
    double best = 0, mean = 0;
    bool first = true;
    for (std::size_t a = 0; a < choices(); ++a) {
      if (work_.alive[a] == 0) continue;
      const double v = static_cast<double>(row[a]);
      if (where == scalarize::anchor::kind::prior)
        mean += std::exp(static_cast<double>(q_.log_prior[a]) - log_z) * v;
      else if (first || (where == scalarize::anchor::kind::best ? v > best : v < best))
        best = v;
      first = false;
    }
    return where == scalarize::anchor::kind::prior ? mean : best;
  }
  void pack_objective(std::size_t i) {
    const scalarize::price_map m = f_.price(w_[i]);
    const auto row = q_.objectives.row(i);
    const double z = work_.anchor[i];
    if (m.offset > 0)
      for (std::size_t a = 0; a < choices(); ++a)
        if (work_.alive[a] != 0)
          work_.base[a] = static_cast<T>(static_cast<double>(work_.base[a]) +
                                         m.offset * (static_cast<double>(row[a]) - z) / q_.beta);
    if (!(m.scale > 0)) return;
    add_feature([&](std::size_t a) { return m.scale * (static_cast<double>(row[a]) - z); },
                {.weight = w_[i], .bounded = true, .priced = true});
    work_.objective_of.push_back(i);
  }
  void pack_cost(std::size_t j) {
    const auto row = q_.costs.row(j);
    const double b = q_.budgets[j];
    const sense s = q_.sense_of(j);
    add_feature(
        [&](std::size_t a) {
          const double slack = b - static_cast<double>(row[a]);
          return s == sense::at_least ? -slack : slack;
        },
        {.bounded = s != sense::equal});
    work_.equal.push_back(s == sense::equal ? 1 : 0);
  }
  template <class Entry>
  void add_feature(const Entry& entry, dual_coordinate c) {
    double size = 0;
    for (std::size_t a = 0; a < choices(); ++a) {
      const double v = work_.alive[a] != 0 ? entry(a) : 0.0;
      size = (std::max)(size, std::abs(v));
      work_.features.push_back(static_cast<T>(v));
    }
    c.unit = size > 0 ? std::exp2(std::ceil(std::log2(size))) : 1.0;
    work_.coordinates.push_back(c);
  }
  /// Coordinates on one simplex need one unit.
  void share_unit() {
    double unit = 0;
    for (const dual_coordinate& c : work_.coordinates) unit = (std::max)(unit, c.unit);
    for (dual_coordinate& c : work_.coordinates) c.unit = unit;
  }
  /// The base and the feature rows from `first` on, over the choices still alive.
  [[nodiscard]] simd::tilt_rows<T> rows_from(std::size_t first) const noexcept {
    const std::size_t n = work_.coordinates.size() - first;
    return {vector_view<const T>(work_.base.data(), choices()),
            matrix_view<const T>(work_.features.data() + first * choices(), n, choices()), work_.alive};
  }

  // --- limits --------------------------------------------------------------------------------------

  /// Finds the choices that a distribution within the limits can use, and drops the others.
  status settle_limits() {
    const std::size_t k = q_.costs.rows();
    if (k == 0) return status::ok;
    work_.unit.clear();
    for (std::size_t j = 0; j < k; ++j) work_.unit.push_back(work_.coordinates[objectives_ + j].unit);
    const slack_rows<T> slack{rows_from(objectives_), work_.unit, work_.equal};
    if (cutting_planes<T>::strict_choice(slack)) return status::ok;
    work_.alive_at_start = work_.alive;
    status found = status::ok;
    work_.y.assign(k, 0.0);
    for (;;) {
      mean_shortfall(slack);
      const double value = work_.cuts.alternative(slack, work_.goal, work_.y);
      if (value <= slack_tolerance<T>) return found;
      // y.slack <= 0 on every choice, and E[y.slack] >= 0 is asked: only where it is 0 can p be
      std::size_t left = 0, dropped = 0;
      for (std::size_t a = 0; a < choices(); ++a) {
        if (work_.alive[a] == 0) continue;
        if (cutting_planes<T>::combined(slack, work_.y, a) < -slack_tolerance<T>) {
          work_.alive[a] = 2;
          ++dropped;
        } else {
          ++left;
        }
      }
      if (left == 0) return status::infeasible;
      if (dropped == 0) return found;
      for (unsigned char& alive : work_.alive)
        if (alive == 2) alive = 0;
      found = status::face;
    }
  }
  /// goal = minus the mean slack over the living choices, each row in its unit.
  void mean_shortfall(const slack_rows<T>& slack) {
    work_.goal.assign(slack.size(), 0.0);
    const double n = static_cast<double>(living());
    for (std::size_t k = 0; k < slack.size(); ++k)
      for (std::size_t a = 0; a < choices(); ++a)
        if (work_.alive[a] != 0) work_.goal[k] -= slack.at(k, a) / n;
  }
  decision<T> refuse() {
    work_.alive = work_.alive_at_start;
    const slack_rows<T> slack{rows_from(objectives_), work_.unit, work_.equal};
    work_.proof.assign(slack.size(), 0.0);
    decision<T> d{.status = status::infeasible};
    d.least_violation = work_.cuts.least_violation(slack, work_.proof);
    d.proof = work_.proof;
    return d;
  }

  /// Whether some distribution within the limits lifts every priced objective above its anchor.
  bool gains_exist() {
    const std::size_t n = work_.coordinates.size();
    work_.unit.clear();
    for (const dual_coordinate& c : work_.coordinates) work_.unit.push_back(c.unit);
    work_.equal.insert(work_.equal.begin(), objectives_, static_cast<unsigned char>(0));
    const slack_rows<T> rows{rows_from(0), work_.unit, work_.equal};
    if (cutting_planes<T>::strict_choice(rows)) return true;
    work_.goal.assign(n, 0.0);
    std::fill_n(work_.goal.begin(), objectives_, 1.0);
    work_.y.assign(n, 0.0);
    return work_.cuts.alternative(rows, work_.goal, work_.y) <= slack_tolerance<T>;
  }

  // --- dual ----------------------------------------------------------------------------------------

  void start_point() {
    const std::size_t n = work_.coordinates.size();
    work_.point.x.assign(n, 0.0);
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

  bool minimize() {
    // a simplex without an entropy term may reach its faces; its conjugate is zero
    const bool interior = objectives_ > 0 && f_.conjugate(0.5, 0.5).curvature > 0;
    for (std::size_t i = 0; i < objectives_; ++i) work_.coordinates[i].priced = interior;
    dual<T, F> d(rows_from(0), f_, q_.beta, work_.coordinates,
                 f_.domain() == domain::simplex ? objectives_ : 0, work_.dual);
    start_point();
    bool done = d.minimize(work_.point, 1, 1e-14, 40);
    if (!done) {
      // from smooth to sharp, each stage starting where the last one ended
      start_point();
      for (double t = 0x1p-15; t < 1; t *= 8) (void)d.minimize(work_.point, t, 1e-6, 15);
      done = d.minimize(work_.point, 1, 1e-14, 150);
    }
    if (work_.point.x.empty())
      d.evaluate(work_.point, 1);
    else
      d.polish(work_.point);
    passes_ = d.passes();
    return done;
  }

  // --- answer --------------------------------------------------------------------------------------

  decision<T> answer(status feasible, bool converged) {
    decision<T> d;
    const simd::tilt_rows<T> rows = rows_from(0);
    work_.dual.u.resize(work_.coordinates.size());
    for (std::size_t i = 0; i < work_.coordinates.size(); ++i)
      work_.dual.u[i] = work_.point.x[i] / (work_.coordinates[i].unit * q_.beta);
    const std::span<const double> u(work_.dual.u);
    const double log_z = work_.point.log_z;
    const double log_prior_z = simd::log_sum_exp(q_.log_prior);

    work_.log_probs.resize(choices());
    work_.probs.resize(choices());
    work_.objective_values.assign(q_.objectives.rows(), 0.0);
    work_.cost_values.assign(q_.costs.rows(), 0.0);
    for (std::size_t a = 0; a < choices(); ++a) {
      if (!rows.alive(a)) {
        work_.log_probs[a] = neg_infinity<T>();
        work_.probs[a] = 0;
        continue;
      }
      const double l = rows.score(u, 1, a) - log_z;
      const double p = std::exp(l);
      work_.log_probs[a] = static_cast<T>(l);
      work_.probs[a] = static_cast<T>(p);
      d.kl += p * (l - (static_cast<double>(q_.log_prior[a]) - log_prior_z));
      for (std::size_t i = 0; i < q_.objectives.rows(); ++i)
        if (p > 0) work_.objective_values[i] += p * static_cast<double>(q_.objectives(i, a));
      for (std::size_t j = 0; j < q_.costs.rows(); ++j)
        work_.cost_values[j] += p * static_cast<double>(q_.costs(j, a));
    }
    fill_prices();
    d.probs = work_.probs;
    d.log_probs = work_.log_probs;
    d.objective_values = work_.objective_values;
    d.cost_values = work_.cost_values;
    d.prices = work_.prices;
    d.multipliers = work_.multipliers;
    d.passes = passes_;
    certify(d, work_.point.value - q_.beta * log_prior_z);
    d.status = converged ? feasible : status::not_converged;
    return d;
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
  void certify(decision<T>& d, double bound) {
    work_.gains.assign(q_.objectives.rows(), 0.0);
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i)
      if (relevant(i)) work_.gains[i] = d.objective_values[i] - work_.anchor[i];
    d.value = f_.value(work_.gains, w_) - q_.beta * d.kl;
    d.gap = bound - d.value;
    for (std::size_t j = 0; j < q_.costs.rows(); ++j) {
      const double over = d.cost_values[j] - q_.budgets[j];
      const sense s = q_.sense_of(j);
      d.excess = (std::max)(d.excess, s == sense::at_least ? -over : s == sense::equal ? std::abs(over) : over);
    }
  }

  const decision_problem<T>& q_;
  const F& f_;
  std::span<const double> w_;
  decision_workspace<T>& work_;
  std::size_t objectives_ = 0;  // coordinates that price objectives; costs follow
  std::size_t passes_ = 0;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_SOLVER_HPP
