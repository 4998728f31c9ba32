// SPDX-License-Identifier: MIT
// Batches that own their numbers, and central differences through a loss.
#ifndef REALIGN_TESTS_PREFERENCE_OWNED_BATCH_HPP
#define REALIGN_TESTS_PREFERENCE_OWNED_BATCH_HPP

#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/segment.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace realign_tests {

/// Segments with storage of their own. Gradients start at `untouched`, so that every write shows.
template <class T>
struct owned_batch {
  static constexpr T untouched = T(0.5);

  std::vector<std::vector<T>> log_probs, reference, gradients;
  std::vector<std::vector<unsigned char>> masks;
  std::vector<realign::preference_pair> pairs;

  std::size_t add(std::vector<T> l, std::vector<T> r = {}, std::vector<unsigned char> m = {}) {
    gradients.emplace_back(l.size(), untouched);
    log_probs.push_back(std::move(l));
    reference.push_back(std::move(r));
    masks.push_back(std::move(m));
    return log_probs.size() - 1;
  }

  realign::preference_batch<T> view() {
    segments_.clear();
    views_.clear();
    for (std::size_t k = 0; k < log_probs.size(); ++k) {
      segments_.push_back({{log_probs[k].data(), log_probs[k].size()},
                           {reference[k].data(), reference[k].size()},
                           {masks[k].data(), masks[k].size()}});
      views_.push_back({gradients[k].data(), gradients[k].size()});
    }
    return {segments_, pairs, views_};
  }

  /// What was added to gradient t of segment k.
  double added(std::size_t k, std::size_t t) const {
    return static_cast<double>(gradients[k][t]) - static_cast<double>(untouched);
  }
  bool gradients_untouched() const {
    for (const auto& g : gradients)
      for (const T& x : g)
        if (x != untouched) return false;
    return true;
  }

 private:
  std::vector<realign::segment<T>> segments_;
  std::vector<realign::vector_view<T>> views_;
};

/// `segments` ragged segments with references and masks that have holes, and as many pairs; labels
/// 0, 1, 1/2 and between.
template <class T>
owned_batch<T> random_batch(realign::random_generator& g, std::size_t segments = 6,
                            bool masked = true, std::size_t length = 0) {
  owned_batch<T> b;
  for (std::size_t k = 0; k < segments; ++k) {
    const std::size_t n = length > 0 ? length : 2 + realign::uniform_index(g, 6);
    std::vector<T> l(n), r(n);
    std::vector<unsigned char> m(masked ? n : 0, 1);
    for (std::size_t t = 0; t < n; ++t) {
      l[t] = static_cast<T>(-2 * realign::uniform(g));
      r[t] = static_cast<T>(-2 * realign::uniform(g));
      if (masked && t > 0) m[t] = realign::uniform(g) < 0.7 ? 1 : 0;
    }
    b.add(l, r, m);
  }
  const double labels[] = {1.0, 0.0, 0.5, 0.8};
  for (std::size_t p = 0; p < segments; ++p) {
    const std::size_t i = realign::uniform_index(g, segments);
    const std::size_t j = (i + 1 + realign::uniform_index(g, segments - 1)) % segments;
    b.pairs.push_back({i, j, labels[p % 4], 0.0});
  }
  return b;
}

/// Compares every step gradient of a loss with central differences, to 1e-6.
template <class Evaluate>
void check_step_gradients(owned_batch<double>& b, const Evaluate& evaluate) {
  REQUIRE(evaluate(b.view()).status == realign::status::ok);
  const owned_batch<double> found = b;
  double largest = 0;
  for (std::size_t k = 0; k < b.log_probs.size(); ++k) {
    for (std::size_t t = 0; t < b.log_probs[k].size(); ++t) {
      double& x = b.log_probs[k][t];
      const double held = x, h = 1e-5;
      x = held + h;
      const double above = evaluate(b.view()).loss;
      x = held - h;
      const double below = evaluate(b.view()).loss;
      x = held;
      const double expected = (above - below) / (2 * h);
      CHECK(std::fabs(found.added(k, t) - expected) <=
            1e-6 * (std::max)(std::fabs(expected), 1e-2));
      largest = (std::max)(largest, std::fabs(expected));
    }
  }
  CHECK(largest > 1e-4);
}

/// How far a T may be off when the numbers are of order one.
template <class T>
constexpr double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-12;

template <class T>
bool near(double x, double expected, double scale = 1.0) {
  return std::fabs(x - expected) <= scale * tolerance<T> * (std::max)(1.0, std::fabs(expected));
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_PREFERENCE_OWNED_BATCH_HPP
