// SPDX-License-Identifier: MIT
// Objectives: from K scores to a loss and its K derivatives; margins of two scores, and sums of
// objectives.
#ifndef REALIGN_PREFERENCE_OBJECTIVE_HPP
#define REALIGN_PREFERENCE_OBJECTIVE_HPP

#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>

#include <realign/core/contract.hpp>
#include <realign/preference/link.hpp>

namespace realign::inline v0 {

/// O turns K scores into a loss: `loss = o(s, ds, weight)` returns the loss and adds weight * d
/// loss / d s_k to `ds[k]`.
///
/// A margin, a ranking, a regulariser and a weighted sum of these are all objectives; so is the
/// mean over all pairs of a batch. A loss that is undefined returns NaN. An objective that needs a
/// certain K throws contract_error for another.
template <class O>
concept objective = requires(const O& o, std::span<const double> s, std::span<double> ds,
                             double weight) {
  { o(s, ds, weight) } -> std::same_as<double>;
};

namespace detail {

/// a * x where 0 * inf is 0.
[[nodiscard]] inline double scaled(double a, double x) noexcept {
  return a > 0 || a < 0 ? a * x : 0.0;
}

/// @throws contract_error unless there are two scores
constexpr void expect_two(std::span<const double> s) { expects(s.size() == 2, "scores", "two", s.size()); }

template <class Link>
concept blends_labels = requires(const Link& f, double y) {
  { f.blend(y) } -> link_function;
};

}  // namespace detail

/// Two scores, a margin and a link, for a label y = probability that the first is preferred:
///
///     loss = y f(s_0 - lambda s_1 - offset - gap) + (1 - y) f(s_1 - lambda s_0 - offset + gap)
///
/// The weight lambda sits on the loser of a direction; `offset` is a target margin of either
/// direction, `gap` an outside advantage of the first. A direction of weight 0 is not evaluated.
/// When the two margins are each other's negative (lambda = 1, offset = 0) and the link has a
/// `blend`, both directions are one call.
template <link_function Link>
struct pairwise {
  Link link;
  double lambda = 1.0;
  double offset = 0.0;
  double gap = 0.0;
  double label = 1.0;

  /// The margin of the direction in which the first of the two scores wins.
  [[nodiscard]] double margin(std::span<const double> s) const {
    detail::expect_two(s);
    return s[0] - detail::scaled(lambda, s[1]) - offset - gap;
  }

  /// @param s, ds  two numbers each
  /// @throws contract_error for another number of scores
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    detail::expect_two(s);
    if constexpr (detail::blends_labels<Link>) {
      if (lambda == 1 && offset == 0)
        return direction(link.blend(label), s[0], s[1], gap, weight, ds[0], ds[1]);
    }
    double loss = 0;
    if (label > 0)
      loss += label * direction(link, s[0], s[1], offset + gap, weight * label, ds[0], ds[1]);
    if (label < 1)
      loss += (1 - label) *
              direction(link, s[1], s[0], offset - gap, weight * (1 - label), ds[1], ds[0]);
    return loss;
  }

 private:
  template <class F>
  [[nodiscard]] double direction(const F& f, double winner, double loser, double shift,
                                 double weight, double& d_winner, double& d_loser) const noexcept {
    const link_value at = f(winner - detail::scaled(lambda, loser) - shift);
    d_winner += weight * at.slope;
    d_loser -= detail::scaled(lambda, weight * at.slope);
    return at.value;
  }
};

/// factor * objective; not evaluated when the factor is 0.
template <objective O>
struct weighted {
  double factor;
  O inner;

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    if (factor == 0) return 0.0;
    return factor * inner(s, ds, weight * factor);
  }
};

template <class O>
weighted(double, O) -> weighted<O>;

/// The sum of objectives on the same scores.
template <objective... Os>
class sum_of {
 public:
  explicit sum_of(Os... terms) : terms_(std::move(terms)...) {}

  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    return std::apply([&](const Os&... term) { return (0.0 + ... + term(s, ds, weight)); }, terms_);
  }

 private:
  std::tuple<Os...> terms_;
};

/// loss = sum_k c_k s_k; scores with c_k = 0 are not read.
struct linear_objective {
  std::span<const double> coefficients;  ///< one per score

  /// @throws contract_error for another number of coefficients
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    expects(coefficients.size() == s.size(), "coefficients", "one per score", coefficients.size(), " for ", s.size());
    double loss = 0;
    for (std::size_t k = 0; k < s.size(); ++k) {
      loss += detail::scaled(coefficients[k], s[k]);
      ds[k] += weight * coefficients[k];
    }
    return loss;
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_OBJECTIVE_HPP
