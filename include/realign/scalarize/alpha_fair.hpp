// SPDX-License-Identifier: MIT
// Fairness by concave utilities of the gains: Nash welfare and the alpha-fair family.
#ifndef REALIGN_SCALARIZE_ALPHA_FAIR_HPP
#define REALIGN_SCALARIZE_ALPHA_FAIR_HPP

#include <realign/core/libm.hpp>
#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0::scalarize {

/// f(J, w) = sum_i w_i u(J_i - d_i), u(x) = x^(1-alpha) / (1-alpha), and log x at alpha = 1 (Mo and Walrand 2000).
///
/// d is the disagreement point. alpha = 0 is the weighted sum, 1 Nash welfare, infinity max-min. Every objective of
/// positive weight must gain: J_i > d_i. Prices nu_i = w_i (J_i - d_i)^-alpha; conjugate, with x = (w/nu)^(1/alpha):
/// w u(x) - nu x.
struct alpha_fair {
  double alpha = 1;
  anchor disagreement = {};

  [[nodiscard]] const anchor& anchored_at() const {
    expects(alpha >= 0 && is_finite(alpha), "alpha", "a number >= 0", alpha);
    return disagreement;
  }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(w[i] > 0)) continue;
      if (alpha > 0 && !(x[i] > 0)) return neg_infinity<double>();
      sum += w[i] * utility(x[i]);
    }
    return sum;
  }
  void gradient(std::span<const double> x, std::span<const double> w, std::span<double> out) const noexcept {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = w[i] > 0 ? w[i] * libm::pow(x[i], -alpha) : 0.0;
  }

  [[nodiscard]] price_domain domain() const noexcept {
    return alpha > 0 ? price_domain::positive : price_domain::point;
  }
  [[nodiscard]] price_map price(double w) const noexcept {
    return alpha > 0 ? price_map{0, w > 0 ? 1.0 : 0.0} : price_map{w, 0};
  }
  [[nodiscard]] conjugate_term conjugate(double nu, double w) const noexcept {
    const double x = libm::pow(w / nu, 1 / alpha);
    return {w * utility(x) - nu * x, -x, x / (alpha * nu)};
  }

 private:
  [[nodiscard]] double utility(double x) const noexcept {
    const double e = 1 - alpha;
    return libm::fabs(e) < 1e-12 ? libm::log(x) : libm::pow(x, e) / e;
  }
};

/// f(J, w) = sum_i w_i log(J_i - d_i): the weighted Nash bargaining solution (Nash 1950; Kalai 1977).
///
/// The case alpha = 1 of `alpha_fair`.
struct nash {
  anchor disagreement = {};

  [[nodiscard]] const anchor& anchored_at() const noexcept { return disagreement; }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(w[i] > 0)) continue;
      if (!(x[i] > 0)) return neg_infinity<double>();
      sum += w[i] * libm::log(x[i]);
    }
    return sum;
  }
  void gradient(std::span<const double> x, std::span<const double> w, std::span<double> out) const noexcept {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = w[i] > 0 ? w[i] / x[i] : 0.0;
  }

  [[nodiscard]] price_domain domain() const noexcept { return price_domain::positive; }
  [[nodiscard]] price_map price(double w) const noexcept { return {0, w > 0 ? 1.0 : 0.0}; }
  [[nodiscard]] conjugate_term conjugate(double nu, double w) const noexcept {
    return {w * (libm::log(w / nu) - 1), -w / nu, w / (nu * nu)};
  }
};

}  // namespace realign::inline v0::scalarize

#endif  // REALIGN_SCALARIZE_ALPHA_FAIR_HPP
