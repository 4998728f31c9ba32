// SPDX-License-Identifier: MIT
// First stage of a decision: which choices can be made at all, and the rows that the solver works on.
#ifndef REALIGN_DECIDE_DETAIL_ASSEMBLY_HPP
#define REALIGN_DECIDE_DETAIL_ASSEMBLY_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/decide/problem.hpp>
#include <realign/decide/workspace.hpp>
#include <realign/scalarize/scalarization.hpp>
#include <realign/simd/support.hpp>
#include <realign/simd/tilt.hpp>

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
    work_.alive.resize(choices());
    const std::span<unsigned char> alive(work_.alive);
    simd::row_support left = simd::keep_finite(q_.log_prior, {}, alive);
    if (left.nan || left.plus_infinity) refuse_prior();
    if (!q_.allowed.empty()) left = simd::keep_finite(q_.log_prior, q_.allowed, alive);
    for (std::size_t r = 0; r < row_count(); ++r) {
      if (!enters(r)) continue;
      left = simd::keep_finite(row(r), work_.alive, alive);
      if (left.nan || (left.minus_infinity && !forbids_by_minus(r)) || (left.plus_infinity && !forbids_by_plus(r))) refuse(r);
    }
    return left_ = left.choices;
  }

  /// Gathers the base and the rows that are priced: gains scale (objective - anchor), then budget - cost. What can be read
  /// where it is, is.
  /// @return how many coordinates price objectives; those of the costs follow
  std::size_t pack() {
    set_anchor();
    work_.coordinates.clear();
    work_.objective_of.clear();
    gather_base();
    gather_features();
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i) pack_objective(i);
    const std::size_t objectives = work_.coordinates.size();
    if (f_.domain() == scalarize::price_domain::simplex) share_unit();
    for (std::size_t j = 0; j < q_.costs.rows(); ++j) pack_cost(j);
    return objectives;
  }

 private:
  using anchored = scalarize::anchor::kind;

  [[nodiscard]] std::size_t choices() const noexcept { return q_.choice_count(); }

  // The rows of objectives, then those of costs.
  [[nodiscard]] std::size_t row_count() const noexcept { return q_.objectives.rows() + q_.costs.rows(); }
  [[nodiscard]] bool is_cost(std::size_t r) const noexcept { return r >= q_.objectives.rows(); }
  [[nodiscard]] std::size_t index_of(std::size_t r) const noexcept { return is_cost(r) ? r - q_.objectives.rows() : r; }
  [[nodiscard]] vector_view<const T> row(std::size_t r) const noexcept {
    return is_cost(r) ? q_.costs.row(index_of(r)) : q_.objectives.row(r);
  }
  [[nodiscard]] bool enters(std::size_t r) const { return is_cost(r) || matters(f_, w_[r]); }
  // Which infinity means never; where a cost is to be equal to its budget, neither.
  [[nodiscard]] bool forbids_by_plus(std::size_t r) const { return is_cost(r) && q_.sense_of(index_of(r)) == sense::at_most; }
  [[nodiscard]] bool forbids_by_minus(std::size_t r) const {
    return !is_cost(r) || q_.sense_of(index_of(r)) == sense::at_least;
  }

  REALIGN_COLD void refuse_prior() const {
    for (std::size_t a = 0; a < choices(); ++a)
      expects(!is_nan(q_.log_prior[a]) && !is_pos_inf(q_.log_prior[a]), "log_prior", "numbers or minus infinity",
              q_.log_prior[a], " at choice ", a);
  }
  /// Reports the first entry that is neither finite nor the infinity that forbids its choice.
  REALIGN_COLD void refuse(std::size_t r) const {
    const bool plus = forbids_by_plus(r), minus = forbids_by_minus(r);
    const char* const expected = plus    ? "numbers, or plus infinity for never"
                                 : minus ? "numbers, or minus infinity for never"
                                         : "numbers";
    for (std::size_t a = 0; a < choices(); ++a) {
      const T& x = row(r)[a];
      expects(is_finite(x) || (plus && is_pos_inf(x)) || (minus && is_neg_inf(x)) || given_up_before(r, a),
              is_cost(r) ? "costs" : "objectives", expected, x, " in row ", index_of(r), ", choice ", a);
    }
  }
  [[nodiscard]] bool given_up_before(std::size_t r, std::size_t a) const {
    if (!simd::detail::alive(q_.allowed, a, q_.log_prior[a])) return true;
    for (std::size_t s = 0; s < r; ++s)
      if (enters(s) && !is_finite(row(s)[a])) return true;
    return false;
  }

  void set_anchor() {
    const scalarize::anchor& z = f_.anchored_at();
    const std::size_t m = q_.objectives.rows();
    z.check(m);
    work_.anchor.assign(m, 0.0);
    for (std::size_t i = 0; i < m; ++i)
      if (matters(f_, w_[i])) work_.anchor[i] = z.fixed() ? z[i] : local_anchor(z.where(), q_.objectives.row(i));
  }
  [[nodiscard]] double local_anchor(anchored where, vector_view<const T> row) const {
    if (where != anchored::prior) {
      const simd::row_range range = simd::range_of_kept(row, mask_view(work_.alive));
      return where == anchored::best ? range.largest : range.least;
    }
    const double untilted = 0;
    double mean = 0, variance = 0;
    const matrix_view<const T> feature(row.data(), 1, row.size(), 0, row.stride());
    (void)simd::tilt_moments(simd::tilt_rows<T>{q_.log_prior, feature, work_.alive}, std::span(&untilted, 1),
                             std::span(&mean, 1), std::span(&variance, 1));
    return mean;
  }

  [[nodiscard]] scalarize::price_map price(std::size_t i) const { return f_.price(w_[i]); }

  /// Its own copy where the base is not the prior itself.
  void gather_base() {
    bool same = left_ == choices() && q_.log_prior.contiguous();
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i) same = same && !(price(i).offset > 0);
    work_.rows.log_base = q_.log_prior;
    if (same) return;
    work_.base.resize(choices());
    simd::copy_kept(q_.log_prior, work_.alive, neg_infinity<T>(), std::span<T>(work_.base));
    work_.rows.log_base = {work_.base.data(), choices()};
  }
  /// Copies where features are not all the rows of one matrix.
  void gather_features() {
    std::size_t priced = 0;
    for (std::size_t i = 0; i < q_.objectives.rows(); ++i) priced += price(i).scale > 0 ? 1U : 0U;
    const matrix_view<const T>& only = priced == 0 ? q_.costs : q_.objectives;
    copies_ = (priced > 0 && (priced < q_.objectives.rows() || q_.costs.rows() > 0)) || only.col_stride() != 1;
    work_.rows.features = only;
    if (!copies_) return;
    const std::size_t n = priced + q_.costs.rows();
    work_.features.resize((std::max)(work_.features.size(), n * choices()));
    work_.rows.features = {work_.features.data(), n, choices()};
  }

  void pack_objective(std::size_t i) {
    const scalarize::price_map m = f_.price(w_[i]);
    const auto row = q_.objectives.row(i);
    const double z = work_.anchor[i];
    if (m.offset > 0) simd::shift_kept(row, m.offset / q_.beta, z, std::span<T>(work_.base));
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
  /// Appends a row; its unit is the power of two at or above its largest entry.
  void add_feature(dual_coordinate c, vector_view<const T> row) {
    const mask_view alive(work_.alive);
    const auto place = [&] {
      return std::span<T>(work_.features).subspan(work_.coordinates.size() * choices(), choices());
    };
    const simd::row_range range =
        copies_ ? simd::copy_kept(row, alive, T(0), place()) : simd::range_of_kept(row, alive);
    const double size = (std::max)(std::abs(c.row(range.least)), std::abs(c.row(range.largest)));
    c.unit = unit_of(size);
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
  std::size_t left_ = 0;  // choices that may be made
  bool copies_ = false;   // features are gathered
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_ASSEMBLY_HPP
