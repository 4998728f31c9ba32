// SPDX-License-Identifier: MIT
// Ranking objective: the mean of a pairwise loss over all pairs of a group that a ranking orders.
#ifndef REALIGN_PREFERENCE_ALL_PAIRS_HPP
#define REALIGN_PREFERENCE_ALL_PAIRS_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/objective.hpp>

namespace realign::inline v0 {

/// loss = mean over the pairs with rank_i > rank_j of f(s_i - lambda s_j).
///
/// Equal ranks say nothing about each other and are skipped; the mean is over the pairs that are
/// left, however small their losses are; 0 when none is left. O(K^2). Score mode of Hejna et al.
/// 2024, whose code orders ties by position and divides by the number of non-zero losses.
template <link_function Link = link::logistic>
struct all_pairs {
  std::span<const double> ranks;  ///< one per score, larger is better; any numbers, such as returns
  double lambda = 1.0;            ///< weight of the worse score
  Link link = {};

  /// @throws contract_error when there are not as many ranks as scores, or a rank is NaN
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    expects(ranks.size() == s.size(), "ranks", "one per score", ranks.size(), " for ", s.size(),
            " scores");
    const std::size_t pairs = count();
    if (pairs == 0) return 0.0;
    const double share = weight / static_cast<double>(pairs);
    const pairwise<Link> better{link, lambda};
    double total = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      for (std::size_t j = 0; j < s.size(); ++j) {
        if (!(ranks[i] > ranks[j])) continue;
        const double two[2] = {s[i], s[j]};
        double d[2] = {0.0, 0.0};
        total += better(two, d, share);
        ds[i] += d[0];
        ds[j] += d[1];
      }
    }
    return total / static_cast<double>(pairs);
  }

  /// Number of ordered pairs. @throws contract_error when a rank is NaN
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      expects(!is_nan(ranks[i]), "ranks", "numbers", ranks[i], " at index ", i);
      for (std::size_t j = 0; j < i; ++j) n += ranks[i] > ranks[j] || ranks[i] < ranks[j] ? 1U : 0U;
    }
    return n;
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_ALL_PAIRS_HPP
