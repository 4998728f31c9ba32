// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/preference/distribution.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ra = realign;

namespace {

template <class T>
ra::vector_view<const T> in(const std::vector<T>& x) {
  return {x.data(), x.size()};
}
template <class T>
ra::vector_view<T> out(std::vector<T>& x) {
  return {x.data(), x.size()};
}

struct problem {
  std::vector<double> logits, reference, reward, variance;

  explicit problem(ra::random_generator& g, std::size_t n = 5) {
    for (std::size_t a = 0; a < n; ++a) {
      logits.push_back(ra::normal(g));
      reference.push_back(2 * ra::normal(g));
      reward.push_back(3 * ra::normal(g));
      variance.push_back(0.1 + 2 * ra::uniform(g));
    }
  }
};

}  // namespace

TEST_CASE("gradients in the logits agree with central differences") {
  ra::random_generator g(91);
  for (int n = 0; n < 10; ++n) {
    problem p(g);
    std::vector<double> d(5, 0.0), e(5, 0.0);
    const auto plain = [&] {
      return ra::kl_loss(in(p.logits), in(p.reference), in(p.reward), 0.4).loss;
    };
    const auto weighted = [&] {
      return ra::variance_kl_loss(in(p.logits), in(p.reference), in(p.reward), in(p.variance), 0.4)
          .loss;
    };
    CHECK(ra::kl_loss(in(p.logits), in(p.reference), in(p.reward), 0.4, out(d)).loss == plain());
    CHECK(ra::variance_kl_loss(in(p.logits), in(p.reference), in(p.reward), in(p.variance), 0.4,
                               out(e))
              .loss == weighted());
    for (std::size_t a = 0; a < 5; ++a) {
      double& x = p.logits[a];
      const double held = x, h = 1e-5;
      x = held + h;
      const double up[] = {plain(), weighted()};
      x = held - h;
      const double down[] = {plain(), weighted()};
      x = held;
      CHECK(std::fabs(d[a] - (up[0] - down[0]) / (2 * h)) < 1e-8);
      CHECK(std::fabs(e[a] - (up[1] - down[1]) / (2 * h)) < 1e-8);
    }
  }
}

TEST_CASE_TEMPLATE("optima are normalised, stationary, and no other distribution is better", T,
                   float, double) {
  ra::random_generator g(92);
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;
  for (int n = 0; n < 30; ++n) {
    const problem p(g);
    const std::vector<T> q(p.reference.begin(), p.reference.end()),
        r(p.reward.begin(), p.reward.end()), v(p.variance.begin(), p.variance.end()),
        other(p.logits.begin(), p.logits.end());
    for (const double beta : {1e-3, 0.1, 5.0}) {
      std::vector<T> log_pi(5), d(5, T(0));
      const auto check = [&](const ra::distribution_value& best, const auto& loss) {
        REQUIRE(best.status == ra::status::ok);
        CHECK(std::fabs(ra::simd::log_sum_exp(in(log_pi))) < tolerance);
        d.assign(5, T(0));
        const double at = loss(in(log_pi), out(d)).loss;
        CHECK(at == doctest::Approx(best.loss).epsilon(10 * tolerance));
        for (const T& x : d) CHECK(std::fabs(static_cast<double>(x)) < 10 * tolerance);
        CHECK(loss(in(other), {}).loss >= best.loss);
      };
      check(ra::kl_optimum(in(q), in(r), beta, out(log_pi)),
            [&](auto x, ra::vector_view<T> to) { return ra::kl_loss(x, in(q), in(r), beta, to); });
      check(ra::variance_kl_optimum(in(q), in(r), in(v), beta, out(log_pi)),
            [&](auto x, ra::vector_view<T> to) {
              return ra::variance_kl_loss(x, in(q), in(r), in(v), beta, to);
            });
    }
  }
}

TEST_CASE("constant variance is a scale of beta, and the multiplier that of sum pi = 1") {
  ra::random_generator g(93);
  const problem p(g);
  const std::vector<double> v(5, 0.7);
  std::vector<double> a(5), b(5);
  const auto x = ra::variance_kl_optimum(in(p.reference), in(p.reward), in(v), 0.5, out(a));
  const auto y = ra::kl_optimum(in(p.reference), in(p.reward), 0.35, out(b));
  CHECK(x.loss == doctest::Approx(y.loss));
  CHECK(x.multiplier == doctest::Approx(y.multiplier));
  for (std::size_t i = 0; i < 5; ++i) CHECK(a[i] == doctest::Approx(b[i]));
}

TEST_CASE_TEMPLATE(
    "what the reference never does stays impossible; what the policy never does is free", T, float,
    double) {
  const T down = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  const std::vector<T> reference{0, down, 1}, reward{1, nan, 2}, variance{1, nan, 2};
  std::vector<T> log_pi(3), d(3, T(7));
  CHECK(ra::succeeded(ra::kl_optimum(in(reference), in(reward), 0.5, out(log_pi)).status));
  CHECK(ra::is_neg_inf(log_pi[1]));
  CHECK(ra::succeeded(
      ra::variance_kl_optimum(in(reference), in(reward), in(variance), 0.5, out(log_pi)).status));
  CHECK(ra::is_neg_inf(log_pi[1]));
  CHECK(ra::succeeded(ra::kl_loss(in(log_pi), in(reference), in(reward), 0.5, out(d)).status));
  CHECK(d[1] == T(7));

  d.assign(3, T(7));
  const std::vector<T> beyond{0, 0, 0}, none(3, down), broken{0, nan, 0};
  CHECK(ra::kl_loss(in(beyond), in(reference), in(reward), 0.5, out(d)).status ==
        ra::status::no_support);
  CHECK(ra::kl_optimum(in(none), in(reward), 0.5, out(d)).status == ra::status::no_support);
  CHECK(ra::kl_loss(in(broken), in(reference), in(reward), 0.5, out(d)).status ==
        ra::status::diverged);
  CHECK(d == std::vector<T>(3, T(7)));
}

TEST_CASE("rewards and temperatures of any size") {
  const std::vector<double> reference{0, -1e4, 3}, reward{1e6, 2e6, -1e6}, variance{1e-6, 1, 1e6};
  std::vector<double> log_pi(3);
  for (const double beta : {1e-6, 1.0, 1e6}) {
    CHECK(ra::succeeded(ra::kl_optimum(in(reference), in(reward), beta, out(log_pi)).status));
    CHECK(std::fabs(ra::simd::log_sum_exp(in(log_pi))) < 1e-9);
    CHECK(ra::succeeded(
        ra::variance_kl_optimum(in(reference), in(reward), in(variance), beta, out(log_pi))
            .status));
    CHECK(std::fabs(ra::simd::log_sum_exp(in(log_pi))) < 1e-6);
  }
}

TEST_CASE_TEMPLATE("temperatures down to the smallest: what the limit is, never NaN", T, float, double) {
  const std::vector<T> reference{0, 0, 0}, reward{1, T(0.5), 10}, huge{T(1e30), T(-1e30), T(1e30)}, variance{1, 2, 3};
  std::vector<T> log_pi(3);
  for (const double beta : {1e-290, 1e-300}) {
    const auto found = ra::kl_optimum(reference, reward, beta, log_pi);
    CHECK(found.status == ra::status::ok);
    CHECK(found.loss == -10);
    CHECK(found.multiplier == 10);
    CHECK(log_pi[2] == 0);
    for (const std::size_t a : {0U, 1U}) CHECK(log_pi[a] < T(-1e30));
    CHECK(ra::kl_optimum(reference, huge, beta, log_pi).status == ra::status::ok);
    CHECK(log_pi[0] == doctest::Approx(-std::log(2.0)));
    CHECK(log_pi[2] == log_pi[0]);
    CHECK(ra::soft_min_reward(reward, beta) == 0.5);
  }
  const auto found = ra::variance_kl_optimum(reference, reward, variance, 1e-300, log_pi);
  CHECK(found.status == ra::status::ok);
  CHECK(found.loss == -10);
  CHECK(log_pi[2] == doctest::Approx(0));
  CHECK(log_pi[0] < T(-1e30));
}

TEST_CASE_TEMPLATE("an optimum may be written over the reference", T, float, double) {
  const std::vector<T> reference{2, 0, T(-0.5), 1}, reward{T(1.5), 1, 2, T(-3)}, variance{1, T(0.5), 2, 1};
  std::vector<T> apart(4), over = reference;
  const auto a = ra::kl_optimum(reference, reward, 0.5, apart), b = ra::kl_optimum(over, reward, 0.5, over);
  CHECK(apart == over);
  CHECK(a.loss == b.loss);
  over = reference;
  const auto c = ra::variance_kl_optimum(reference, reward, variance, 0.5, apart);
  const auto d = ra::variance_kl_optimum(over, reward, variance, 0.5, over);
  CHECK(apart == over);
  CHECK(c.loss == d.loss);
  CHECK(c.multiplier == d.multiplier);
}

TEST_CASE_TEMPLATE("vectors, spans and views of any constness, strided ones too", T, float, double) {
  std::vector<T> q{0, 1, T(-0.5)}, r{1, 0, T(0.5)}, v{1, 2, 3}, out_1(3), out_2(3), d_1(3, T(0)), d_2(3, T(0));
  const auto plain = ra::kl_optimum(in(q), in(r), 0.5, out(out_1));
  CHECK(ra::kl_optimum(q, std::span(r), 0.5, out_2).loss == plain.loss);
  CHECK(out_1 == out_2);
  CHECK(ra::kl_optimum(std::span(q), in(r), 0.5, std::span(out_2)).loss == plain.loss);
  CHECK(ra::variance_kl_optimum(q, r, v, 0.5, out_2).loss ==
        ra::variance_kl_optimum(in(q), in(r), in(v), 0.5, out(out_1)).loss);
  CHECK(out_1 == out_2);
  CHECK(ra::kl_loss(out_1, q, r, 0.5, d_1).loss == ra::kl_loss(in(out_1), in(q), in(r), 0.5, out(d_2)).loss);
  CHECK(d_1 == d_2);
  CHECK(ra::kl_loss(r, q, r, 0.5).loss == ra::kl_loss(in(r), in(q), in(r), 0.5).loss);
  CHECK(ra::variance_kl_loss(r, q, r, v, 0.5, d_1).loss ==
        ra::variance_kl_loss(in(r), in(q), in(r), in(v), 0.5, out(d_2)).loss);
  CHECK(d_1 == d_2);
  const std::vector<T> twice{1, 9, 0, 9, T(0.5), 9};
  CHECK(ra::kl_optimum(q, ra::vector_view<const T>(twice.data(), 3, 2), 0.5, out_2).loss == plain.loss);
  CHECK(ra::soft_min_reward(std::span(r), 0.5) == ra::soft_min_reward(in(r), 0.5));
}

TEST_CASE("soft minimum: between mean and minimum, mean - variance / (2 beta) to second order") {
  const std::vector<double> r{1.0, -0.5, 0.25};
  CHECK(ra::soft_min_reward(in(r), 1e-4) == doctest::Approx(-0.5 + 1e-4 * std::log(3.0)));
  CHECK(ra::soft_min_reward(in(r), 1e9) == doctest::Approx(0.25));
  const double variance = (0.75 * 0.75 + 0.75 * 0.75) / 3;
  CHECK(ra::soft_min_reward(in(r), 1e3) == doctest::Approx(0.25 - variance / 2e3).epsilon(1e-9));
  CHECK(ra::soft_min_reward(in(std::vector<double>{1e6, 1e6 + 1}), 0.1) == doctest::Approx(1e6));
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong input is a contract error") {
  const std::vector<double> q{0, 1}, r{0, 1}, one{0}, zero{0, 1},
      nan{0, ra::not_a_number<double>()}, one_and_small{1, 0.01}, large{1, 1e10};
  std::vector<double> d(2, 0.0);
  CHECK_THROWS_AS((void)ra::kl_loss(in(q), in(q), in(one), 0.1), ra::contract_error);
  CHECK_THROWS_AS((void)ra::kl_loss(in(q), in(q), in(nan), 0.1), ra::contract_error);
  CHECK_THROWS_AS((void)ra::kl_loss(in(q), in(q), in(r), 0.0), ra::contract_error);
  CHECK_THROWS_AS((void)ra::kl_optimum(in(q), in(r), -1.0, out(d)), ra::contract_error);
  CHECK_THROWS_AS((void)ra::variance_kl_optimum(in(q), in(r), in(zero), 1.0, out(d)),
                  ra::contract_error);
  CHECK_THROWS_WITH_AS((void)ra::variance_kl_optimum(in(q), in(r), in(one_and_small), 1e-299, out(d)),
                       "beta: expected a finite product of at least 1e-300 with each variance, got 1e-301 at choice 1",
                       ra::contract_error);
  CHECK_THROWS_AS((void)ra::variance_kl_optimum(in(q), in(r), in(large), 1e300, out(d)), ra::contract_error);
  for (const double beta : {1e-301, 1e-308, 5e-324, ra::pos_infinity<double>(), ra::not_a_number<double>()}) {
    CHECK_THROWS_AS((void)ra::kl_optimum(in(q), in(r), beta, out(d)), ra::contract_error);
    CHECK_THROWS_AS((void)ra::variance_kl_optimum(in(q), in(r), in(large), beta, out(d)), ra::contract_error);
    CHECK_THROWS_AS((void)ra::soft_min_reward(in(q), beta), ra::contract_error);
  }
  CHECK(d == std::vector<double>(2, 0.0));
  CHECK_THROWS_AS((void)ra::soft_min_reward(in(std::vector<double>{}), 1.0), ra::contract_error);
  CHECK_THROWS_AS((void)ra::soft_min_reward(in(nan), 1.0), ra::contract_error);
}
#endif
