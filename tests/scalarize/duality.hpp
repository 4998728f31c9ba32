// SPDX-License-Identifier: MIT
// What must hold for any scalarization: its gradient, its concavity, and what its prices say about
// it.
#ifndef REALIGN_TESTS_SCALARIZE_DUALITY_HPP
#define REALIGN_TESTS_SCALARIZE_DUALITY_HPP

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/scalarize/scalarization.hpp>

namespace realign_tests {

using numbers = std::vector<double>;

inline numbers random_numbers(std::size_t n, double low, double high,
                              realign::random_generator& g) {
  numbers x(n);
  for (double& v : x) v = low + (high - low) * realign::uniform(g);
  return x;
}

template <class F>
numbers gradient_of(const F& f, const numbers& x, const numbers& w) {
  numbers out(x.size(), 99.0);
  f.gradient(x, w, out);
  return out;
}

/// The gradient is that of the value, at points without ties.
template <class F>
void check_gradient(const F& f, const numbers& x, const numbers& w) {
  const numbers slope = gradient_of(f, x, w);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double h = 1e-6 * (1 + std::fabs(x[i]));
    numbers above = x, below = x;
    above[i] += h;
    below[i] -= h;
    const double expected = (f.value(above, w) - f.value(below, w)) / (2 * h);
    CAPTURE(i);
    CHECK(std::fabs(slope[i] - expected) <= 1e-7 * (1 + std::fabs(expected)));
  }
}

/// f(y) <= f(x) + gradient(x).(y - x): concave, with a supergradient that is one.
template <class F>
void check_concave(const F& f, const numbers& x, const numbers& y, const numbers& w) {
  const numbers slope = gradient_of(f, x, w);
  double line = f.value(x, w);
  for (std::size_t i = 0; i < x.size(); ++i) line += slope[i] * (y[i] - x[i]);
  CHECK(f.value(y, w) <= line + 1e-12 * (1 + std::fabs(line)));
}

/// nu.x + conjugate at coordinates mu
template <class F>
double tangent(const F& f, const numbers& x, const numbers& w, const numbers& mu) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const realign::scalarize::price_map map = f.price(w[i]);
    sum += (map.offset + map.scale * mu[i]) * x[i];
    if (map.scale > 0) sum += f.conjugate(mu[i], w[i]).value;
  }
  return sum;
}

/// A random point of the price set.
template <class F>
numbers random_prices(const F& f, const numbers& w, realign::random_generator& g) {
  numbers mu = random_numbers(w.size(), 0.01, 2, g);
  if (f.domain() != realign::scalarize::price_domain::simplex) return mu;
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i) sum += f.price(w[i]).scale > 0 ? mu[i] : 0;
  for (double& m : mu) m /= sum;
  return mu;
}

/// f(x) = min over prices of nu.x + conjugate: every tangent lies above, that of the gradient
/// touches; slope and curvature of the conjugate are its derivatives.
template <class F>
void check_duality(const F& f, const numbers& x, const numbers& w, realign::random_generator& g) {
  const double value = f.value(x, w);
  for (int trial = 0; trial < 20; ++trial)
    CHECK(tangent(f, x, w, random_prices(f, w, g)) >= value - 1e-12 * (1 + std::fabs(value)));

  const numbers nu = gradient_of(f, x, w);
  numbers touching(x.size(), 0.0);
  double on_simplex = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const realign::scalarize::price_map map = f.price(w[i]);
    if (map.scale > 0)
      touching[i] = (nu[i] - map.offset) / map.scale;
    else
      CHECK(nu[i] == doctest::Approx(map.offset));
    on_simplex += touching[i];
    CHECK(touching[i] >= -1e-12);
  }
  if (f.domain() == realign::scalarize::price_domain::simplex)
    CHECK(on_simplex == doctest::Approx(1));
  CHECK(tangent(f, x, w, touching) == doctest::Approx(value).epsilon(1e-9));

  if (f.domain() == realign::scalarize::price_domain::point) return;
  for (const double weight : w) {
    if (!(f.price(weight).scale > 0)) continue;
    for (const double mu : {0.05, 0.3, 1.7}) {
      const double h = 1e-6 * mu;
      const auto at = f.conjugate(mu, weight), above = f.conjugate(mu + h, weight),
                 below = f.conjugate(mu - h, weight);
      CHECK(at.slope == doctest::Approx((above.value - below.value) / (2 * h)).epsilon(1e-6));
      CHECK(at.curvature == doctest::Approx((above.slope - below.slope) / (2 * h)).epsilon(1e-6));
    }
  }
}

/// All of the above at random points of [low, high]^m.
template <class F>
void check_scalarization(const F& f, double low, double high) {
  realign::random_generator g(61);
  for (const numbers& w : {numbers{0.5, 0.3, 0.2}, numbers{1.0}, numbers{0.25, 0.25, 0.25, 0.25}})
    for (int trial = 0; trial < 10; ++trial) {
      const numbers x = random_numbers(w.size(), low, high, g),
                    y = random_numbers(w.size(), low, high, g);
      check_gradient(f, x, w);
      check_concave(f, x, y, w);
      if constexpr (realign::scalarize::priced_scalarization<F>) check_duality(f, x, w, g);
    }
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_SCALARIZE_DUALITY_HPP
