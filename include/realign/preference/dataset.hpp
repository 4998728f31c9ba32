// SPDX-License-Identifier: MIT
// Training data: recorded segments of any length, and pairs of them.
#ifndef REALIGN_PREFERENCE_DATASET_HPP
#define REALIGN_PREFERENCE_DATASET_HPP

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// What an agent did, step by step. The states are owned by the caller and must outlive it.
template <class State, class Action = std::size_t>
using recorded_segment = std::vector<step<State, Action>>;

/// Training data as views: one set of segments can carry several sets of labels.
template <class State, class Action = std::size_t>
struct preference_view {
  std::span<const recorded_segment<State, Action>> segments;
  std::span<const preference_pair> pairs;          ///< trained on; indices into `segments`
  std::span<const preference_pair> held_out = {};  ///< only evaluated; use segments of their own

  /// @throws contract_error when a pair names a segment that is not there, has a bad label or gap,
  /// or a step has no state
  void validate() const {
    detail::check_pairs(pairs, segments.size());
    detail::check_pairs(held_out, segments.size());
    for (std::size_t k = 0; k < segments.size(); ++k)
      for (std::size_t t = 0; t < segments[k].size(); ++t)
        expects(segments[k][t].state != nullptr, "segments", "a state for every step",
                "none at step ", t, " of segment ", k);
  }
};

/// Training data that is owned (but for the states).
template <class State, class Action = std::size_t>
struct preference_data {
  std::vector<recorded_segment<State, Action>> segments;
  std::vector<preference_pair> pairs;
  std::vector<preference_pair> held_out;

  /// Adds a segment and returns its index.
  std::size_t add(recorded_segment<State, Action> segment) {
    segments.push_back(std::move(segment));
    return segments.size() - 1;
  }

  operator preference_view<State, Action>() const noexcept { return {segments, pairs, held_out}; }
};

namespace detail {

template <class State, class Action>
void takes_segments(std::span<const recorded_segment<State, Action>>);

/// X holds recorded segments one behind the other: a vector, an array or a span of them.
template <class X>
concept recorded_segments =
    requires(const X& x) { detail::takes_segments(std::span<const typename X::value_type>(x)); };

}  // namespace detail
}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_DATASET_HPP
