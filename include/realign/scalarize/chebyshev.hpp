// SPDX-License-Identifier: MIT
// The worst weighted shortfall: Chebyshev, augmented Chebyshev, max-min.
#ifndef REALIGN_SCALARIZE_CHEBYSHEV_HPP
#define REALIGN_SCALARIZE_CHEBYSHEV_HPP

#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0::scalarize {

namespace detail {

/// Index of the smallest scale_i x_i, the first on ties.
template <class Scaled>
[[nodiscard]] std::size_t first_smallest(std::size_t n, const Scaled& scaled) noexcept {
  std::size_t best = 0;
  for (std::size_t i = 1; i < n; ++i)
    if (scaled(i) < scaled(best)) best = i;
  return best;
}

}  // namespace detail

/// f(J, w) = min_i w_i (J_i - z_i) + rho sum_i w_i (J_i - z_i) (Steuer and Choo 1983).
///
/// z is the reference point; by default the best value of each objective among the choices on offer, so
/// that f is minus the worst weighted regret. rho = 0 is plain Chebyshev: a weakly Pareto-optimal answer; rho > 0 is
/// augmented: properly Pareto-optimal. An objective of weight 0 enters the minimum as the number 0.
struct chebyshev {
  anchor reference = anchor::kind::best;
  double augmentation = 0;  ///< rho >= 0; 1e-4 to 0.05 is usual

  [[nodiscard]] const anchor& anchored_at() const {
    expects(augmentation >= 0 && is_finite(augmentation), "augmentation", "a number >= 0", augmentation);
    return reference;
  }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const noexcept {
    if (x.empty()) return 0;
    const std::size_t worst = detail::first_smallest(x.size(), [&](std::size_t i) { return w[i] * x[i]; });
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += w[i] * x[i];
    return w[worst] * x[worst] + augmentation * sum;
  }
  void gradient(std::span<const double> x, std::span<const double> w, std::span<double> out) const noexcept {
    if (x.empty()) return;
    const std::size_t worst = detail::first_smallest(x.size(), [&](std::size_t i) { return w[i] * x[i]; });
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = augmentation * w[i];
    out[worst] += w[worst];
  }

  [[nodiscard]] price_domain domain() const noexcept { return price_domain::simplex; }
  [[nodiscard]] price_map price(double w) const noexcept { return {augmentation * w, w}; }
  [[nodiscard]] conjugate_term conjugate(double, double) const noexcept { return {0, 0, 0}; }
};

/// f(J) = min_i (J_i - z_i): the worst-off objective, whatever the weights. Objectives need a common scale.
struct maxmin {
  anchor reference = {};

  [[nodiscard]] const anchor& anchored_at() const noexcept { return reference; }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double>) const noexcept {
    return x.empty() ? 0 : x[detail::first_smallest(x.size(), [&](std::size_t i) { return x[i]; })];
  }
  void gradient(std::span<const double> x, std::span<const double>, std::span<double> out) const noexcept {
    if (x.empty()) return;
    for (double& o : out) o = 0;
    out[detail::first_smallest(x.size(), [&](std::size_t i) { return x[i]; })] = 1;
  }

  [[nodiscard]] price_domain domain() const noexcept { return price_domain::simplex; }
  [[nodiscard]] price_map price(double) const noexcept { return {0, 1}; }
  [[nodiscard]] conjugate_term conjugate(double, double) const noexcept { return {0, 0, 0}; }
};

}  // namespace realign::inline v0::scalarize

#endif  // REALIGN_SCALARIZE_CHEBYSHEV_HPP
