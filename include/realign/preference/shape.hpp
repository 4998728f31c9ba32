// SPDX-License-Identifier: MIT
// Shapes: an elementwise function between scores and objective, which makes f-divergence losses.
#ifndef REALIGN_PREFERENCE_SHAPE_HPP
#define REALIGN_PREFERENCE_SHAPE_HPP

#include <array>
#include <cmath>
#include <concepts>
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

/// S maps a log-ratio to psi(r) and psi'(r) in one call.
template <class S>
concept shape_function = requires(const S& shape, double r) {
  { shape(r) } -> std::same_as<link_value>;
};

// psi(r) = f'(e^r) up to a constant, f the divergence (Wang et al. 2023, "Beyond reverse KL").
namespace shape {

/// Reverse KL: psi(r) = r. `f_dpo` with it is `dpo`.
struct reverse_kl {
  [[nodiscard]] link_value operator()(double r) const noexcept { return {r, 1.0}; }
};
/// Forward KL: psi(r) = -e^-r.
struct forward_kl {
  [[nodiscard]] link_value operator()(double r) const noexcept {
    if (is_pos_inf(r)) return {0.0, 0.0};
    if (is_neg_inf(r)) return {r, pos_infinity<double>()};
    const double e = std::exp(-r);
    return {-e, e};
  }
};
/// Jensen-Shannon: psi(r) = log sigmoid(r).
struct jensen_shannon {
  [[nodiscard]] link_value operator()(double r) const noexcept {
    const link_value at = link::logistic{}(r);
    return {-at.value, -at.slope};
  }
};
/// Alpha divergence, 0 < alpha < 1, between reverse (0) and forward (1) KL: (1 - e^(-alpha r)) /
/// alpha.
struct alpha_divergence {
  double alpha;
  [[nodiscard]] link_value operator()(double r) const noexcept {
    if (is_pos_inf(r)) return {1 / alpha, 0.0};
    if (is_neg_inf(r)) return {r, pos_infinity<double>()};
    return {-std::expm1(-alpha * r) / alpha, std::exp(-alpha * r)};
  }
};

}  // namespace shape

/// loss = objective(scale psi(s_1), .., scale psi(s_K)), for K up to `Count`.
template <shape_function Shape, objective Inner, std::size_t Count = 2>
struct shaped {
  Shape psi;
  double scale;
  Inner inner;

  [[nodiscard]] double margin(std::span<const double> s) const requires requires {
    inner.margin(s);
  }
  {
    std::array<double, Count> slopes{};
    return inner.margin(std::span<const double>(apply(s, slopes)).first(s.size()));
  }
  double operator()(std::span<const double> s, std::span<double> ds, double weight = 1.0) const {
    std::array<double, Count> slopes{}, d{};
    const std::array<double, Count> x = apply(s, slopes);
    const double loss = inner(std::span<const double>(x).first(s.size()),
                              std::span<double>(d).first(s.size()), weight);
    for (std::size_t k = 0; k < s.size(); ++k) ds[k] += detail::scaled(d[k], slopes[k]);
    return loss;
  }

 private:
  std::array<double, Count> apply(std::span<const double> s,
                                  std::array<double, Count>& slopes) const {
    expects(s.size() <= Count, "scores", "as many as the shape has room for", s.size(), " of ",
            Count);
    std::array<double, Count> x{};
    for (std::size_t k = 0; k < s.size(); ++k) {
      const link_value at = psi(s[k]);
      x[k] = detail::scaled(scale, at.value);
      slopes[k] = detail::scaled(scale, at.slope);
    }
    return x;
  }
};

/// f-DPO (Wang et al. 2023): h = beta psi(D+) - beta psi(D-), loss = log(1 + e^-h), with D
/// the log-ratio of a whole segment.
template <shape_function Shape>
struct f_dpo {
  double beta = 0.1;
  Shape psi = {};

  void validate() const {
    expects(is_finite(beta) && beta >= 0, "beta", "a finite number >= 0", beta);
    if constexpr (requires { psi.alpha; })
      expects(is_finite(psi.alpha) && psi.alpha > 0 && psi.alpha < 1, "alpha", "a number in (0, 1)",
              psi.alpha);
  }
  [[nodiscard]] realign::score score() const { return implicit_reward(1.0); }
  [[nodiscard]] shaped<Shape, pairwise<link::logistic>> objective(
      const preference_pair& pair) const noexcept {
    return {psi, beta, {.link = {}, .label = pair.label}};
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SHAPE_HPP
