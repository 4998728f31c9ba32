// SPDX-License-Identifier: MIT
// A point of the simplex: how much each objective or policy counts for the user being served.
#ifndef REALIGN_CORE_WEIGHTS_HPP
#define REALIGN_CORE_WEIGHTS_HPP

#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

/// Non-negative weights that sum to one, checked once, when made.
class weights {
 public:
  /// How far a sum may be from one: the rounding of float weights. The stored weights are divided by it.
  static constexpr double sum_tolerance = 1e-6;

  weights(std::initializer_list<double> w) : w_(w) { validate(); }
  template <vector_like X>
  explicit weights(const X& x) : w_(copy(as_view(x))) {
    validate();
  }
  explicit weights(std::vector<double>&& w) : w_(std::move(w)) { validate(); }

  /// Weights proportional to `x`: entries >= 0, at least one > 0.
  template <vector_like X>
  [[nodiscard]] static weights proportional_to(const X& x) {
    std::vector<double> w = copy(as_view(x));
    double sum = checked_sum(w);
    expects(sum > 0, "weights", "a positive sum", sum);
    if (!is_finite(sum)) {
      for (double& v : w) v *= 0x1p-64;  // of no more entries than there are addresses the sum is finite now
      sum = checked_sum(w);
    }
    for (double& v : w) v /= sum;
    return weights(std::move(w));
  }
  /// 1/n each.
  [[nodiscard]] static weights uniform(std::size_t n) {
    expects(n > 0, "weights", "at least one entry", n);
    return weights(std::vector<double>(n, 1.0 / static_cast<double>(n)));
  }
  /// All weight on entry `i` of `n`.
  [[nodiscard]] static weights vertex(std::size_t n, std::size_t i) {
    expects(i < n, "weights::vertex", "an index below the size", i);
    std::vector<double> w(n, 0.0);
    w[i] = 1.0;
    return weights(std::move(w));
  }

  [[nodiscard]] std::size_t size() const noexcept { return w_.size(); }
  [[nodiscard]] double operator[](std::size_t i) const noexcept { return w_[i]; }
  [[nodiscard]] const double* data() const noexcept { return w_.data(); }
  [[nodiscard]] auto begin() const noexcept { return w_.begin(); }
  [[nodiscard]] auto end() const noexcept { return w_.end(); }
  /// Reading view, for kernels.
  operator std::span<const double>() const noexcept { return {w_.data(), w_.size()}; }

 private:
  template <class View>
  static std::vector<double> copy(const View& v) {
    std::vector<double> w(v.size());
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<double>(v[i]);
    return w;
  }
  static double checked_sum(const std::vector<double>& w) {
    expects(!w.empty(), "weights", "at least one entry", "none");
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      expects(is_finite(w[i]) && w[i] >= 0, "weights", "finite entries >= 0", w[i], " at index ", i);
      sum += w[i];
    }
    return sum;
  }
  void validate() {
    const double sum = checked_sum(w_);
    expects(sum > 1 - sum_tolerance && sum < 1 + sum_tolerance, "weights", "a sum of 1", sum);
    if (sum > 1 || sum < 1)
      for (double& v : w_) v /= sum;
  }

  std::vector<double> w_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_WEIGHTS_HPP
