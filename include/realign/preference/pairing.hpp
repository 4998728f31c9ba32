// SPDX-License-Identifier: MIT
// Makes preference pairs out of one number per segment, such as a return; ties stay ties.
#ifndef REALIGN_PREFERENCE_PAIRING_HPP
#define REALIGN_PREFERENCE_PAIRING_HPP

#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// The pair of segments i and j: the one with more is preferred (label 1); within `tie` of each
/// other they tie (label 1/2).
///
/// @param values  one number per segment, larger is better
/// @param tie     largest difference that counts as a tie, >= 0
/// @throws contract_error for indices out of range, NaN, a bad `tie`
[[nodiscard]] inline preference_pair compare_by(std::span<const double> values, std::size_t i,
                                                std::size_t j, double tie = 0.0) {
  expects(i < values.size() && j < values.size(), "segment index", "below the number of values", i,
          " and ", j, " of ", values.size());
  expects(!is_nan(values[i]) && !is_nan(values[j]), "values", "numbers", "NaN for segment ",
          is_nan(values[i]) ? i : j);
  expects(!is_nan(tie) && tie >= 0, "tie", "a number >= 0", tie);
  const bool first = values[i] > values[j] && values[i] - values[j] > tie;
  const bool second = values[j] > values[i] && values[j] - values[i] > tie;
  if (second) return {.preferred = j, .rejected = i, .label = 1.0};
  return {.preferred = i, .rejected = j, .label = first ? 1.0 : 0.5};
}

namespace detail {

/// @throws contract_error for a segment that is not there or comes again: it would make a pair with itself
inline void check_among(std::span<const std::size_t> among, std::size_t segments) {
  std::vector<bool> seen(segments);
  for (std::size_t i = 0; i < among.size(); ++i) {
    expects(among[i] < segments, "among", "indices below the number of values", among[i], " of ", segments);
    expects(!seen[among[i]], "among", "every segment once", among[i], " again at place ", i);
    seen[among[i]] = true;
  }
}

}  // namespace detail

/// `count` pairs of two different segments drawn at random from `among`; the same pair may come
/// twice.
///
/// @param values  one number per segment, larger is better
/// @param among   the segments to draw from, each once, at least two
/// @throws contract_error as `compare_by`, when there are no two segments or one comes again
template <class Generator>
[[nodiscard]] std::vector<preference_pair> random_pairs(std::span<const double> values,
                                                        std::span<const std::size_t> among,
                                                        std::size_t count, Generator& g,
                                                        double tie = 0.0) {
  expects(count == 0 || among.size() >= 2, "among", "at least two segments", among.size());
  detail::check_among(among, values.size());
  std::vector<preference_pair> pairs;
  pairs.reserve(count);
  while (pairs.size() < count) {
    const std::size_t first = uniform_index(g, among.size());
    const std::size_t other = uniform_index(g, among.size() - 1);
    pairs.push_back(
        compare_by(values, among[first], among[other + (other >= first ? 1U : 0U)], tie));
  }
  return pairs;
}

/// As above, from all segments.
template <class Generator>
[[nodiscard]] std::vector<preference_pair> random_pairs(std::span<const double> values,
                                                        std::size_t count, Generator& g,
                                                        double tie = 0.0) {
  std::vector<std::size_t> all(values.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return random_pairs(values, all, count, g, tie);
}

/// Every pair of two segments of `among`, each once: n (n - 1) / 2.
///
/// @param among   the segments to pair, each once
/// @throws contract_error as `compare_by`, or when a segment comes again
[[nodiscard]] inline std::vector<preference_pair> every_pair(std::span<const double> values,
                                                             std::span<const std::size_t> among,
                                                             double tie = 0.0) {
  detail::check_among(among, values.size());
  std::vector<preference_pair> pairs;
  for (std::size_t i = 0; i < among.size(); ++i)
    for (std::size_t j = i + 1; j < among.size(); ++j)
      pairs.push_back(compare_by(values, among[i], among[j], tie));
  return pairs;
}

/// As above, of all segments.
[[nodiscard]] inline std::vector<preference_pair> every_pair(std::span<const double> values,
                                                             double tie = 0.0) {
  std::vector<std::size_t> all(values.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return every_pair(values, all, tie);
}

/// The segments 0 .. n - 1 dealt into two hands.
struct index_split {
  std::vector<std::size_t> train;
  std::vector<std::size_t> held_out;
};

/// Holds out round(fraction * n) segments at random. Pairs made within each hand share no segment.
///
/// @param fraction  in [0, 1]
template <class Generator>
[[nodiscard]] index_split hold_out(std::size_t n, double fraction, Generator& g) {
  expects(!is_nan(fraction) && fraction >= 0 && fraction <= 1, "fraction", "a number in [0, 1]",
          fraction);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(g, order);
  const auto held = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(n)));
  const auto middle = order.end() - static_cast<std::ptrdiff_t>(held);
  return {{order.begin(), middle}, {middle, order.end()}};
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_PAIRING_HPP
