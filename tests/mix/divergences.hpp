// SPDX-License-Identifier: MIT
// Every divergence, with its functions in plain words.
#ifndef REALIGN_TESTS_MIX_DIVERGENCES_HPP
#define REALIGN_TESTS_MIX_DIVERGENCES_HPP

#include <cmath>
#include <string>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/mix/f_divergence.hpp>

namespace realign_tests {

struct named_divergence {
  std::string name;
  realign::mix::divergence rule;
  double alpha;  ///< 0: reverse KL, -1: chi-squared, 9: Jensen-Shannon

  /// f'(e^log_x)
  [[nodiscard]] double slope(double log_x) const {
    if (alpha > 8) return std::log(2.0) - std::log1p(std::exp(-log_x));
    return alpha > 0 || alpha < 0 ? -std::expm1(-alpha * log_x) / alpha : log_x;
  }
  /// What its rounding is relative to, besides 1 and itself: x^-alpha.
  [[nodiscard]] double size(double log_x) const { return alpha > 8 ? 0 : std::exp(-alpha * log_x); }
  [[nodiscard]] double f(double x) const {
    if (alpha > 8) return x * std::log(x) - (1 + x) * std::log((1 + x) / 2);
    if (alpha < 0) return (x - 1) * (x - 1) / 2;
    if (alpha > 0.99 && alpha < 1.01) return x - 1 - std::log(x);
    return alpha > 0 ? (x - 1 - (std::pow(x, 1 - alpha) - 1) / (1 - alpha)) / alpha : x * std::log(x) - x + 1;
  }
};
inline std::vector<named_divergence> divergences() {
  using realign::mix::divergence;
  return {{"reverse KL", divergence::reverse_kl(), 0},
          {"forward KL", divergence::forward_kl(), 1},
          {"alpha 0.5", divergence::alpha_family(0.5), 0.5},
          {"alpha 3", divergence::alpha_family(3), 3},
          {"Jensen-Shannon", divergence::jensen_shannon(), 9},
          {"chi-squared", divergence::chi_squared(), -1}};
}

/// Sum of probabilities: thousands of tiny ones beside a one. In chunks, as long double may be no longer than double.
template <class T>
double total(const std::vector<T>& log_probs) {
  long double sum = 0;
  for (std::size_t a = 0; a < log_probs.size();) {
    long double chunk = 0;
    for (std::size_t k = 0; k < 100 && a < log_probs.size(); ++k, ++a)
      if (!realign::is_neg_inf(log_probs[a])) chunk += std::exp(static_cast<double>(log_probs[a]));
    sum += chunk;
  }
  return static_cast<double>(sum);
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_MIX_DIVERGENCES_HPP
