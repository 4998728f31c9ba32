// SPDX-License-Identifier: MIT
// What a named loss is: a score and, for a pair, an objective; optionally a regulariser. And their
// mean over pairs.
#ifndef REALIGN_PREFERENCE_LOSS_HPP
#define REALIGN_PREFERENCE_LOSS_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// A loss on pairs of segments, made of parts. A loss from a paper is a struct with its parameters
/// and:
///
/// | member                 | meaning                                                            |
/// | ---------------------- | ------------------------------------------------------------------ |
/// | `loss.score()`         | the score of a segment                                             |
/// | `loss.objective(pair)` | the objective on the scores of `pair.preferred`, `pair.rejected`   |
/// | `loss.regulariser()`   | optional: an `nll` that is added                                   |
/// | `loss.validate()`      | optional: throws contract_error for bad parameters; once per batch |
template <class L>
concept preference_loss = requires(const L& loss, const preference_pair& pair) {
  { loss.score() } -> std::same_as<realign::score>;
  { loss.objective(pair) } -> objective;
};

namespace detail {

template <class Loss>
[[nodiscard]] nll regulariser_of(const Loss& loss) {
  if constexpr (requires {
                  { loss.regulariser() } -> std::same_as<nll>;
                })
    return loss.regulariser();
  else
    return {};
}

template <class Loss>
void validate_loss(const Loss& loss) {
  if constexpr (requires { loss.validate(); }) loss.validate();
  static_cast<void>(loss.score());  // checks its own parameters
  regulariser_of(loss).validate();
}

/// The margin of a pair: the objective's own, or the difference of the scores.
template <objective O>
[[nodiscard]] double margin_of(const O& o, std::span<const double> two) {
  if constexpr (requires {
                  { o.margin(two) } -> std::convertible_to<double>;
                })
    return o.margin(two);
  else
    return two[0] - two[1];
}

}  // namespace detail

/// The mean of a loss over pairs, as an objective on the scores of all segments. O(pairs).
template <preference_loss Loss>
struct mean_over_pairs {
  const Loss& loss;
  std::span<const preference_pair> pairs;
  std::span<double> per_pair;  ///< written: the loss of each pair
  std::span<double> margins;   ///< written: the margin of each pair
  std::size_t count = pairs.size();  ///< what the sum is divided by; more when these are part of the pairs

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    const double share = weight / static_cast<double>(count);
    double total = 0;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const std::size_t first = pairs[p].preferred;
      const std::size_t second = pairs[p].rejected;
      const double two[2] = {s[first], s[second]};
      double d[2] = {0.0, 0.0};
      const auto on_pair = loss.objective(pairs[p]);
      per_pair[p] = on_pair(two, d, share);
      margins[p] = detail::margin_of(on_pair, two);
      total += per_pair[p];
      ds[first] += d[0];
      ds[second] += d[1];
    }
    return total / static_cast<double>(count);
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_LOSS_HPP
