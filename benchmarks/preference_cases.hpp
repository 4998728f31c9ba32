// SPDX-License-Identifier: MIT
// Batches of segments for the preference losses, and how results are judged.
#ifndef REALIGN_BENCHMARKS_PREFERENCE_CASES_HPP
#define REALIGN_BENCHMARKS_PREFERENCE_CASES_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/preference/preference.hpp>

#include "harness.hpp"
#include "preference_baselines.hpp"

namespace bench {

inline const realign::cpl library_loss{
    .alpha = cpl_alpha, .gamma = cpl_gamma, .lambda = cpl_lambda};

inline std::vector<std::size_t> random_actions(std::size_t n, std::size_t choices) {
  realign::random_generator random(n + choices);
  std::vector<std::size_t> actions(n);
  for (std::size_t& a : actions) a = realign::uniform_index(random, choices);
  return actions;
}

/// A loss and a gradient.
template <class T>
struct result {
  T loss = 0;
  std::vector<T> gradient;

  result() = default;
  explicit result(std::size_t n) : gradient(n) {}
};

/// Largest error of a gradient, in units of its largest entry.
template <class T, class W>
double gradient_error(std::span<const T> x, std::span<const W> expected) {
  W size = 0, worst = 0;
  for (const W e : expected) size = (std::max)(size, std::abs(e));
  if (x.size() != expected.size()) return std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!realign::is_finite(x[i])) return std::numeric_limits<double>::infinity();
    worst = (std::max)(worst, std::abs(static_cast<W>(x[i]) - expected[i]));
  }
  return static_cast<double>(worst / size);
}

template <class T, class W>
double result_error(const result<T>& found, const result<W>& expected) {
  return (std::max)(
      gradient_error(std::span<const T>(found.gradient), std::span<const W>(expected.gradient)),
      largest_error(std::span<const T>(&found.loss, 1), std::span<const W>(&expected.loss, 1)));
}

/// Segments of equal length over shared arrays of log-probabilities and their derivatives.
template <class T>
class library_batch {
 public:
  library_batch(std::size_t segments, std::size_t steps)
      : l_(segments * steps), dl_(segments * steps) {
    for (std::size_t k = 0; k < segments; ++k) {
      segments_.push_back({.log_probs = {l_.data() + k * steps, steps}});
      gradients_.push_back({dl_.data() + k * steps, steps});
    }
    for (std::size_t b = 0; b < segments / 2; ++b)
      pairs_.push_back({.preferred = b, .rejected = segments / 2 + b});
  }
  library_batch(const library_batch&) = delete;
  library_batch& operator=(const library_batch&) = delete;
  library_batch(library_batch&&) = default;
  library_batch& operator=(library_batch&&) = default;
  ~library_batch() = default;

  std::span<T> log_probs() { return l_; }
  std::span<T> gradient() { return dl_; }
  /// CPL on all pairs; the gradient is that in the steps.
  double evaluate() {
    std::fill(dl_.begin(), dl_.end(), T(0));
    const auto found = realign::evaluate_pairs(
        library_loss, realign::preference_batch<T>{segments_, pairs_, gradients_}, ws_);
    return succeeded(found.status) ? found.loss : std::numeric_limits<double>::quiet_NaN();
  }
  /// The same on a ranking.
  double evaluate(std::span<const double> ranks) {
    std::fill(dl_.begin(), dl_.end(), T(0));
    const auto found =
        realign::evaluate_group(library_loss.score(), library_loss.ranking(ranks),
                                realign::preference_batch<T>{segments_, {}, gradients_}, ws_);
    return succeeded(found.status) ? found.loss : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  std::vector<T> l_, dl_;
  std::vector<realign::segment<T>> segments_;
  std::vector<realign::vector_view<T>> gradients_;
  std::vector<realign::preference_pair> pairs_;
  realign::batch_workspace ws_;
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_PREFERENCE_CASES_HPP
