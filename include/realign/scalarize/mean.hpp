// SPDX-License-Identifier: MIT
// Generalised means of positive objectives: power means, and ordered weighted averages.
#ifndef REALIGN_SCALARIZE_MEAN_HPP
#define REALIGN_SCALARIZE_MEAN_HPP

#include <realign/core/libm.hpp>
#include <realign/scalarize/scalarization.hpp>

namespace realign::inline v0::scalarize {

/// f(J, w) = (sum_i w_i J_i^p)^(1/p), J > 0; the geometric mean at p = 0. Concave for p <= 1. The weights are divided by
/// their sum.
struct power_mean {
  double p = 1;

  [[nodiscard]] anchor anchored_at() const {
    expects(is_finite(p), "p", "a finite number", p);
    return {};
  }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const noexcept {
    for (std::size_t i = 0; i < x.size(); ++i)
      if (w[i] > 0 && !(x[i] > 0)) return neg_infinity<double>();
    return libm::exp(log_value(x, w));
  }
  void gradient(std::span<const double> x, std::span<const double> w, std::span<double> out) const noexcept {
    const double l = log_value(x, w);
    double sum = 0;
    for (const double v : w) sum += v;
    for (std::size_t i = 0; i < x.size(); ++i)
      out[i] = w[i] > 0 ? w[i] / sum * libm::exp((1 - p) * (l - libm::log(x[i]))) : 0.0;
  }

 private:
  /// log f, around the weighted mean of the logs: exact through p = 0.
  [[nodiscard]] double log_value(std::span<const double> x, std::span<const double> w) const noexcept {
    double sum = 0, mean = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += w[i];
      if (w[i] > 0) mean += w[i] * libm::log(x[i]);
    }
    if (!(sum > 0)) return neg_infinity<double>();  // no objective has weight: f is 0
    mean /= sum;
    if (libm::fabs(p) < 1e-300) return mean;
    // deviations that overflow exp are taken around the largest exponent instead
    double top = 0, s = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (const double e = p * (libm::log(x[i]) - mean); w[i] > 0 && e > top) top = e;
    if (top < 1) {
      for (std::size_t i = 0; i < x.size(); ++i)
        if (w[i] > 0) s += w[i] / sum * libm::expm1(p * (libm::log(x[i]) - mean));
      return mean + libm::log1p(s) / p;
    }
    for (std::size_t i = 0; i < x.size(); ++i)
      if (w[i] > 0) s += w[i] / sum * libm::exp(p * (libm::log(x[i]) - mean) - top);
    return mean + (top + libm::log(s)) / p;
  }
};

/// f(J, w) = sum_k w_k J_(k), J sorted ascending (Yager 1988). Concave, and generalised Gini welfare, when w does not
/// increase.
struct ordered_average {
  [[nodiscard]] anchor anchored_at() const noexcept { return {}; }
  [[nodiscard]] double value(std::span<const double> x, std::span<const double> w) const {
    double sum = 0;
    for_each_rank(x, [&](std::size_t k, std::size_t i) { sum += w[k] * x[i]; });
    return sum;
  }
  void gradient(std::span<const double> x, std::span<const double> w, std::span<double> out) const {
    for_each_rank(x, [&](std::size_t k, std::size_t i) { out[i] = w[k]; });
  }

 private:
  /// Calls visit(rank, index), ascending; equal values by index.
  template <class Visit>
  static void for_each_rank(std::span<const double> x, const Visit& visit) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      std::size_t rank = 0;
      for (std::size_t j = 0; j < x.size(); ++j) rank += x[j] < x[i] || (j < i && !(x[i] < x[j])) ? 1U : 0U;
      visit(rank, i);
    }
  }
};

}  // namespace realign::inline v0::scalarize

#endif  // REALIGN_SCALARIZE_MEAN_HPP
