// SPDX-License-Identifier: MIT
// The weighted sum.
#ifndef REALIGN_SCALARIZE_LINEAR_HPP
#define REALIGN_SCALARIZE_LINEAR_HPP

#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0::scalarize {

/// f(J, w) = sum_i w_i J_i. Its prices are the weights.
struct linear {
  [[nodiscard]] anchor anchored_at() const noexcept { return {}; }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (w[i] > 0) sum += w[i] * x[i];
    return sum;
  }
  void gradient(std::span<const double>, std::span<const double> w, std::span<double> out) const noexcept {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = w[i];
  }

  [[nodiscard]] price_domain domain() const noexcept { return price_domain::point; }
  [[nodiscard]] price_map price(double w) const noexcept { return {w, 0}; }
  [[nodiscard]] conjugate_term conjugate(double, double) const noexcept { return {0, 0, 0}; }
};

}  // namespace realign::inline v0::scalarize

#endif  // REALIGN_SCALARIZE_LINEAR_HPP
