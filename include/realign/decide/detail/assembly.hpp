// SPDX-License-Identifier: MIT
// First stage of a decision: which choices can be made at all, and the rows that the solver works on.
#ifndef REALIGN_DECIDE_DETAIL_ASSEMBLY_HPP
#define REALIGN_DECIDE_DETAIL_ASSEMBLY_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/decide/problem.hpp>
#include <realign/decide/workspace.hpp>
#include <realign/scalarize/scalarization.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::detail {

/// True when objective i enters f at its weight.
template <scalarize::priced_scalarization F>
[[nodiscard]] bool matters(const F& f, double w) {
  const scalarize::price_map m = f.price(w);
  return m.offset > 0 || m.scale > 0;
}

/// Fills `alive`, `anchor`, `base`, `features`, `coordinates` of a workspace.
template <scalar T, scalarize::priced_scalarization F>
class assembly {
 public:
  assembly(const decision_problem<T>& problem, const F& f, std::span<const double> w,
           decision_workspace<T>& work)
      : q_(problem), f_(f), w_(w), work_(work) {}

  /// Marks the choices that may be made: the prior, the mask, and infinite entries decide.
  /// @return how many are left
  std::size_t find_support() {
    work_.alive.assign(choices(), 1);
    for (std::size_t a = 0; a < choices(); ++a) {
      const T& l = q_.log_prior[a];
      expects(!is_nan(l) && !is_pos_inf(l), "log_prior", "numbers or minus infinity", l, " at choice ", a);
      if (!simd::detail::alive(q_.allowed, a, l)) work_.alive[a] = 0;
    }
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i)
      if (matters(f_, w_[i])) drop_infinite(q_.objectives.row(i), false, "objectives", i);
    for (std::size_t j = 0; j < q_.costs.rows(); ++j)
      drop_infinite(q_.costs.row(j), q_.sense_of(j) == sense::at_most, "costs", j);
    return static_cast<std::size_t>(std::count(work_.alive.begin(), work_.alive.end(), 1));
  }

  /// Writes the base and the rows that are priced: gains scale (objective - anchor), then budget - cost.
  /// @return how many coordinates price objectives; those of the costs follow
  std::size_t pack() {
    set_anchor();
    work_.coordinates.clear();
    work_.objective_of.clear();
    work_.features.clear();
    work_.base.resize(choices());
    for (std::size_t a = 0; a < choices(); ++a)
      work_.base[a] = work_.alive[a] != 0 ? q_.log_prior[a] : neg_infinity<T>();
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i) pack_objective(i);
    const std::size_t objectives = work_.coordinates.size();
    if (f_.domain() == scalarize::price_domain::simplex) share_unit();
    for (std::size_t j = 0; j < q_.costs.rows(); ++j) pack_cost(j);
    return objectives;
  }

 private:
  using anchored = scalarize::anchor::kind;

  [[nodiscard]] std::size_t choices() const noexcept { return q_.choice_count(); }

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

  void set_anchor() {
    const scalarize::anchor& z = f_.anchored_at();
    const std::size_t m = q_.objectives.rows();
    z.check(m);
    work_.anchor.assign(m, 0.0);
    const double log_z =
        z.where() == anchored::prior ? simd::log_sum_exp(q_.log_prior, work_.alive) : 0.0;
    for (std::size_t i = 0; i < m; ++i)
      if (matters(f_, w_[i])) work_.anchor[i] = z.fixed() ? z[i] : local_anchor(z.where(), i, log_z);
  }
  [[nodiscard]] double local_anchor(anchored where, std::size_t i, double log_z) const {
    const auto row = q_.objectives.row(i);
    double extreme = 0, mean = 0;
    bool first = true;
    for (std::size_t a = 0; a < choices(); ++a) {
      if (work_.alive[a] == 0) continue;
      const double v = static_cast<double>(row[a]);
      if (where == anchored::prior)
        mean += std::exp(static_cast<double>(q_.log_prior[a]) - log_z) * v;
      else if (first || (where == anchored::best ? v > extreme : v < extreme))
        extreme = v;
      first = false;
    }
    return where == anchored::prior ? mean : extreme;
  }

  /// A choice that can be made keeps a finite base: an infinite one would take it out, or every other one.
  [[nodiscard]] static T within_range(double x) noexcept {
    constexpr double most = static_cast<double>((std::numeric_limits<T>::max)());
    return static_cast<T>((std::min)((std::max)(x, -most), most));
  }
  void pack_objective(std::size_t i) {
    const scalarize::price_map m = f_.price(w_[i]);
    const auto row = q_.objectives.row(i);
    const double z = work_.anchor[i];
    if (m.offset > 0)
      for (std::size_t a = 0; a < choices(); ++a)
        if (work_.alive[a] != 0)
          work_.base[a] = within_range(static_cast<double>(work_.base[a]) +
                                       m.offset * (static_cast<double>(row[a]) - z) / q_.beta);
    if (!(m.scale > 0)) return;
    dual_coordinate c;
    c.weight = w_[i];
    c.scale = m.scale;
    c.shift = -m.scale * z;
    add_feature(c, row);
    work_.objective_of.push_back(i);
  }
  void pack_cost(std::size_t j) {
    const sense s = q_.sense_of(j);
    dual_coordinate c;
    c.bounded = s != sense::equal;
    c.scale = s == sense::at_least ? 1 : -1;
    c.shift = -c.scale * q_.budgets[j];
    add_feature(c, q_.costs.row(j));
  }
  /// Appends a row; its unit is the power of two at or above its largest entry, kept where its inverse is a number.
  void add_feature(dual_coordinate c, vector_view<const T> row) {
    double size = 0;
    for (std::size_t a = 0; a < choices(); ++a) {
      const bool alive = work_.alive[a] != 0;
      if (alive) size = (std::max)(size, std::abs(c.row(static_cast<double>(row[a]))));
      work_.features.push_back(alive ? row[a] : T(0));
    }
    c.unit = size > 0 ? std::exp2((std::min)((std::max)(std::ceil(std::log2(size)), -1000.0), 1000.0)) : 1.0;
    work_.coordinates.push_back(c);
  }
  /// Coordinates on one simplex need one unit.
  void share_unit() {
    double unit = 0;
    for (const dual_coordinate& c : work_.coordinates) unit = (std::max)(unit, c.unit);
    for (dual_coordinate& c : work_.coordinates) c.unit = unit;
  }

  const decision_problem<T>& q_;
  const F& f_;
  std::span<const double> w_;
  decision_workspace<T>& work_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_ASSEMBLY_HPP
