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

/// log sum of exp of some numbers as their largest and what is above it, in [0, log of how many]. Scores of 1e12
/// have no digit left for the second: apart, what is compared with them is a difference of two scores.
struct log_sum {
  double top = neg_infinity<double>();
  double above = 0;

  /// Takes in x, a number below plus infinity. Rounded differences: -ffast-math does not regroup them.
  void add(double x) noexcept {
    if (is_neg_inf(x)) return;
    if (is_neg_inf(top)) {
      top = x;
    } else if (x > top) {
      above = std::log1p(std::exp(rounded(top - x) + above));
      top = x;
    } else {
      above += std::log1p(std::exp(rounded(x - top) - above));
    }
  }
  /// x - log sum; plus infinity when nothing was taken in, minus infinity for x = minus infinity.
  [[nodiscard]] double below(double x) const noexcept {
    if (is_neg_inf(x)) return x;
    return is_neg_inf(top) ? pos_infinity<double>() : rounded(x - top) - above;
  }
};

[[nodiscard]] inline double exp_or_zero(double x) noexcept {
  return is_neg_inf(x) ? 0.0 : std::exp(x);
}

/// True for a score that nothing can be compared with: NaN or plus infinity.
[[nodiscard]] inline bool incomparable(const double& s) noexcept { return !is_finite(s) && !is_neg_inf(s); }

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
/// Exact also where one item has nearly all of both: its derivative is minus the sum of the others'.
///
/// @param items    indices into the scores, each once
/// @param targets  q, one per item, >= 0 with sum 1; an item with target 0 may have score minus
/// infinity
struct cross_entropy_stage {
  std::span<const std::size_t> items;
  std::span<const double> targets;

  /// @return 0 without items; plus infinity when all are impossible; NaN when a score is NaN or plus infinity
  /// @throws contract_error for an index or a target out of range
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    validate(s.size());
    const std::size_t m = first_of_largest(s);
    if (m < items.size() && is_neg_inf(s[items[m]])) return pos_infinity<double>();  // they have no order
    if (m == items.size()) return items.empty() ? 0.0 : not_a_number<double>();
    double others = 0;  // sum of e^{s - top} but for the largest
    for (std::size_t k = 0; k < items.size(); ++k)
      if (k != m) others += detail::exp_or_zero(below(s, k, m));
    double loss = std::log1p(others), pushed = 0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (k == m) continue;
      loss -= detail::scaled(targets[k], below(s, k, m));
      const double d = detail::exp_or_zero(below(s, k, m)) / (1 + others) - targets[k];
      ds[items[k]] += weight * d;
      pushed += d;
    }
    ds[items[m]] -= weight * pushed;
    return loss;
  }

 private:
  void validate(std::size_t scores) const {
    expects(targets.size() == items.size(), "targets", "one per item", targets.size(), " for ", items.size());
    double sum = 0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      expects(items[k] < scores, "items", "indices below the number of scores", items[k], " of ", scores);
      expects(is_finite(targets[k]) && targets[k] >= 0, "targets", "finite numbers >= 0", targets[k]);
      sum += targets[k];
    }
    expects(items.empty() || std::fabs(sum - 1) < 1e-6, "targets", "numbers with sum 1", sum);
  }
  /// The place of the largest score; the number of items when one cannot be compared or there is none.
  [[nodiscard]] std::size_t first_of_largest(std::span<const double> s) const noexcept {
    std::size_t m = 0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (detail::incomparable(s[items[k]])) return items.size();
      if (is_neg_inf(s[items[m]]) || (!is_neg_inf(s[items[k]]) && s[items[k]] > s[items[m]])) m = k;
    }
    return m;
  }
  [[nodiscard]] double below(std::span<const double> s, std::size_t k, std::size_t m) const noexcept {
    const double& x = s[items[k]];
    return is_neg_inf(x) ? x : rounded(x - s[items[m]]);
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
///     loss = sum_k log sum_{j >= k} e^{s_j} - s_k = sum_k sp(log sum_{j > k} e^{s_j} - s_k)
///
/// Every stage is a logistic loss, with its digits at any margin, and its derivative; the items after it share
/// what it takes. O(K), allocates K pairs of numbers. With two items it is the logistic pair loss.
struct plackett_luce {
  std::span<const std::size_t> order = {};  ///< every index once, best first; empty: the scores are in order

  /// @throws contract_error when `order` is no order of the scores
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    check_order(s.size());
    std::vector<detail::log_sum> from(s.size() + 1);  // of the items from k on
    for (std::size_t k = s.size(); k-- > 0;) {
      if (detail::incomparable(s[at(k)])) return not_a_number<double>();
      from[k] = from[k + 1];
      from[k].add(s[at(k)]);
    }
    double loss = 0, top = 0;
    double placed = neg_infinity<double>();  // top + log sum_{j < k} 1 / sum_{i >= j} e^{s_i}
    for (std::size_t k = 0; k < s.size(); ++k) {
      const double score = s[at(k)];
      if (is_neg_inf(from[k].top)) {  // impossible items to the end: no order among them
        loss += k + 1 < s.size() ? pos_infinity<double>() : 0.0;
        continue;
      }
      const link_value stage = link::logistic{}(from[k + 1].below(score));
      const double share = is_neg_inf(score) || is_neg_inf(placed) ? 0.0 : std::exp(rounded(score - top) + placed);
      loss += stage.value;
      ds[at(k)] += weight * (share + stage.slope);
      placed = later(placed, top, from[k]);
      top = from[k].top;
    }
    return loss;
  }

 private:
  [[nodiscard]] std::size_t at(std::size_t k) const noexcept { return order.empty() ? k : order[k]; }
  void check_order(std::size_t scores) const {
    expects(order.empty() || order.size() == scores, "order", "one index per score", order.size(), " for ", scores);
    std::vector<bool> seen(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
      expects(order[k] < scores, "order", "indices below the number of scores", order[k]);
      expects(!seen[order[k]], "order", "every index once", order[k], " again at place ", k);
      seen[order[k]] = true;
    }
  }
  /// `placed` with one stage more, now relative to the top of that stage, which is not above the one before.
  [[nodiscard]] static double later(double placed, double top, const detail::log_sum& stage) noexcept {
    if (is_neg_inf(placed)) return -stage.above;
    return std::log(std::exp(-stage.above) + std::exp(rounded(stage.top - top) + placed));
  }
};

/// InfoNCE (van den Oord et al. 2018): one item against all, loss = log sum_j e^{s_j} - s_best.
///
/// It is the logistic loss of the best against the others together, whose shares sum to what it is given.
struct info_nce {
  std::size_t best;  ///< index of the item that should score highest

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    expects(best < s.size(), "best", "an index below the number of scores", best, " of ", s.size());
    detail::log_sum others;
    for (std::size_t j = 0; j < s.size(); ++j) {
      if (detail::incomparable(s[j])) return not_a_number<double>();
      if (j != best) others.add(s[j]);
    }
    if (is_neg_inf(others.top) && is_neg_inf(s[best])) return pos_infinity<double>();
    const link_value at = link::logistic{}(others.below(s[best]));
    double shares = 0;
    for (std::size_t j = 0; j < s.size(); ++j) {
      if (j == best || is_neg_inf(s[j])) continue;
      const double share = -at.slope * std::exp(others.below(s[j]));
      ds[j] += weight * share;
      shares += share;
    }
    ds[best] -= weight * shares;
    return at.value;
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_RANKING_HPP
