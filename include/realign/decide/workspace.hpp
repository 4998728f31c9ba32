// SPDX-License-Identifier: MIT
// Storage that a decision works in: one per thread, reused from decision to decision.
#ifndef REALIGN_DECIDE_WORKSPACE_HPP
#define REALIGN_DECIDE_WORKSPACE_HPP

#include <cstddef>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/decide/detail/dual.hpp>
#include <realign/decide/detail/feasibility.hpp>
#include <realign/decide/detail/violation.hpp>

namespace realign::inline v0 {

/// Storage of `decide`. Grows to the largest decision it has seen, then no longer allocates. Not shared between
/// threads; a `decision` points into the workspace it was made with.
template <scalar T>
struct decision_workspace {
  // what a decision shows
  std::vector<T> log_probs, probs;
  std::vector<double> means, prices, multipliers, proof;  // means of objectives, then of costs

  // what it works with
  simd::tilt_rows<T> rows = {};   // what is solved for: the caller's rows, or copies in the next two
  std::vector<T> base, features;
  std::vector<unsigned char> alive, alive_at_start;
  std::vector<vector_view<const T>> observed;
  std::vector<double> anchor, gains, goal, y, weights;
  std::vector<std::size_t> objective_of;
  std::vector<detail::dual_coordinate> coordinates;
  detail::dual_point point;
  detail::dual_storage dual;
  detail::equilibrated_rows slack;
  detail::cutting_planes<T> cuts;
  detail::least_violation<T> violation;
};

}  // namespace realign::inline v0

#endif  // REALIGN_DECIDE_WORKSPACE_HPP
