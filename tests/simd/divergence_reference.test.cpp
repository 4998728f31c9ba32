// SPDX-License-Identifier: MIT
#include <realign/simd/divergence_reference.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ra = realign;
namespace reference = ra::simd::reference;
using ra::simd::barrier_divergence;

namespace {

/// The stages of a mean of one policy and a reference, up to tau.
template <class T>
struct stages {
  std::vector<T> level, distance;
  T least{}, low{};

  stages(const std::vector<T>& rows, const std::vector<double>& c, const barrier_divergence& d,
         const std::vector<unsigned char>& allowed = {})
      : level(rows.size() / c.size()), distance(level.size()) {
    const ra::matrix_view<const T> m(rows.data(), c.size(), level.size());
    const std::vector<double> log_z(c.size());
    least = reference::divergence_statistics<T>(m, c.size() - 1, c, log_z, d, allowed, level, distance);
    if (ra::is_finite(least)) low = reference::divergence_distances<T>(d, least, level, distance);
  }
};

template <class T>
T log_of(double p) {
  return p > 0 ? static_cast<T>(std::log(p)) : ra::neg_infinity<T>();
}

}  // namespace

TEST_CASE("sums and differences of logs") {
  const double never = ra::neg_infinity<double>();
  CHECK(reference::log_add(std::log(2.0), std::log(3.0)) == doctest::Approx(std::log(5.0)));
  CHECK(reference::log_add(1e4, 1e4) == doctest::Approx(1e4 + std::log(2.0)));
  CHECK(reference::log_add(never, 3) == 3);
  CHECK(reference::log_add(3, never) == 3);
  CHECK(ra::is_neg_inf(reference::log_add(never, never)));
  CHECK(reference::log_one_less_exp(std::log(4.0)) == doctest::Approx(std::log(0.75)));
  CHECK(reference::log_one_less_exp(1e-300) == doctest::Approx(std::log(1e-300)));
  CHECK(reference::log_one_less_exp(ra::pos_infinity<double>()) == 0);
  CHECK(ra::is_neg_inf(reference::log_one_less_exp(0)));
  CHECK(reference::log_softplus(0) == doctest::Approx(std::log(std::log(2.0))));
  CHECK(reference::log_softplus(-1e4) == -1e4);
  CHECK(reference::log_softplus(-39) == doctest::Approx(-39));
}

TEST_CASE_TEMPLATE("a policy alone is its own mean, by hand", T, float, double) {
  // pi = (1/4, 3/4), reference (1/2, 1/2): x = 1/2 and 3/2
  const std::vector<T> rows{log_of<T>(0.25), log_of<T>(0.75), log_of<T>(0.5), log_of<T>(0.5)};
  const std::vector<double> c{1, 0};
  for (const barrier_divergence d : {barrier_divergence{1, false}, barrier_divergence{0.5, false},
                                     barrier_divergence{3, false}, barrier_divergence{1, true}}) {
    CAPTURE(d.alpha);
    const stages<T> s(rows, c, d);
    // S is least where x is largest: there tau is log x^-alpha, or log(2 / h - 1) = log(1 / x)
    const double tau = -d.alpha * std::log(1.5);
    CHECK(static_cast<double>(s.least) ==
          doctest::Approx(d.jensen_shannon ? std::log(std::log(1 + 1 / 1.5)) : tau).epsilon(1e-5));
    CHECK(ra::is_neg_inf(s.distance[1]));
    const auto at = reference::divergence_mass<T>(s.level, s.distance, d, tau);
    CHECK(at.mass == doctest::Approx(1).epsilon(1e-5));
    std::vector<T> out(2);
    reference::divergence_emit<T>(s.level, s.distance, d, tau, 0, ra::vector_view<T>(out.data(), 2));
    CHECK(static_cast<double>(out[0]) == doctest::Approx(std::log(0.25)).epsilon(1e-5));
    CHECK(static_cast<double>(out[1]) == doctest::Approx(std::log(0.75)).epsilon(1e-5));
  }
}

TEST_CASE("the bracket holds the root, and the slope is that of the log of the mass") {
  const std::vector<double> p{0.05, 0.15, 0.8, 0.3, 0.6, 0.1, 0.4, 0.35, 0.25};
  std::vector<double> rows;
  for (const double x : p) rows.push_back(std::log(x));
  for (const barrier_divergence d : {barrier_divergence{1, false}, barrier_divergence{0.3, false},
                                     barrier_divergence{2, false}, barrier_divergence{1, true}}) {
    const stages<double> s(rows, {0.7, 0.4, 0}, d);
    const auto mass = [&](double tau) { return reference::divergence_mass<double>(s.level, s.distance, d, tau); };
    CHECK(mass(s.low).mass >= 1 - 1e-12);
    CHECK(mass(0).mass <= 1);
    double largest = -1;
    for (std::size_t a = 0; a < 3; ++a)
      largest = std::fmax(largest, reference::divergence_log(s.level[a], s.distance[a], d, s.low));
    CHECK(largest == doctest::Approx(0));
    for (const double tau : {-2.0, -0.5, 0.0}) {
      const double h = 1e-6;
      const double slope = (std::log(mass(tau + h).mass) - std::log(mass(tau - h).mass)) / (2 * h);
      CHECK(mass(tau).slope == doctest::Approx(slope).epsilon(1e-6));
    }
  }
}

TEST_CASE_TEMPLATE("what the reference, a policy or the mask rules out has no mass", T, float, double) {
  const std::vector<T> rows{log_of<T>(0), log_of<T>(0.5), log_of<T>(0.25), log_of<T>(0.25),
                            log_of<T>(0.5), log_of<T>(0), log_of<T>(0.25), log_of<T>(0.25)};
  for (const bool jensen_shannon : {false, true}) {
    const barrier_divergence d{1, jensen_shannon};
    const stages<T> s(rows, {1, 0}, d, {1, 1, 1, 0});
    for (const std::size_t a : {0U, 1U, 3U}) CHECK(ra::is_neg_inf(s.level[a]));
    CHECK(ra::is_finite(s.level[2]));
    std::vector<T> out(4);
    reference::divergence_emit<T>(s.level, s.distance, d, 0, 0, ra::vector_view<T>(out.data(), 4));
    CHECK(ra::is_neg_inf(out[3]));
    CHECK(ra::is_pos_inf(stages<T>(rows, {1, 0}, d, {1, 1, 0, 0}).least));
    CHECK(ra::is_finite(stages<T>(rows, {0.5, 0}, d, {0, 0, 0, 1}).least));
  }
}
