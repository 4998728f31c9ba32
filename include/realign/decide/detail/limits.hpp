// SPDX-License-Identifier: MIT
// Second stage of a decision: what the limits leave, or the proof that they leave nothing.
#ifndef REALIGN_DECIDE_DETAIL_LIMITS_HPP
#define REALIGN_DECIDE_DETAIL_LIMITS_HPP

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include <realign/core/status.hpp>
#include <realign/decide/decision.hpp>
#include <realign/decide/detail/feasibility.hpp>
#include <realign/decide/workspace.hpp>

namespace realign::inline v0::detail {

/// The base and the feature rows from `first` on, over the choices still alive. As long as none was given up for a face,
/// the base says which these are: it is minus infinity elsewhere.
template <scalar T>
[[nodiscard]] simd::tilt_rows<T> rows_from(const decision_workspace<T>& work, std::size_t first,
                                           bool face = true) noexcept {
  const matrix_view<const T>& all = work.rows.features;
  const T* const from = all.data() + static_cast<std::ptrdiff_t>(first) * all.row_stride();
  return {work.rows.log_base,
          matrix_view<const T>(from, work.coordinates.size() - first, all.cols(), all.row_stride(), all.col_stride()),
          face ? mask_view(work.alive) : mask_view{}};
}

/// The rows from coordinate `first` on, as slacks.
template <scalar T>
[[nodiscard]] slack_rows<T> slack_from(const decision_workspace<T>& work, std::size_t first) noexcept {
  return {rows_from(work, first), std::span<const dual_coordinate>(work.coordinates).subspan(first)};
}

/// goal = minus the mean slack over the living choices.
template <scalar T>
void mean_shortfall(decision_workspace<T>& work) {
  const equilibrated_rows& slack = work.slack;
  work.goal.assign(slack.size(), 0.0);
  for (std::size_t k = 0; k < slack.size(); ++k) {
    double part[4] = {};  // in turn: one sum alone would wait for itself
    for (std::size_t a = 0; a < work.alive.size(); ++a)
      if (work.alive[a] != 0) part[a % 4] += slack.at(k, a);
    work.goal[k] = -((part[0] + part[1]) + (part[2] + part[3]));
  }
  const double n = static_cast<double>(std::count(work.alive.begin(), work.alive.end(), 1));
  for (double& g : work.goal) g /= n;
}

/// Adds a round's y to those of the rounds before, as little of it as keeps what they ruled out below zero: so that the
/// sum rules out every choice that was given up so far.
template <scalar T>
void extend_proof(decision_workspace<T>& work) {
  double share = 1;
  for (std::size_t a = 0; a < work.alive.size(); ++a) {
    if (work.alive_at_start[a] == 0 || work.alive[a] != 0) continue;
    const double before = work.slack.combined(work.proof, a), added = work.slack.combined(work.y, a);
    if (added > 0) share = (std::min)(share, -before / (2 * added));
  }
  for (std::size_t k = 0; k < work.proof.size(); ++k) work.proof[k] += share * work.y[k];
}

/// A limit that every living choice meets to rounding, as a cost of 0.1f a budget of 0.1, is met whatever is decided: its
/// row is zero from here on, for no price could mend the rounding.
template <scalar T>
void retire_rounding(decision_workspace<T>& work, std::size_t first) {
  for (std::size_t k = 0; k < work.slack.size(); ++k) {
    bool counts = false;
    for (std::size_t a = 0; a < work.alive.size() && !counts; ++a)
      counts = work.alive[a] != 0 && (work.slack.at(k, a) < 0 || work.slack.at(k, a) > 0);
    if (!counts) work.coordinates[first + k].scale = work.coordinates[first + k].shift = 0;
  }
}

/// Drops what a single row rules out: where no living choice has a positive slack, those of a negative one. Signs are exact,
/// so no other row can hide it.
/// @return as `find_face`
template <scalar T>
[[nodiscard]] status drop_by_rows(decision_workspace<T>& work) {
  const equilibrated_rows& slack = work.slack;
  status found = status::ok;
  for (std::size_t k = 0, since = 0; since < slack.size(); k = (k + 1) % slack.size(), ++since) {
    std::size_t above = 0, below = 0, living = 0;
    for (std::size_t a = 0; a < work.alive.size(); ++a) {
      if (work.alive[a] == 0) continue;
      ++living;
      above += slack.at(k, a) > 0 ? 1U : 0U;
      below += slack.at(k, a) < 0 ? 1U : 0U;
    }
    const double sign = above == 0 ? 1 : -1;
    const std::size_t ruled_out = above == 0 ? below : below == 0 && slack.equal(k) ? above : 0;
    if (ruled_out == 0) continue;
    std::fill(work.y.begin(), work.y.end(), 0.0);
    work.y[k] = sign;
    extend_proof(work);
    if (ruled_out == living) return status::infeasible;
    for (std::size_t a = 0; a < work.alive.size(); ++a)
      if (sign * slack.at(k, a) < 0) work.alive[a] = 0;
    found = status::face;
    since = 0;
  }
  return found;
}

/// Drops the choices that no distribution within the limits can use.
///
/// Some y with y.slack <= 0 on every choice, not 0 on all, means: p can live only where y.slack is 0. Such a y is
/// looked for until none is left; then the limits hold in the relative interior, and the dual has an optimum.
/// @return `ok`, `face` when choices were dropped, `infeasible` when none is left (`work.proof` then proves it)
template <scalar T>
[[nodiscard]] status find_face(decision_workspace<T>& work, const slack_rows<T>& slack) {
  constexpr double tolerance = slack_tolerance<double>;
  work.slack.read(slack);
  work.alive_at_start = work.alive;
  work.y.assign(slack.size(), 0.0);
  work.proof.assign(slack.size(), 0.0);
  status found = drop_by_rows(work);
  for (; found != status::infeasible; found = status::face) {
    mean_shortfall(work);
    if (work.cuts.alternative(work.slack, work.goal, work.y) <= tolerance) break;
    extend_proof(work);
    if (work.cuts.most(work.slack, work.y) < -tolerance) return status::infeasible;
    std::size_t left = 0, dropped = 0;
    for (std::size_t a = 0; a < work.alive.size(); ++a) {
      if (work.alive[a] == 0) continue;
      if (work.slack.combined(work.y, a) < -tolerance) work.alive[a] = 0;
      ++(work.alive[a] == 0 ? dropped : left);
    }
    if (left == 0) return status::infeasible;
    if (dropped == 0) break;
  }
  return found;
}

template <scalar T>
[[nodiscard]] status settle_limits(decision_workspace<T>& work, std::size_t first) {
  if (first == work.coordinates.size()) return status::ok;
  const slack_rows<T> slack = slack_from(work, first);
  if (work.cuts.strict_choice(slack)) return status::ok;
  const status found = find_face(work, slack);
  if (found != status::infeasible) retire_rounding(work, first);
  return found;
}

/// The refusal after `settle_limits` said `infeasible`: the smallest achievable violation and its proof. A violation that is
/// not positive means that there is no proof in the end; the choices are as they were before.
template <scalar T>
[[nodiscard]] decision<T> refusal(decision_workspace<T>& work, std::size_t first) {
  work.alive = work.alive_at_start;
  decision<T> d{.status = status::infeasible};
  const double found = work.violation.improve(slack_from(work, first), work.slack, work.proof);
  // less than any double where the limits span the range of double
  d.least_violation = found < 0 ? found : (std::max)(found, (std::numeric_limits<double>::min)());
  d.proof = work.proof;
  return d;
}

/// Whether some distribution within the limits lifts each of the first `objectives` features above zero.
template <scalar T>
[[nodiscard]] bool gains_exist(decision_workspace<T>& work, std::size_t objectives) {
  const slack_rows<T> rows = slack_from(work, 0);
  if (work.cuts.strict_choice(rows)) return true;
  work.slack.read(rows);
  work.goal.assign(rows.size(), 0.0);
  std::fill_n(work.goal.begin(), objectives, 1.0);
  work.y.assign(rows.size(), 0.0);
  return work.cuts.alternative(work.slack, work.goal, work.y) <= slack_tolerance<double>;
}

}  // namespace realign::inline v0::detail

#endif  // REALIGN_DECIDE_DETAIL_LIMITS_HPP
