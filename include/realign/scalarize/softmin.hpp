// SPDX-License-Identifier: MIT
// The smooth minimum.
#ifndef REALIGN_SCALARIZE_SOFTMIN_HPP
#define REALIGN_SCALARIZE_SOFTMIN_HPP

#include <realign/core/libm.hpp>
#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0::scalarize {

/// f(J, w) = -(1/tau) log sum_i w_i exp(-tau J_i). The weighted mean as tau -> 0, max-min as tau grows.
///
/// Prices lie on the simplex; conjugate: KL(nu || w) / tau. An objective of weight 0 is ignored; f of none is 0.
struct softmin {
  double tau = 1;  ///< sharpness, > 0
  anchor reference = {};

  [[nodiscard]] const anchor& anchored_at() const {
    expects(tau > 0 && is_finite(tau), "tau", "a number > 0", tau);
    return reference;
  }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const noexcept {
    double sum = 0;
    const double low = lowest(x, w);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (w[i] > 0) sum += w[i] * libm::exp(-tau * (x[i] - low));
    if (!(sum > 0)) return 0;
    return low - libm::log(sum) / tau;
  }
  void gradient(std::span<const double> x, std::span<const double> w, std::span<double> out) const noexcept {
    double sum = 0;
    const double low = lowest(x, w);
    for (std::size_t i = 0; i < x.size(); ++i) {
      out[i] = w[i] > 0 ? w[i] * libm::exp(-tau * (x[i] - low)) : 0.0;
      sum += out[i];
    }
    if (sum > 0)
      for (double& o : out) o /= sum;
  }

  [[nodiscard]] price_domain domain() const noexcept { return price_domain::simplex; }
  [[nodiscard]] price_map price(double w) const noexcept { return {0, w > 0 ? 1.0 : 0.0}; }
  [[nodiscard]] conjugate_term conjugate(double mu, double w) const noexcept {
    if (!(mu > 0)) return {0, 0, 0};
    const double l = libm::log(mu / w);
    return {mu * l / tau, (l + 1) / tau, 1 / (tau * mu)};
  }

 private:
  [[nodiscard]] static double lowest(std::span<const double> x, std::span<const double> w) noexcept {
    double low = 0;
    bool found = false;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (w[i] > 0 && (!found || x[i] < low)) {
        low = x[i];
        found = true;
      }
    return low;
  }
};

}  // namespace realign::inline v0::scalarize

#endif  // REALIGN_SCALARIZE_SOFTMIN_HPP
