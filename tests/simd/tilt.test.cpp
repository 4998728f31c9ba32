// SPDX-License-Identifier: MIT
#include <realign/simd/tilt.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include "every_isa.hpp"

namespace ra = realign;
namespace simd = realign::simd;

namespace {

template <class T>
struct problem {
  std::vector<T> base, features;
  std::vector<unsigned char> allowed;

  simd::tilt_rows<T> rows() const {
    return {{base.data(), base.size()},
            {features.data(), features.size() / base.size(), base.size()},
            allowed};
  }
};

struct moments {
  simd::tilt_normalizer z;
  std::vector<double> mean, cov;
  double log_z = 0;  // log sum_a exp(score_a)
};

template <class T>
moments moments_of(const problem<T>& p, const std::vector<double>& u, double temperature = 1) {
  moments m{{}, std::vector<double>(u.size(), 7), std::vector<double>(u.size() * u.size(), 7)};
  m.z = simd::tilt_moments(p.rows(), std::span<const double>(u), std::span<double>(m.mean),
                           std::span<double>(m.cov), temperature);
  if (m.z.mode < p.base.size()) m.log_z = p.rows().score(u, temperature, m.z.mode) + m.z.log_sum;
  return m;
}

template <class T>
problem<T> random_problem(std::size_t v, std::size_t k, ra::random_generator& g) {
  problem<T> p;
  for (std::size_t a = 0; a < v; ++a) p.base.push_back(static_cast<T>(ra::normal(g)));
  for (std::size_t a = 0; a < v * k; ++a) p.features.push_back(static_cast<T>(ra::normal(g)));
  return p;
}

template <class T>
struct emitted {
  std::vector<T> log_probs, probs;
  std::vector<double> means;
  double divergence;
};
/// @param seen  its features are observed
template <class T>
emitted<T> emit(const problem<T>& p, const std::vector<double>& u, simd::tilt_normalizer z, const problem<T>& seen) {
  const std::size_t v = p.base.size();
  const auto rows = seen.rows().features;
  std::vector<ra::vector_view<const T>> observed;
  for (std::size_t i = 0; i < rows.rows(); ++i) observed.push_back(rows.row(i));
  emitted<T> e{std::vector<T>(v), std::vector<T>(v), std::vector<double>(observed.size()), 0};
  e.divergence = simd::tilt_emit<T>(p.rows(), u, z, {p.base.data(), v}, observed, e.log_probs, e.probs, e.means);
  return e;
}
template <class T>
emitted<T> emit(const problem<T>& p, const std::vector<double>& u, simd::tilt_normalizer z) {
  return emit(p, u, z, p);
}

}  // namespace

TEST_CASE_TEMPLATE("moments of hand values", T, float, double) {
  // base (1, 1), feature (0, 1) at u = log 3: p = (1/4, 3/4)
  const problem<T> p{{0, 0}, {0, 1}, {}};
  const moments m = moments_of(p, {std::log(3.0)});
  CHECK(m.log_z == doctest::Approx(std::log(4.0)));
  CHECK(m.mean[0] == doctest::Approx(0.75));
  CHECK(m.cov[0] == doctest::Approx(0.75 * 0.25));
  // no features: the normaliser of the base
  CHECK(moments_of(problem<T>{{1, 1}, {}, {}}, {}).log_z == doctest::Approx(1 + std::log(2.0)));
}

TEST_CASE_TEMPLATE("mean and covariance are the derivatives of the log-normaliser", T, float,
                   double) {
  ra::random_generator g(31);
  for (const double temperature : {1.0, 0.3}) {
    auto p = random_problem<T>(25, 3, g);
    p.allowed.assign(25, 1);
    p.allowed[4] = 0;
    p.base[9] = ra::neg_infinity<T>();
    const std::vector<double> u{0.4, -1.1, 0.8};
    const moments m = moments_of(p, u, temperature);
    const double h = 1e-5;
    for (std::size_t i = 0; i < 3; ++i) {
      auto above = u, below = u;
      above[i] += h;
      below[i] -= h;
      const moments hi = moments_of(p, above, temperature), lo = moments_of(p, below, temperature);
      CHECK(m.mean[i] == doctest::Approx((hi.log_z - lo.log_z) / (2 * h)).epsilon(1e-8));
      for (std::size_t j = 0; j < 3; ++j) {
        const double slope = (hi.mean[j] - lo.mean[j]) / (2 * h);
        CHECK(std::fabs(m.cov[i * 3 + j] - slope) < 1e-8);
        CHECK(m.cov[i * 3 + j] == m.cov[j * 3 + i]);
      }
    }
  }
}

TEST_CASE_TEMPLATE("moments keep their digits when one choice has nearly everything", T, float,
                   double) {
  // the feature of the likely choice is huge; the other has probability e^-20 and differs by 1
  const problem<T> p{{0, -20}, {T(1 << 20), T((1 << 20) + 1)}, {}};
  const moments m = moments_of(p, {0.0});
  const double q = std::exp(-20.0) / (1 + std::exp(-20.0));
  CHECK(m.mean[0] - (1 << 20) == doctest::Approx(q).epsilon(0.06));
  CHECK(m.cov[0] == doctest::Approx(q * (1 - q)).epsilon(1e-12));
}

TEST_CASE_TEMPLATE("moments at extreme tilts", T, float, double) {
  const problem<T> p{{0, T(-1e4), 3}, {-1, 2, T(0.5)}, {}};
  const moments up = moments_of(p, {1e6}), down = moments_of(p, {-1e6});
  CHECK(up.log_z == doctest::Approx(2e6 - 1e4));
  CHECK(up.mean[0] == 2.0);
  CHECK(up.cov[0] == 0.0);
  CHECK(down.mean[0] == -1.0);
  // temperature 0 forgets the base, not its masks
  problem<T> masked = p;
  masked.base[2] = ra::neg_infinity<T>();
  CHECK(moments_of(masked, {0.0}, 0.0).log_z == doctest::Approx(std::log(2.0)));
  CHECK(moments_of(masked, {0.0}, 0.0).mean[0] == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("no choice, and NaN", T, float, double) {
  const problem<T> none{{0, ra::neg_infinity<T>()}, {1, 2}, {0, 1}};
  const moments m = moments_of(none, {1.0});
  CHECK(m.z.mode == 2);
  CHECK(m.mean[0] == 7.0);
  CHECK(m.cov[0] == 7.0);
  CHECK(simd::tilt_min(none.rows(), std::span<const double>(m.mean)).choice == 2);
  problem<T> nan{{0, 0}, {1, ra::not_a_number<T>()}, {}};
  const moments bad = moments_of(nan, {1.0});
  CHECK(ra::is_nan(bad.z.log_sum));
  CHECK(bad.mean[0] == 7.0);
  nan.allowed = {1, 0};
  CHECK(moments_of(nan, {1.0}).log_z == 1.0);
}

TEST_CASE_TEMPLATE("the normaliser keeps its digits when scores are large", T, float, double) {
  // beside scores of 10^9 the sum's logarithm would keep seven digits
  const problem<T> q{{T(1e9), T(1e9)}, {0, 1}, {}};
  const moments n = moments_of(q, {-1.0});
  CHECK(n.z.mode == 0);
  CHECK(n.z.log_sum == doctest::Approx(std::log1p(std::exp(-1.0))).epsilon(1e-14));
  const std::vector<T> l = emit(q, {-1.0}, n.z).log_probs;
  CHECK(static_cast<double>(l[1]) == doctest::Approx(-1 - std::log1p(std::exp(-1.0))));
}

TEST_CASE_TEMPLATE("moments about a likely choice are those about the likeliest, in one pass", T, float, double) {
  ra::random_generator g(33);
  for (const std::size_t v : {5U, 16U, 61U}) {
    const problem<T> p = random_problem<T>(v, 3, g);
    const std::vector<double> u{0.5, -1.0, 0.25};
    const moments m = moments_of(p, u);
    for (std::size_t about = 0; about < v; ++about) {  // the unlikely ones among them are not taken
      moments n = m;
      n.z = simd::tilt_moments(p.rows(), std::span<const double>(u), std::span<double>(n.mean), std::span<double>(n.cov),
                               1.0, about);
      CHECK((n.z.mode == about || n.z.mode == m.z.mode));
      const double log_z = p.rows().score(u, 1.0, n.z.mode) + n.z.log_sum;
      CHECK(log_z == doctest::Approx(m.log_z).epsilon(1e-13));
      for (std::size_t i = 0; i < 3; ++i) CHECK(std::fabs(n.mean[i] - m.mean[i]) < 1e-13);
      for (std::size_t i = 0; i < 9; ++i) CHECK(std::fabs(n.cov[i] - m.cov[i]) < 1e-12);
    }
  }
  // a choice so unlikely that sums about it overflow
  const problem<T> far{{0, 0, -2000, 0, 0, 0, 0, 0}, std::vector<T>(8, T(1)), {}};
  double mean = 0, cov = 0;
  const double u = 1;
  const simd::tilt_normalizer z =
      simd::tilt_moments(far.rows(), std::span(&u, 1), std::span(&mean, 1), std::span(&cov, 1), 1.0, 2);
  CHECK(z.mode == 0);
  CHECK(mean == 1.0);
}

TEST_CASE_TEMPLATE("tilt_emit writes the normalised row and takes expectations", T, float, double) {
  ra::random_generator g(32);
  for (const std::size_t v : {3U, 30U, 70U}) {
    problem<T> p = random_problem<T>(v, 11, g);  // more rows than one pass observes
    p.allowed.assign(v, 1);
    p.allowed[0] = 0;
    p.base[1] = ra::neg_infinity<T>();
    for (std::size_t i = 0; i < 11; ++i) p.features[i * v] = ra::not_a_number<T>();
    problem<T> two = p;
    two.features.resize(2 * v);
    const std::vector<double> u{2.0, -0.5};
    const moments m = moments_of(two, u);
    realign_tests::on_every_isa([&] {
      const emitted<T> e = emit(two, u, m.z, p);
      CHECK(ra::is_neg_inf(e.log_probs[0]));
      CHECK(ra::is_neg_inf(e.log_probs[1]));
      CHECK(e.probs[0] == 0);
      CHECK(e.probs[1] == 0);
      double sum = 0, divergence = 0;
      std::vector<double> means(11, 0.0);
      for (std::size_t a = 2; a < v; ++a) {
        const double log_p = p.rows().score(u, 1.0, a) - m.log_z, probability = std::exp(log_p);
        CHECK(static_cast<double>(e.log_probs[a]) == doctest::Approx(log_p).epsilon(1e-6));
        CHECK(static_cast<double>(e.probs[a]) == doctest::Approx(probability).epsilon(1e-6));
        sum += static_cast<double>(e.probs[a]);
        divergence += probability * (log_p - static_cast<double>(p.base[a]));
        for (std::size_t i = 0; i < 11; ++i) means[i] += probability * static_cast<double>(p.features[i * v + a]);
      }
      CHECK(std::fabs(sum - 1) < (sizeof(T) == 4 ? 1e-6 : 1e-14));
      CHECK(std::fabs(e.divergence - divergence) < 1e-13);
      for (std::size_t i = 0; i < 11; ++i) CHECK(std::fabs(e.means[i] - means[i]) < 1e-13);
      CHECK(std::fabs(e.means[1] - m.mean[1]) < 1e-13);
    });
  }
}

TEST_CASE_TEMPLATE("tilt_min finds the first smallest choice that can be made", T, float, double) {
  const problem<T> p{
      {0, 0, ra::neg_infinity<T>(), 0, 0}, {3, 1, -9, 1, 5, 0, 2, 0, 2, 0}, {1, 1, 1, 1, 0}};
  const std::vector<double> first{1, 0}, second{-2, -1}, both{1, 1};
  CHECK(simd::tilt_min(p.rows(), std::span<const double>(first)).choice == 1);
  CHECK(simd::tilt_min(p.rows(), std::span<const double>(first)).value == 1.0);
  CHECK(simd::tilt_min(p.rows(), std::span<const double>(second)).choice == 0);
  CHECK(simd::tilt_min(p.rows(), std::span<const double>(second)).value == -6.0);
  CHECK(simd::tilt_min(p.rows(), std::span<const double>(both)).choice == 0);
}

TEST_CASE_TEMPLATE("on every instruction set tilt_min is least, and the first of equals", T, float, double) {
  ra::random_generator g(41);
  for (const std::size_t k : {0U, 1U, 2U, 5U, 8U, 9U})
    for (const std::size_t n : {1U, 3U, 7U, 8U, 16U, 17U, 31U, 64U, 100U, 1000U}) {
      problem<T> p = random_problem<T>(n, k, g);
      if (n % 2 == 1) p.allowed.assign(n, 1);
      for (std::size_t a = 0; a < n; a += 3) (n % 2 == 1 ? p.allowed[a] = 0 : p.base[a] = ra::neg_infinity<T>());
      std::vector<double> u;
      for (std::size_t i = 0; i < k; ++i) u.push_back(ra::normal(g));
      const simd::extreme least = simd::reference::tilt_min(p.rows(), std::span<const double>(u));
      // the smallest choice a second time, at the end
      const std::size_t last = n - 1;
      if (least.choice < n)
        for (std::size_t i = 0; i < k; ++i) p.features[i * n + last] = p.features[i * n + least.choice];
      realign_tests::on_every_isa([&] {
        CAPTURE(n);
        CAPTURE(k);
        const simd::extreme found = simd::tilt_min(p.rows(), std::span<const double>(u));
        CHECK(found.choice == least.choice);
        CHECK(found.value == least.value);
      });
    }
}

TEST_CASE_TEMPLATE("tilt_exceeds wants one choice above in every row", T, float, double) {
  const problem<T> p{{0, 0, ra::neg_infinity<T>(), 0, 0}, {3, 1, 9, 1, 5, 0, 2, 9, 2, 9}, {1, 1, 1, 1, 0}};
  const auto exceeds = [&](std::vector<double> scale, std::vector<double> shift, double share) {
    return simd::tilt_exceeds(p.rows(), std::span<const double>(scale), std::span<const double>(shift), share);
  };
  CHECK(exceeds({1, 1}, {-0.5, -1.5}, 0));
  CHECK_FALSE(exceeds({1, 1}, {-0.5, -2}, 0));  // above, not at
  CHECK_FALSE(exceeds({1, 1}, {-2, -1}, 0));    // of the choices with one, none has the other
  CHECK(exceeds({-1, 2}, {2, -3}, 0));
  // of choice 1, 1 of 2 and 1 of 4
  CHECK(exceeds({-1, 2}, {2, -3}, 0.24));
  CHECK_FALSE(exceeds({-1, 2}, {2, -3}, 0.25));
  CHECK(exceeds({}, {}, 0));

  ra::random_generator g(43);
  for (const std::size_t n : {1U, 4U, 8U, 17U, 64U, 65U, 300U})
    for (std::size_t at = 0; at < n; at += n / 5 + 1) {  // one choice alone is good enough
      problem<T> q = random_problem<T>(n, 3, g);
      for (std::size_t k = 0; k < 3; ++k) q.features[k * n + at] = static_cast<T>(20);
      const std::vector<double> scale{1, 1, 1}, shift{-19, -18, -17};
      const auto found = [&](double share) {
        return simd::tilt_exceeds(q.rows(), std::span<const double>(scale), std::span<const double>(shift), share);
      };
      realign_tests::on_every_isa([&] {
        CAPTURE(n);
        CAPTURE(at);
        CHECK(found(0.0499));
        CHECK_FALSE(found(0.05));
      });
      q.base[at] = ra::neg_infinity<T>();
      realign_tests::on_every_isa([&] { CHECK_FALSE(found(0)); });
    }
}

TEST_CASE("one pass in single precision agrees with the exact moments") {
  const simd::isa before = simd::active();
  for (const simd::isa set : {simd::isa::portable, simd::isa::avx2, simd::isa::avx512}) {
    if (!simd::supported(set)) continue;
    simd::force(set);
    CAPTURE(simd::to_string(set));
    ra::random_generator g(31);
    for (const std::size_t n : {16U, 17U, 31U, 64U, 65U, 200U, 5000U, 20000U})
      for (const std::size_t k : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U})
        for (const bool masked : {false, true}) {
          std::vector<float> base(n), features(n * k + 1);
          std::vector<unsigned char> allowed;
          for (std::size_t a = 0; a < n; ++a) {
            base[a] = static_cast<float>(5 * ra::normal(g) + 40 * static_cast<double>(a) / static_cast<double>(n));
            for (std::size_t i = 0; i < k; ++i) features[i * n + a] = static_cast<float>(3 + ra::normal(g));
            if (!masked) continue;
            allowed.push_back(ra::uniform(g) < 0.7 ? 1 : 0);
            if (a % 5 == 3) {  // never made: what its features hold does not matter
              base[a] = ra::neg_infinity<float>();
              for (std::size_t i = 0; i < k; ++i) features[i * n + a] = ra::neg_infinity<float>();
            }
          }
          if (masked) allowed[1] = 1;
          std::vector<double> u(k), mean(k), cov(k * k), exact_mean(k), exact_cov(k * k);
          for (double& x : u) x = ra::normal(g);
          const simd::tilt_rows<float> rows{ra::vector_view<const float>(base.data(), n),
                                            ra::matrix_view<const float>(features.data(), k, n), allowed};
          const auto z = simd::reference::tilt_moments(rows, std::span<const double>(u), std::span<double>(exact_mean),
                                                       std::span<double>(exact_cov), 1.0);
          const double log_z = simd::tilt_moments_once(rows, std::span<const double>(u), std::span<double>(mean),
                                                       std::span<double>(cov));
          const double size = std::fabs(rows.score(u, 1, z.mode)) + 10;
          CHECK(std::fabs(log_z - (rows.score(u, 1, z.mode) + z.log_sum)) < 2e-6 * size);
          for (std::size_t i = 0; i < k; ++i) CHECK(std::fabs(mean[i] - exact_mean[i]) < 1e-5 * size);
          for (std::size_t i = 0; i < k * k; ++i) CHECK(std::fabs(cov[i] - exact_cov[i]) < 1e-4 * size);
        }
  }
  simd::force(before);
}

TEST_CASE("one pass in single precision: nothing to choose, and NaN") {
  std::vector<float> base(32, ra::neg_infinity<float>()), features(32, 1.0F);
  const std::vector<double> u{0.5};
  std::vector<double> mean(1), cov(1);
  const simd::tilt_rows<float> rows{ra::vector_view<const float>(base.data(), 32),
                                    ra::matrix_view<const float>(features.data(), 1, 32)};
  const auto run = [&] {
    return simd::tilt_moments_once(rows, std::span<const double>(u), std::span<double>(mean), std::span<double>(cov));
  };
  CHECK(ra::is_neg_inf(run()));
  base[7] = 0;
  CHECK(run() == doctest::Approx(0.5));
  CHECK(mean[0] == doctest::Approx(1.0));
  base[20] = ra::not_a_number<float>();
  CHECK(ra::is_nan(run()));
}
