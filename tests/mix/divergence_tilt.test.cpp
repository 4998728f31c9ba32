// SPDX-License-Identifier: MIT
#include <realign/mix/divergence_tilt.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/simd/log_sum_exp.hpp>

#include "../core/denormal.hpp"
#include "../simd/every_isa.hpp"
#include "divergences.hpp"

namespace ra = realign;
namespace mix = realign::mix;
using mix::divergence;
using realign_tests::divergences;
using realign_tests::named_divergence;
using realign_tests::on_every_isa;
using realign_tests::total;

namespace {

template <class T>
double d(T x) {
  return static_cast<double>(x);
}
template <class T>
constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());

template <class T>
std::vector<T> normals(ra::random_generator& g, std::size_t n, double size) {
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(size * ra::normal(g));
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("chi-squared, by hand", T, float, double) {
  // half each: [1/2 (1 + 0.5 - nu)] + [1/2 (1 - nu)] = 1 gives nu = 1/4; with a reward of 4 the other choice has no mass
  const std::vector<T> base{3, 3};
  std::vector<T> p(2);
  const mix::divergence_tilt rule(divergence::chi_squared(), 2);
  CHECK(rule(base, std::vector<T>{1, 0}, ra::as_probs(p)).log_z == doctest::Approx(0.25));
  CHECK(d(p[0]) == doctest::Approx(0.625));
  CHECK(d(p[1]) == doctest::Approx(0.375));
  CHECK(rule(base, std::vector<T>{10, 2}, ra::as_probs(p)).log_z == doctest::Approx(4));
  CHECK(d(p[0]) == doctest::Approx(1));
  CHECK(p[1] == T(0));
}

TEST_CASE_TEMPLATE("the slope of f is the reward less nu; where there is no mass, the reward is too low", T, float,
                   double) {
  on_every_isa([] {
    ra::random_generator g(1);
    for (const named_divergence& n : divergences())
      for (const std::size_t v : {1U, 2U, 5U, 40U, 400U})
        for (const double beta : {0.2, 1.0, 20.0}) {
          CAPTURE(n.name);
          CAPTURE(v);
          CAPTURE(beta);
          auto base = normals<T>(g, v, 1);
          auto reward = normals<T>(g, v, 1);
          std::vector<unsigned char> allowed(v, 1);
          if (v > 2) {
            base[1] = ra::neg_infinity<T>();
            reward[1] = ra::not_a_number<T>();
            allowed[2] = 0;
          }
          const double log_norm = ra::simd::log_sum_exp(ra::vector_view<const T>(base.data(), v));
          std::vector<T> out(v), p(v);
          const mix::divergence_tilt rule(n.rule, beta);
          const mix::outcome got = rule(base, reward, out, allowed);
          REQUIRE(got.status == ra::status::ok);
          CHECK(std::fabs(total(out) - 1) < 100 * epsilon<T>);
          double worst = 0;
          for (std::size_t a = 0; a < v; ++a) {
            if (ra::is_neg_inf(base[a]) || allowed[a] == 0) {
              CHECK(ra::is_neg_inf(out[a]));
              continue;
            }
            const double right = d(reward[a]) / beta - got.log_z;
            if (ra::is_neg_inf(out[a])) {
              CHECK(n.alpha < 0);
              CHECK(right <= -1 + 1e-5);
              continue;
            }
            const double x = d(out[a]) - (d(base[a]) - log_norm), left = n.slope(x);
            const double size = 1 + std::fabs(left) + std::fabs(right) + std::fabs(got.log_z) + n.size(x);
            worst = std::max(worst, std::fabs(left - right) / size);
          }
          CHECK(worst < 100 * epsilon<T>);
          mix::workspace<T> work;
          (void)rule(base, reward, ra::as_probs(p), allowed, work);
          for (std::size_t a = 0; a < v; ++a)
            CHECK(d(p[a]) == doctest::Approx(ra::is_neg_inf(out[a]) ? 0 : std::exp(d(out[a]))).epsilon(1e-5));
        }
  });
}

TEST_CASE_TEMPLATE("no reward leaves the base; huge ones choose", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(2);
    for (const named_divergence& n : divergences())
      for (const std::size_t v : {3U, 60U, 9000U}) {
        CAPTURE(n.name);
        CAPTURE(v);
        const auto base = normals<T>(g, v, 1);
        std::vector<T> out(v), plain(v);
        (void)ra::simd::log_softmax(ra::vector_view<const T>(base.data(), v), ra::vector_view<T>(plain.data(), v));
        const std::vector<T> flat(v, T(3));
        CHECK(mix::divergence_tilt(n.rule, 0.5)(base, flat, out).log_z == doctest::Approx(6));
        double worst = 0;
        for (std::size_t a = 0; a < v; ++a) worst = std::max(worst, std::fabs(d(out[a]) - d(plain[a])));
        CHECK(worst < 100 * epsilon<T>);
        auto reward = normals<T>(g, v, 1e4);
        reward[1] = T(1e5);
        (void)mix::divergence_tilt(n.rule, 0.01)(base, reward, out);
        CHECK(std::fabs(total(out) - 1) < 100 * epsilon<T>);
        CHECK(std::exp(d(out[1])) > 0.995);  // alpha 3: x^-3 is but 3 times the gap
        const auto sharp = normals<T>(g, v, 1e4);
        (void)mix::divergence_tilt(n.rule, 1)(sharp, reward, out);
        CHECK(std::fabs(total(out) - 1) < 100 * epsilon<T>);
      }
  });
}

TEST_CASE_TEMPLATE("the smaller beta, the more the largest reward counts: without end", T, float, double) {
  for (const named_divergence& n : divergences())
    for (const double beta : {1e-30, 1e-45, 1e-300, 2.3e-308, 1e-310, 5e-324}) {
      if (beta < 2.3e-308 && !realign_tests::has_denormals()) continue;
      CAPTURE(n.name);
      CAPTURE(beta);
      std::vector<T> p(4), l(4);
      const std::vector<T> base{0, 0, 0, 0}, reward{0, 1, 2, 2};
      CHECK(mix::divergence_tilt(n.rule, beta)(base, reward, ra::as_probs(p)).status == ra::status::ok);
      CHECK(mix::divergence_tilt(n.rule, beta)(base, reward, l).status == ra::status::ok);
      for (const std::size_t a : {2U, 3U}) {
        CHECK(d(p[a]) == doctest::Approx(0.5).epsilon(1e-5));
        CHECK(d(l[a]) == doctest::Approx(std::log(0.5)).epsilon(1e-5));
      }
      CHECK(d(p[0]) < 1e-6);
      CHECK(l[1] < T(-10));
      const T huge = (std::numeric_limits<T>::max)();
      std::vector<T> q(2);
      CHECK(mix::divergence_tilt(n.rule, beta)(std::vector<T>{0, 0}, std::vector<T>{-huge, huge}, ra::as_probs(q)).status ==
            ra::status::ok);
      CHECK(d(q[1]) == doctest::Approx(1).epsilon(1e-5));
    }
}

TEST_CASE_TEMPLATE("a base too unlikely for its type where the mask allows it", T, float, double) {
  const T huge = (std::numeric_limits<T>::max)();
  for (const named_divergence& n : divergences()) {
    std::vector<T> p{7, 7};
    CHECK(mix::divergence_tilt(n.rule, 1)(std::vector<T>{huge, -huge}, std::vector<T>{0, 0}, p, std::vector<unsigned char>{0, 1}).status ==
          ra::status::no_support);
    CHECK(p == std::vector<T>{7, 7});
  }
}

TEST_CASE_TEMPLATE("strided rows; what is refused", T, float, double) {
  const T never = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  for (const named_divergence& n : divergences()) {
    const std::vector<T> wide{0, 9, 1, 9, 2, 9}, reward{1, 0, 2};
    std::vector<T> spread(6, T(7)), out(3, T(7));
    const mix::divergence_tilt rule(n.rule, 0.7);
    (void)rule(ra::vector_view<const T>(wide.data(), 3, 2), reward, ra::vector_view<T>(spread.data(), 3, 2));
    CHECK(spread[5] == T(7));
    std::vector<T> dense(3);
    (void)rule(std::vector<T>{0, 1, 2}, reward, dense);
    for (std::size_t a = 0; a < 3; ++a) {
      const bool never_made = ra::is_neg_inf(dense[a]);
      CHECK(ra::is_neg_inf(spread[2 * a]) == never_made);
      if (!never_made) CHECK(d(spread[2 * a]) == doctest::Approx(d(dense[a])).epsilon(1e-5));
    }

    CHECK(rule(std::vector<T>{never, never, never}, reward, out).status == ra::status::no_support);
    const std::vector<unsigned char> second{0, 1, 0};
    CHECK(rule(std::vector<T>{0, never, 0}, reward, out, second).status == ra::status::no_support);
    CHECK(rule(std::vector<T>{}, std::vector<T>{}, std::vector<T>{}).status == ra::status::no_support);
    CHECK_THROWS_WITH_AS((void)rule(std::vector<T>{0, nan, 0}, reward, out), doctest::Contains("in row 0"), ra::contract_error);
    CHECK_THROWS_WITH_AS((void)rule(std::vector<T>{0, 0, 0}, std::vector<T>{0, nan, 0}, out),
                         doctest::Contains("reward: expected numbers"), ra::contract_error);
    CHECK_THROWS_WITH_AS((void)rule(std::vector<T>{0, 0, 0}, std::vector<T>{0, 0}, out),
                         "reward: expected one number per choice, got 2 for 3 choices", ra::contract_error);
    CHECK_THROWS_AS((void)rule(std::vector<T>{0, 0}, std::vector<T>{0, 0}, out), ra::contract_error);
    CHECK(out == std::vector<T>{7, 7, 7});
    for (const double beta : {0.0, -1.0, ra::not_a_number<double>(), ra::pos_infinity<double>()})
      CHECK_THROWS_WITH_AS((void)mix::divergence_tilt(n.rule, beta), doctest::Contains("beta: expected a number > 0"),
                           ra::contract_error);
  }
}
