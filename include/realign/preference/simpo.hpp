// SPDX-License-Identifier: MIT
// SimPO and AlphaDPO: length-normalised likelihoods with a target margin, fixed or adaptive.
#ifndef REALIGN_PREFERENCE_SIMPO_HPP
#define REALIGN_PREFERENCE_SIMPO_HPP

#include <cmath>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// SimPO (Meng et al. 2024, Eq. 6): no reference.
///
///     h = beta (mean l+ - mean l-) - gamma,  gamma = beta margin_ratio,  loss = sp(-h) + epsilon h
///
/// The margin is a ratio, in nats per step, as in the authors' code: an absolute gamma of 0.5 with
/// beta 0.1 would ask for 5 nats per step. A smoothed label flips the whole of h, margin included.
/// Nothing anchors the policy.
struct simpo {
  double beta = 2.5;          ///< 2 to 2.5, 10 in later recipes
  double margin_ratio = 0.5;  ///< gamma / beta; searched in [0, 1]
  double epsilon = 0.0;       ///< label smoothing in [0, 1]

  void validate() const {
    expects(is_finite(margin_ratio), "margin_ratio", "a finite number", margin_ratio);
    detail::expect_probability(epsilon, "epsilon");
  }
  [[nodiscard]] realign::score score() const {
    return {potential::log_prob, reduction::mean, beta};
  }
  [[nodiscard]] pairwise<link::tilt> objective(const preference_pair& pair) const noexcept {
    return {.link = {epsilon}, .offset = beta * margin_ratio, .label = pair.label};
  }
};

/// Running mean and standard deviation of batches, without the bias towards the start at zero.
///
///     m <- decay m + (1 - decay) batch mean,    mean() = m / (1 - decay^updates)
///
/// and the same for the batch's standard deviation. decay = 0 keeps the moments of the last batch.
/// A batch without a defined standard deviation (one number, ddof 1) leaves that as it is.
class running_moments {
 public:
  /// @param decay  in [0, 1)
  /// @param ddof   the standard deviation divides by n - ddof; 0 or 1
  /// @param floor  `deviation()` is never below it, > 0
  explicit running_moments(double decay = 0.9, std::size_t ddof = 1, double floor = 1e-6)
      : decay_(decay), floor_(floor), ddof_(ddof) {
    expects(is_finite(decay) && decay >= 0 && decay < 1, "decay", "a number in [0, 1)", decay);
    expects(ddof <= 1, "ddof", "0 or 1", ddof);
    detail::expect_positive(floor, "floor");
  }

  /// Takes in one batch. @throws contract_error for a number that is not finite
  void update(std::span<const double> batch) {
    for (const double& x : batch) expects(is_finite(x), "batch", "finite numbers", x);
    if (batch.empty()) return;
    const double n = static_cast<double>(batch.size());
    double mean = 0, squares = 0;
    for (const double& x : batch) mean += x / n;
    for (const double& x : batch) squares += (x - mean) * (x - mean);
    mean_.add(mean, decay_);
    if (batch.size() > ddof_)
      deviation_.add(std::sqrt(squares / (n - static_cast<double>(ddof_))), decay_);
  }

  /// 0 before the first update.
  [[nodiscard]] double mean() const noexcept { return mean_.corrected(); }
  /// 1 before the first update, at least the floor after it.
  [[nodiscard]] double deviation() const noexcept {
    if (!(deviation_.mass > 0)) return 1.0;
    const double d = deviation_.corrected();
    return d > floor_ ? d : floor_;
  }
  /// The decayed sums themselves, which start at zero; they are what the authors' code uses.
  [[nodiscard]] double raw_mean() const noexcept { return mean_.sum; }
  [[nodiscard]] double raw_deviation() const noexcept { return deviation_.sum; }

 private:
  struct decayed {
    double sum = 0, mass = 0;
    void add(double x, double decay) noexcept {
      sum = decay * sum + (1 - decay) * x;
      mass = decay * mass + (1 - decay);
    }
    [[nodiscard]] double corrected() const noexcept { return mass > 0 ? sum / mass : 0.0; }
  };

  double decay_, floor_;
  std::size_t ddof_;
  decayed mean_, deviation_;
};

/// Two scores of AlphaDPO; the part of the margin that adapts is held constant by the gradient.
struct adaptive_margin {
  double beta, margin_ratio, alpha, mean, deviation;
  double reference_gap;
  double label;

  /// (mean l+ - mean l-) - (mean r+ - mean r-), what the moments are of.
  [[nodiscard]] double log_ratio_gap(std::span<const double> s) const {
    detail::expect_two(s);
    return (s[0] - s[1]) / beta - reference_gap;
  }
  [[nodiscard]] double margin(std::span<const double> s) const {
    return with_offset(s).margin(s);
  }
  /// @throws contract_error unless there are two scores
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    return with_offset(s)(s, ds, weight);
  }

 private:
  /// Between an impossible segment and another nothing is adapted.
  [[nodiscard]] pairwise<link::logistic> with_offset(std::span<const double> s) const {
    const double found = log_ratio_gap(s);
    const double unit = is_finite(found) ? beta * alpha / deviation : 0.0;
    return {.link = {},
            .offset = beta * margin_ratio - unit * mean,
            .gap = detail::scaled(unit, found),
            .label = label};
  }
};

/// AlphaDPO (Wu et al. 2025): SimPO with a margin that follows the reference.
///
///     h = beta [(mean l+ - mean l-) - const(margin_ratio + alpha (gap - mean) / deviation)]
///     gap = (mean l+ - mean l-) - (mean r+ - mean r-),    loss = log(1 + e^-h)
///
/// A pair's `gap` holds mean r+ - mean r-, which `set_reference_gaps` writes once. The moments are
/// numbers of the loss: evaluation never changes them. After a training step give a
/// `running_moments` the gaps of the batch and copy its numbers, see `with`. alpha = 0 is `simpo`.
struct alpha_dpo {
  double beta = 2.5;          ///< > 0
  double margin_ratio = 0.3;  ///< the authors' recipes: 0.15 to 0.6
  double alpha = 0.1;         ///< 0.05 to 0.2, as in the code: multiplied by beta
  double mean = 0.0;          ///< of the gaps
  double deviation = 1.0;     ///< of the gaps, > 0

  /// The same loss with these moments.
  [[nodiscard]] alpha_dpo with(const running_moments& m) const noexcept {
    alpha_dpo out = *this;
    out.mean = m.mean();
    out.deviation = m.deviation();
    return out;
  }

  void validate() const {
    detail::expect_positive(beta, "beta");
    detail::expect_positive(deviation, "deviation");
    for (const double& x : {margin_ratio, alpha, mean})
      expects(is_finite(x), "margin_ratio, alpha, mean", "finite numbers", x);
  }
  [[nodiscard]] realign::score score() const {
    return {potential::log_prob, reduction::mean, beta};
  }
  [[nodiscard]] adaptive_margin objective(const preference_pair& pair) const noexcept {
    return {beta, margin_ratio, alpha, mean, deviation, pair.gap, pair.label};
  }
};

namespace detail {

template <scalar T>
void takes_views(std::span<const segment<T>>);

/// X holds segments one behind the other: a vector, an array or a span of them.
template <class X>
concept holds_segments = requires(const X& x) { detail::takes_views(std::span<const typename X::value_type>(x)); };

}  // namespace detail

/// Writes pair.gap = mean r+ - mean r-, over the steps that exist; what `alpha_dpo` needs.
///
/// @throws contract_error when a segment has no reference or a pair is out of range
template <scalar T>
void set_reference_gaps(std::span<const segment<T>> segments, std::span<preference_pair> pairs) {
  detail::check_segments(segments, true);
  detail::check_pairs(pairs, segments.size());
  const score mean(potential::log_prob, reduction::mean, 1.0);
  const auto of = [&](std::size_t k) {
    return mean.forward(segment<T>{segments[k].reference, {}, segments[k].mask});
  };
  for (preference_pair& p : pairs) p.gap = of(p.preferred) - of(p.rejected);
}

/// As above, for a vector of segments or a span of those that may be written.
template <detail::holds_segments Segments>
void set_reference_gaps(const Segments& segments, std::span<preference_pair> pairs) {
  set_reference_gaps(std::span<const typename Segments::value_type>(segments), pairs);
}

/// The log-ratio gap of each pair, to update moments with.
///
/// @param scores  one per segment, as `evaluate_pairs` leaves them in its workspace
/// @param gaps    written, one per pair
inline void log_ratio_gaps(const alpha_dpo& loss, std::span<const double> scores,
                           std::span<const preference_pair> pairs, std::span<double> gaps) {
  detail::check_pairs(pairs, scores.size());
  expects(gaps.size() == pairs.size(), "gaps", "one per pair", gaps.size(), " for ", pairs.size());
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const double two[2] = {scores[pairs[p].preferred], scores[pairs[p].rejected]};
    gaps[p] = loss.objective(pairs[p]).log_ratio_gap(two);
  }
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SIMPO_HPP
