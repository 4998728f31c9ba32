// SPDX-License-Identifier: MIT
// Rankings of more than two segments: staged cross-entropy, Plackett-Luce, GDRO, InfoNCE.
#ifndef REALIGN_PREFERENCE_RANKING_HPP
#define REALIGN_PREFERENCE_RANKING_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/objective.hpp>

namespace realign::inline v0 {

namespace detail {

/// log sum of exp(s_i) over the items; minus infinity when all are.
[[nodiscard]] inline double log_sum_of(std::span<const double> s,
                                       std::span<const std::size_t> items) noexcept {
  double top = neg_infinity<double>(), sum = 0;
  for (const std::size_t i : items)
    if (!is_neg_inf(s[i]) && (is_neg_inf(top) || s[i] > top)) top = s[i];
  if (!is_finite(top)) return top;
  for (const std::size_t i : items)
    if (!is_neg_inf(s[i])) sum += std::exp(s[i] - top);
  return top + std::log(sum);
}

[[nodiscard]] inline double exp_or_zero(double x) noexcept {
  return is_neg_inf(x) ? 0.0 : std::exp(x);
}

/// x - log_sum, for scores below it; minus infinity stays.
[[nodiscard]] inline double log_share(double x, double log_sum) noexcept {
  return is_neg_inf(x) ? x : x - log_sum;
}

/// The places of `ranks` from the largest to the smallest; ties by index.
[[nodiscard]] inline std::vector<std::size_t> best_first(std::span<const double> ranks) {
  for (const double& r : ranks) expects(!is_nan(r), "ranks", "numbers", r);
  std::vector<std::size_t> order(ranks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return ranks[i] > ranks[j] || (!(ranks[i] < ranks[j]) && i < j);
  });
  return order;
}

}  // namespace detail

/// One stage of a ranking: the cross-entropy of the scores of some items against a target.
///
///     loss = sum_j q_j (log sum_{i in items} e^{s_i} - s_j)
///
/// @param items    indices into the scores
/// @param targets  q, one per item, >= 0 with sum 1; an item with target 0 may have score minus
/// infinity
struct cross_entropy_stage {
  std::span<const std::size_t> items;
  std::span<const double> targets;

  double operator()(std::span<const double> s, std::span<double> ds,
                    double weight = 1.0) const noexcept {
    const double log_sum = detail::log_sum_of(s, items);
    if (is_neg_inf(log_sum)) return pos_infinity<double>();  // every order of impossible items is one
    double loss = 0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      const double share = detail::log_share(s[items[k]], log_sum);
      loss -= detail::scaled(targets[k], share);
      ds[items[k]] += weight * (detail::exp_or_zero(share) - targets[k]);
    }
    return loss;
  }
};

/// Cross-entropy in stages: at stage k the k best items have been placed, and the target over the
/// others is softmax(rewards / tau).
///
///     loss = sum_{k < stages} stage k,    stages = K - 1 for GDRO
///
/// The order is that of the rewards, ties by index. GDRO (Wang et al. 2026) adds `top_weight` times
/// the negative score of the best item. tau towards 0 is `plackett_luce`. O(K^2), allocates K
/// numbers twice.
struct gdro {
  std::span<const double> rewards;  ///< one per score, finite
  double tau = 0.05;        ///< temperature of the targets, > 0; below 0.025 the authors saw
                            ///< instability
  double top_weight = 0.0;  ///< their gamma, 0.5 or 1; >= 0
  bool only_first = false;  ///< the first stage alone: the whole group against one target

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    expects(!s.empty() && rewards.size() == s.size(), "rewards", "one per score, at least one",
            rewards.size(), " for ", s.size());
    expects(is_finite(tau) && tau > 0, "tau", "a finite number > 0", tau);
    expects(is_finite(top_weight) && top_weight >= 0, "top_weight", "a finite number >= 0",
            top_weight);
    for (const double& r : rewards) expects(is_finite(r), "rewards", "finite numbers", r);
    const std::vector<std::size_t> order = detail::best_first(rewards);
    std::vector<double> targets(order.size());
    const std::size_t stages = only_first ? 1 : (std::max)(order.size(), std::size_t{1}) - 1;
    double loss = -detail::scaled(top_weight, s[order[0]]);
    ds[order[0]] -= weight * top_weight;
    for (std::size_t k = 0; k < stages; ++k) {
      const std::span<const std::size_t> left = std::span(order).subspan(k);
      const std::span<double> q = std::span(targets).first(left.size());
      double sum = 0;
      for (std::size_t j = 0; j < q.size(); ++j)
        sum += q[j] = std::exp((rewards[left[j]] - rewards[left[0]]) / tau);
      for (double& x : q) x /= sum;
      loss += cross_entropy_stage{left, q}(s, ds, weight);
    }
    return loss;
  }
};

/// Plackett-Luce: the likelihood of an order (Plackett 1975; the listwise form of CPL and DPO).
///
///     loss = sum_k log sum_{j >= k} e^{s_j} - s_k
///
/// O(K), allocates K numbers. With two items it is the logistic pair loss.
struct plackett_luce {
  std::span<const std::size_t> order = {};  ///< indices, best first; empty: the scores are in order

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    expects(order.empty() || order.size() == s.size(), "order", "one index per score", order.size(),
            " for ", s.size());
    const auto at = [&](std::size_t k) { return order.empty() ? k : order[k]; };
    std::vector<double> log_sums(s.size());  // of the items from k on
    double after = neg_infinity<double>();
    for (std::size_t k = s.size(); k-- > 0;) {
      expects(at(k) < s.size(), "order", "indices below the number of scores", at(k));
      log_sums[k] = after = log_add(s[at(k)], after);
    }
    double loss = 0, log_placed = neg_infinity<double>();  // log sum_{j <= k} 1 / e^{log_sums_j}
    for (std::size_t k = 0; k < s.size(); ++k) {
      const double score = s[at(k)];
      if (is_neg_inf(log_sums[k])) {  // impossible items to the end: no order among them
        loss += k + 1 < s.size() ? pos_infinity<double>() : 0.0;
        continue;
      }
      loss -= detail::log_share(score, log_sums[k]);
      log_placed = log_add(-log_sums[k], log_placed);
      const double share = is_neg_inf(score) ? 0.0 : std::exp(score + log_placed);
      ds[at(k)] += weight * (share - 1);
    }
    return loss;
  }

 private:
  /// log(e^a + e^b)
  [[nodiscard]] static double log_add(double a, double b) noexcept {
    if (is_neg_inf(a) || is_nan(b)) return b;
    if (is_neg_inf(b) || is_nan(a)) return a;
    const double top = a > b ? a : b, below = a > b ? b : a;
    return top + std::log1p(std::exp(below - top));
  }
};

/// InfoNCE (van den Oord et al. 2018): one item against all, loss = log sum_j e^{s_j} - s_best.
struct info_nce {
  std::size_t best;  ///< index of the item that should score highest

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    expects(best < s.size(), "best", "an index below the number of scores", best, " of ", s.size());
    double top = s[best], sum = 0;
    for (const double& x : s)
      if (x > top) top = x;
    if (is_neg_inf(top)) return pos_infinity<double>();
    for (const double& x : s) sum += detail::exp_or_zero(detail::log_share(x, top));
    const double log_sum = top + std::log(sum);
    for (std::size_t j = 0; j < s.size(); ++j)
      ds[j] += weight * detail::exp_or_zero(detail::log_share(s[j], log_sum));
    ds[best] -= weight;
    return -detail::log_share(s[best], log_sum);
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_RANKING_HPP
