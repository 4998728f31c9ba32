// SPDX-License-Identifier: MIT
// Regulariser: the negative log-likelihood of recorded steps, as a linear objective on plain
// log-probability sums.
#ifndef REALIGN_PREFERENCE_NLL_HPP
#define REALIGN_PREFERENCE_NLL_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// Whose steps count: those of both sides, or of the preferred side (both on a tie).
enum class sides : unsigned char { both, preferred };

/// What -log pi is averaged over. The same word "NLL" means each of these somewhere, with weights
/// that differ by orders of magnitude.
enum class nll_mean : unsigned char {
  batch_steps,    ///< mean over all counted steps of the batch
  segment_sum,    ///< sum over a segment's steps, mean over pairs
  segment_steps,  ///< mean over a segment's steps, mean over pairs
};

/// weight * mean of -log pi(a_t | s_t): no scale, no discount, no reference.
///
/// A segment counts as often as it takes part in pairs. The per-segment forms belong to a pair and
/// are part of its loss; the batch form is not.
struct nll {
  double weight = 0.0;  ///< finite, >= 0; 0 switches it off
  sides data = sides::both;
  nll_mean mean = nll_mean::batch_steps;

  /// @throws contract_error for a bad weight
  void validate() const {
    expects(is_finite(weight) && weight >= 0, "nll weight", "a finite number >= 0", weight);
  }

  /// The score that it is linear in: the sum of the log-probabilities of a segment.
  [[nodiscard]] static realign::score score() { return {potential::log_prob, reduction::sum, 1.0}; }

  /// True when the `preferred` (first) side of a pair counts.
  [[nodiscard]] bool takes_first(const preference_pair& p) const noexcept {
    return data == sides::both || p.label >= 0.5;
  }
  [[nodiscard]] bool takes_second(const preference_pair& p) const noexcept {
    return data == sides::both || p.label <= 0.5;
  }

  /// c_k of `loss = sum_k c_k * (sum of segment k's log-probabilities)`, over a batch of pairs.
  ///
  /// @param c  one number per segment, overwritten; 0 for segments that do not count
  template <scalar T>
  void coefficients(std::span<const segment<T>> segments, std::span<const preference_pair> pairs,
                    std::span<double> c) const noexcept {
    double steps = 0;
    for (double& x : c) x = 0;
    const auto add = [&](std::size_t k) {
      const double n = static_cast<double>(segments[k].steps());
      if (n > 0) c[k] += mean == nll_mean::segment_steps ? 1 / n : 1.0;
      steps += n;
    };
    for (const preference_pair& p : pairs) {
      if (takes_first(p)) add(p.preferred);
      if (takes_second(p)) add(p.rejected);
    }
    const double over = mean == nll_mean::batch_steps ? steps : static_cast<double>(pairs.size());
    for (double& x : c) x *= over > 0 ? -weight / over : 0.0;
  }

  /// What one pair's loss gains: 0 for the batch form.
  ///
  /// @param log_likelihood  per segment, the sum of its log-probabilities
  template <scalar T>
  [[nodiscard]] double of_pair(const preference_pair& p, std::span<const segment<T>> segments,
                               std::span<const double> log_likelihood) const noexcept {
    if (mean == nll_mean::batch_steps) return 0.0;
    const auto term = [&](std::size_t k) {
      const std::size_t n = segments[k].steps();
      if (n == 0) return 0.0;
      return -weight * log_likelihood[k] /
             (mean == nll_mean::segment_steps ? static_cast<double>(n) : 1.0);
    };
    return (takes_first(p) ? term(p.preferred) : 0.0) + (takes_second(p) ? term(p.rejected) : 0.0);
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_NLL_HPP
