// SPDX-License-Identifier: MIT
// The worst weighted shortfall: Chebyshev, augmented Chebyshev, max-min.
#ifndef REALIGN_SCALARIZE_CHEBYSHEV_HPP
#define REALIGN_SCALARIZE_CHEBYSHEV_HPP

#include <cstddef>
#include <span>

#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0::scalarize {

namespace detail {

/// Index of the smallest w_i x_i among the objectives of positive weight, the first on ties; n when there is none.
[[nodiscard]] inline std::size_t worst_weighted(std::span<const double> x,
                                                std::span<const double> w) noexcept {
  std::size_t worst = x.size();
  for (std::size_t i = 0; i < x.size(); ++i)
    if (w[i] > 0 && (worst == x.size() || w[i] * x[i] < w[worst] * x[worst])) worst = i;
  return worst;
}

}  // namespace detail

/// f(J, w) = min_i w_i (J_i - z_i) + rho sum_i w_i (J_i - z_i) (Steuer and Choo 1983).
///
/// z is the reference point; by default the best value of each objective among the choices on offer, so
/// that f is minus the worst weighted regret. rho = 0 is plain Chebyshev: a weakly Pareto-optimal answer; rho > 0 is
/// augmented: properly Pareto-optimal. An objective of weight 0 is ignored.
struct chebyshev {
  anchor reference = anchor::kind::best;
  double augmentation = 0;  ///< rho >= 0; 1e-4 to 0.05 is usual

  [[nodiscard]] const anchor& anchored_at() const {
    expects(augmentation >= 0 && is_finite(augmentation), "augmentation", "a number >= 0", augmentation);
    return reference;
  }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const noexcept {
    const std::size_t worst = detail::worst_weighted(x, w);
    if (worst == x.size()) return 0;
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (w[i] > 0) sum += w[i] * x[i];
    return w[worst] * x[worst] + augmentation * sum;
  }
  void gradient(std::span<const double> x, std::span<const double> w, std::span<double> out) const noexcept {
    const std::size_t worst = detail::worst_weighted(x, w);
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = augmentation * w[i] + (i == worst ? w[i] : 0.0);
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
    return x.empty() ? 0 : x[worst_of(x)];
  }
  void gradient(std::span<const double> x, std::span<const double>, std::span<double> out) const noexcept {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = 0;
    if (!x.empty()) out[worst_of(x)] = 1;
  }

  [[nodiscard]] price_domain domain() const noexcept { return price_domain::simplex; }
  [[nodiscard]] price_map price(double) const noexcept { return {0, 1}; }
  [[nodiscard]] conjugate_term conjugate(double, double) const noexcept { return {0, 0, 0}; }

 private:
  [[nodiscard]] static std::size_t worst_of(std::span<const double> x) noexcept {
    std::size_t worst = 0;
    for (std::size_t i = 1; i < x.size(); ++i)
      if (x[i] < x[worst]) worst = i;
    return worst;
  }
};

}  // namespace realign::inline v0::scalarize

#endif  // REALIGN_SCALARIZE_CHEBYSHEV_HPP
