// SPDX-License-Identifier: MIT
// Decisions with known answers: prices are chosen first, then the budgets and anchors for which they are right.
#ifndef REALIGN_BENCHMARKS_DECIDE_DATA_HPP
#define REALIGN_BENCHMARKS_DECIDE_DATA_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "baselines/decide.hpp"
#include "harness.hpp"

namespace bench {

/// Half the sum of |p - q|.
template <class T, class W>
[[nodiscard]] double variation(std::span<const T> p, std::span<const W> q) {
  W sum = 0;
  for (std::size_t a = 0; a < q.size(); ++a) sum += std::abs(static_cast<W>(p[a]) - q[a]);
  return static_cast<double>(sum / 2);
}

template <class T>
void spoil(std::vector<T>& x) {
  std::fill(x.begin(), x.end(), std::numeric_limits<T>::quiet_NaN());
}

/// One pass: log-normaliser, means, covariance.
template <class T>
class tilt_data : public judged_once<tilt_data<T>> {
 public:
  tilt_data(std::size_t k, std::size_t v)
      : base_(normals<T>(v, 2.0, v)), features_(normals<T>(k * v, 1.0, v + k)), moments_(1 + k + k * k) {
    for (std::size_t i = 0; i < k; ++i) u_.push_back(0.5 - 0.25 * static_cast<double>(i));
    using W = wide<T>;
    const std::vector<W> base = converted<W>(base_), features = converted<W>(features_);
    expected_.resize(moments_.size());
    run_reference("tilt_moments", tilt<W>{{base, features}, u_, expected_.data(), nullptr});
  }
  [[nodiscard]] tilt<T> problem() { return {{base_, features_}, u_, moments_.data(), nullptr}; }
  void forget() { spoil(moments_); }
  [[nodiscard]] double judge() const {
    return largest_error(std::span<const double>(moments_), std::span<const wide<T>>(expected_), compare::absolute);
  }

 private:
  std::vector<T> base_, features_;
  std::vector<double> u_, moments_;
  std::vector<wide<T>> expected_;
};

/// The distribution of tilted rows at u, and the means of the features there, in a wider type.
template <class W>
struct tilted {
  std::vector<W> probs, means;

  template <class T>
  tilted(const std::vector<T>& base, const std::vector<T>& features, std::span<const double> u)
      : probs(base.size()) {
    const std::vector<W> b = converted<W>(base), f = converted<W>(features);
    run_reference("tilt_probs", tilt<W>{{b, f}, u, nullptr, probs.data()});
    for (std::size_t k = 0; k < u.size(); ++k) {
      means.push_back(0);
      for (std::size_t a = 0; a < b.size(); ++a) means.back() += probs[a] * f[k * b.size() + a];
    }
  }
};

/// A whole program.
template <class T>
class program_data : public judged_once<program_data<T>> {
 public:
  /// @param m  objectives, behind them k costs
  program_data(welfare kind, std::size_t m, std::size_t k, std::size_t v)
      : program_data(kind, m, normals<T>(v, 2.0, v), features_of(m, k, v)) {}
  /// A prior and features that are given.
  program_data(welfare kind, std::size_t m, std::vector<T> log_prior, std::vector<T> features)
      : log_prior_(std::move(log_prior)), features_(std::move(features)), probs_(log_prior_.size()) {
    if (m > 0) weights_ = rising_weights(m);
    form_ = {.kind = kind, .tied = m};
    std::vector<double> u;
    for (std::size_t i = 0; i < m; ++i) u.push_back(price(i));
    for (std::size_t j = 0; j < features_.size() / log_prior_.size() - m; ++j) u.push_back(j == 0 ? -2.0 : -1.0);
    tilted<wide<T>> optimum(log_prior_, features_, u);
    for (std::size_t i = 0; i < m; ++i) anchor(i, static_cast<double>(optimum.means[i]), u[i]);
    for (std::size_t j = m; j < u.size(); ++j) {
      budgets_.push_back(static_cast<double>(optimum.means[j]));
      form_.scale[j] = -1;
      form_.shift[j] = budgets_.back();
    }
    optimum_ = std::move(optimum.probs);
  }
  [[nodiscard]] program<T> problem() {
    return {{log_prior_, features_}, form_, weights_, anchors_, budgets_, probs_.data(), &passes_};
  }
  void forget() { spoil(probs_); }
  [[nodiscard]] double judge() const {
    return variation(std::span<const T>(probs_), std::span<const wide<T>>(optimum_));
  }
  [[nodiscard]] std::size_t passes() const { return passes_; }

 private:
  static std::vector<T> features_of(std::size_t m, std::size_t k, std::size_t v) {
    std::vector<T> x = normals<T>(m * v, 1.0, v + m);
    const std::vector<T> costs = uniforms<T>(k * v, v + k);
    x.insert(x.end(), costs.begin(), costs.end());
    return x;
  }
  [[nodiscard]] double price(std::size_t i) const {
    const double n = static_cast<double>(weights_.size());
    if (form_.kind == welfare::nash) return weights_[i] / (0.5 + 0.25 * static_cast<double>(i));
    return weights_[i] * 2 * (n - static_cast<double>(i)) / (n * (n + 1));  // a point of the simplex
  }
  /// Nash: a gain of w / price; Chebyshev: the same weighted regret, 1, for all.
  void anchor(std::size_t i, double attained, double price_of_it) {
    const bool nash = form_.kind == welfare::nash;
    anchors_.push_back(nash ? attained - weights_[i] / price_of_it : attained + 1 / weights_[i]);
    form_.weight[i] = weights_[i];
    form_.scale[i] = nash ? 1.0 : weights_[i];
    form_.shift[i] = -form_.scale[i] * anchors_[i];
  }

  std::vector<T> log_prior_, features_;
  std::vector<double> weights_, anchors_, budgets_;
  dual_form form_;
  std::vector<wide<T>> optimum_;
  std::vector<T> probs_;
  std::size_t passes_ = 0;
};

/// Two budgets that clash: every choice costs at least 1 in total, the budgets allow 0.8.
template <class T>
class clash_data : public judged_once<clash_data<T>> {
 public:
  explicit clash_data(std::size_t v) : log_prior_(normals<T>(v, 2.0, v)), costs_(uniforms<T>(2 * v, v + 9)) {
    for (std::size_t a = 0; a < v; ++a) costs_[v + a] = 1 - costs_[a] + costs_[v + a] / 5;
    using W = wide<T>;
    const std::vector<W> base = converted<W>(log_prior_), costs = converted<W>(costs_);
    run_reference("infeasible", clash<W>{{base, costs}, budgets_, expected_, &passes_});
  }
  [[nodiscard]] clash<T> problem() { return {{log_prior_, costs_}, budgets_, found_, &passes_}; }
  void forget() { found_[0] = found_[1] = std::numeric_limits<double>::quiet_NaN(); }
  /// How far the violation is off, and the proof below it.
  [[nodiscard]] double judge() const {
    const std::size_t v = log_prior_.size();
    double proved = std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < v; ++a)
      proved = (std::min)(proved, found_[1] * (static_cast<double>(costs_[a]) - budgets_[0]) +
                                      (1 - found_[1]) * (static_cast<double>(costs_[v + a]) - budgets_[1]));
    return (std::max)(std::abs(found_[0] - expected_[0]), expected_[0] - proved);
  }
  [[nodiscard]] std::size_t passes() const { return passes_; }

 private:
  std::vector<T> log_prior_, costs_;
  std::vector<double> budgets_ = {0.4, 0.4};
  double expected_[2] = {}, found_[2] = {};
  std::size_t passes_ = 0;
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_DECIDE_DATA_HPP
