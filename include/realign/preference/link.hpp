// SPDX-License-Identifier: MIT
// Links: from one margin to a loss and its slope, exact for margins of any size.
#ifndef REALIGN_PREFERENCE_LINK_HPP
#define REALIGN_PREFERENCE_LINK_HPP

#include <cmath>
#include <concepts>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0 {

/// What a link gives for one margin: the loss f(h) and its slope f'(h).
struct link_value {
  double value;
  double slope;
};

/// L maps a margin to a loss and its slope in one call.
template <class L>
concept link_function = requires(const L& f, double h) {
  { f(h) } -> std::same_as<link_value>;
};

namespace link {

namespace detail {

/// 1 / (1 + e^-x) for x <= 0, without cancellation.
[[nodiscard]] inline double lower_sigmoid(double x) noexcept {
  const double e = std::exp(x);
  return e / (1 + e);
}

/// x, kept as a number of its own: compilers that may reassociate would move its parts into a sum
/// where they cancel the digits of the other summand.
[[nodiscard]] inline double pinned(double x) noexcept {
  const volatile double held = x;
  return held;
}

/// c * infinity, where 0 * infinity is 0.
[[nodiscard]] inline double times_infinity(double c) noexcept {
  if (c > 0) return pos_infinity<double>();
  return c < 0 ? neg_infinity<double>() : 0.0;
}

[[nodiscard]] inline link_value undefined() noexcept {
  return {not_a_number<double>(), not_a_number<double>()};
}

}  // namespace detail

/// f(h) = log(1 + e^-h) + c h: the logistic loss, tilted.
///
/// One link for the plain (c = 0), smoothed (eps), soft-label (1 - y), tied (1/2), rank-consistency
/// (1 - C) and noise-corrected (-eps / (1 - 2 eps)) losses. c > 0 has its minimum at log((1 - c) /
/// c); c < 0 is unbounded below.
struct tilt {
  double c;

  /// At h = +inf the slope is c and the value c * inf (0 for c = 0); at h = -inf c - 1 and (1 - c)
  /// * inf.
  [[nodiscard]] link_value operator()(double h) const noexcept {
    if (is_nan(h)) return detail::undefined();
    if (is_pos_inf(h)) return {detail::times_infinity(c), c};
    if (is_neg_inf(h)) return {detail::times_infinity(1 - c), c - 1};
    const double value = std::log1p(std::exp(-std::fabs(h))) + (h >= 0 ? c * h : (c - 1) * h);
    if (h >= 1) return {value, c - detail::lower_sigmoid(-h)};
    if (h <= -1) return {value, detail::pinned(c - 1) + detail::lower_sigmoid(h)};
    return {value, detail::pinned(c - 0.5) + 0.5 * std::tanh(0.5 * h)};
  }

  /// The link of a label y: y f(h) + (1 - y) f(-h), which is a tilt again.
  [[nodiscard]] constexpr tilt blend(double y) const noexcept {
    return {(1 - y) + c * (2 * y - 1)};
  }
};

/// f(h) = log(1 + e^-h).
struct logistic {
  [[nodiscard]] link_value operator()(double h) const noexcept { return tilt{0.0}(h); }
  /// The link of a label y: tilt(1 - y).
  [[nodiscard]] constexpr tilt blend(double y) const noexcept { return {1 - y}; }
};

/// f(h) = max(0, delta - h); the slope is 0 at the corner.
struct hinge {
  double delta;

  [[nodiscard]] link_value operator()(double h) const noexcept {
    if (is_nan(h)) return detail::undefined();
    if (is_pos_inf(h)) return {0.0, 0.0};
    if (is_neg_inf(h)) return {pos_infinity<double>(), -1.0};
    return h < delta ? link_value{delta - h, -1.0} : link_value{0.0, 0.0};
  }
};

/// f(h) = (h - target)^2.
struct square {
  double target;

  [[nodiscard]] link_value operator()(double h) const noexcept {
    if (is_nan(h)) return detail::undefined();
    if (is_pos_inf(h)) return {pos_infinity<double>(), pos_infinity<double>()};
    if (is_neg_inf(h)) return {pos_infinity<double>(), neg_infinity<double>()};
    const double d = h - target;
    return {d * d, 2 * d};
  }
};

}  // namespace link
}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_LINK_HPP
