// SPDX-License-Identifier: MIT
// What must hold for every loss it applies to, on random batches.
#include <doctest/doctest.h>

#include <realign/preference/evaluate.hpp>
#include <realign/preference/group.hpp>
#include <realign/preference/ranking.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

#include "every_loss.hpp"

namespace ra = realign;
using realign_tests::decorate;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::random_batch;

namespace {

constexpr int rounds = 8;

template <class T>
void check_same_gradients(const owned_batch<T>& a, const owned_batch<T>& b, double factor = 1,
                          double scale = 4) {
  for (std::size_t k = 0; k < a.gradients.size(); ++k)
    for (std::size_t t = 0; t < a.gradients[k].size(); ++t)
      CHECK(near<T>(a.added(k, t), factor * b.added(k, t), scale));
}

// Both losses on the same random batches: equal up to a factor and a constant per pair.
template <class T, class A, class B>
void check_equal(const A& a, const B& b, double factor = 1, double gap = 0, bool values = true) {
  ra::random_generator g(51);
  ra::batch_workspace ws;
  for (int n = 0; n < rounds; ++n) {
    auto one = random_batch<T>(g);
    for (auto& p : one.pairs) p.gap = gap;
    auto other = one;
    const auto x = ra::evaluate_pairs(a, one.view(), ws),
               y = ra::evaluate_pairs(b, other.view(), ws);
    if (values) CHECK(near<T>(x.loss, factor * y.loss, 4));
    check_same_gradients(one, other, factor);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("1: a constant added to every log-probability changes nothing", T, float,
                   double) {
  ra::random_generator g(52);
  ra::batch_workspace ws;
  realign_tests::for_each_difference_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    for (int n = 0; n < rounds; ++n) {
      auto b = random_batch<T>(g, 4, false, 5);
      decorate(b.pairs, g);
      auto shifted = b;
      for (auto& l : shifted.log_probs)
        for (T& x : l) x -= T(1);
      CHECK(near<T>(ra::evaluate_pairs(loss, b.view(), ws).loss,
                    ra::evaluate_pairs(loss, shifted.view(), ws).loss, 64));
      check_same_gradients(b, shifted, 1, 64);
    }
  });
}

TEST_CASE("1: for lambda below 1 the margin shifts by scale * constant * (W+ - lambda W-)") {
  ra::random_generator g(53);
  ra::batch_workspace ws;
  const ra::cpl loss{.alpha = 0.1, .gamma = 0.9, .lambda = 0.5};
  for (int n = 0; n < rounds; ++n) {
    auto b = random_batch<double>(g, 2, false, 6);
    b.pairs = {{0, 1}};
    CHECK(ra::succeeded(ra::evaluate_pairs(loss, b.view(), ws).status));
    const double before = ws.margins()[0];
    for (auto& l : b.log_probs)
      for (double& x : l) x += 2.5;
    CHECK(ra::succeeded(ra::evaluate_pairs(loss, b.view(), ws).status));
    const double weight = (1 - std::pow(0.9, 6)) / 0.1;
    CHECK(ws.margins()[0] - before == doctest::Approx(0.1 * 2.5 * weight * (1 - 0.5)));
  }
}

TEST_CASE_TEMPLATE("2: swapping the sides and the label leaves the loss unchanged", T, float,
                   double) {
  ra::random_generator g(54);
  ra::batch_workspace ws;
  realign_tests::for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    for (int n = 0; n < rounds; ++n) {
      auto one = random_batch<T>(g);
      decorate(one.pairs, g);
      auto other = one;
      for (auto& p : other.pairs)
        p = {p.rejected, p.preferred, 1 - p.label, -p.gap, p.rejected_is, p.preferred_is};
      CHECK(near<T>(ra::evaluate_pairs(loss, one.view(), ws).loss,
                    ra::evaluate_pairs(loss, other.view(), ws).loss, 4));
      check_same_gradients(one, other, 1, 16);
    }
  });
}

TEST_CASE_TEMPLATE("3: with a reference equal to the policy, DPO is log 2 and its slope -1/2", T,
                   float, double) {
  ra::random_generator g(55);
  ra::batch_workspace ws;
  const auto check = [&](const auto& loss, double scale, double slope) {
    for (int n = 0; n < rounds; ++n) {
      auto b = random_batch<T>(g, 2, false);
      b.reference = b.log_probs;
      b.pairs = {{0, 1}};
      CHECK(ra::evaluate_pairs(loss, b.view(), ws).loss == doctest::Approx(std::log(2.0)));
      CHECK(near<T>(b.added(0, 0), scale * slope));
      CHECK(near<T>(b.added(1, 1), -scale * slope));
    }
  };
  for (const double beta : {0.01, 0.1, 5.0}) {
    check(ra::dpo{beta}, beta, -0.5);
    check(ra::cdpo{beta, 0.1}, beta, -0.4);
    check(ra::cream{beta, 0.7}, beta, -0.2);
    check(ra::robust_dpo{beta, 0.25}, beta, -1.0);
    check(ra::modpo{beta, 0.5}, 2 * beta, -0.5);
    check(ra::cpl{.alpha = beta, .lambda = 1.0, .reference = true}, beta, -0.5);
    check(ra::f_dpo<ra::shape::reverse_kl>{beta}, beta, -0.5);
    check(ra::f_dpo<ra::shape::jensen_shannon>{beta}, beta / 2, -0.5);
    check(ra::f_dpo<ra::shape::forward_kl>{beta}, beta, -0.5);
  }
}

TEST_CASE_TEMPLATE("4: the step gradients of a pair add up to zero", T, float, double) {
  ra::random_generator g(56);
  ra::batch_workspace ws;
  realign_tests::for_each_difference_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    for (int n = 0; n < rounds; ++n) {
      auto b = random_batch<T>(g, 2, false, 4);
      b.pairs = {{0, 1, 0.9, 0.3}};
      CHECK(ra::succeeded(ra::evaluate_pairs(loss, b.view(), ws).status));
      double sum = 0, largest = 0;
      for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t t = 0; t < 4; ++t) {
          sum += b.added(k, t);
          largest = (std::max)(largest, std::fabs(b.added(k, t)));
        }
      CHECK(std::fabs(sum) <= 8 * realign_tests::tolerance<T> * (1 + largest));
    }
  });
}

TEST_CASE_TEMPLATE("5: left padding equals right padding", T, float, double) {
  ra::random_generator g(57);
  ra::batch_workspace ws;
  const T nan = ra::not_a_number<T>();
  realign_tests::for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    if constexpr (std::same_as<std::remove_cvref_t<decltype(loss)>, ra::cpl>)
      if (loss.gamma < 1) return;
    auto plain = random_batch<T>(g, 4, false);
    decorate(plain.pairs, g);
    owned_batch<T> left, right;
    for (std::size_t k = 0; k < 4; ++k) {
      auto padded = [&](std::vector<T> x, bool front, T with) {
        x.insert(front ? x.begin() : x.end(), 3, with);
        return x;
      };
      for (const bool front : {true, false}) {
        std::vector<unsigned char> mask(plain.log_probs[k].size(), 1);
        mask.insert(front ? mask.begin() : mask.end(), 3, 0);
        (front ? left : right)
            .add(padded(plain.log_probs[k], front, nan), padded(plain.reference[k], front, nan),
                 mask);
      }
    }
    left.pairs = right.pairs = plain.pairs;
    const double l = ra::evaluate_pairs(loss, left.view(), ws).loss;
    CHECK(l == ra::evaluate_pairs(loss, right.view(), ws).loss);
    CHECK(near<T>(l, ra::evaluate_pairs(loss, plain.view(), ws).loss));
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t t = 0; t < plain.log_probs[k].size(); ++t)
        CHECK(left.gradients[k][t + 3] == right.gradients[k][t]);
  });
}

TEST_CASE_TEMPLATE("6: losses that are others in disguise", T, float, double) {
  check_equal<T>(ra::cream{0.3, 0.7}, ra::cdpo{0.3, 0.3});
  check_equal<T>(ra::modpo{0.3, 1.0}, ra::dpo{0.3});
  check_equal<T>(ra::bounded_modpo{0.3, 0.6}, ra::modpo{0.3, 0.6}, 0.6);
  check_equal<T>(ra::robust_dpo{0.3, 0.0}, ra::dpo{0.3});
  check_equal<T>(ra::cdpo{0.3, 0.0}, ra::dpo{0.3});
  check_equal<T>(ra::alpha_dpo{2.0, 0.4, 0.0}, ra::simpo{2.0, 0.4});
  check_equal<T>(ra::f_dpo<ra::shape::reverse_kl>{0.3}, ra::dpo{0.3});
  check_equal<T>(ra::cpl{.alpha = 0.3, .lambda = 1.0, .reference = true}, ra::dpo{0.3});
  check_equal<T>(ra::dpo_nll{0.3, 0.0}, ra::dpo{0.3});
  check_equal<T>(ra::rpo{0.3, 0.5}, ra::dpo_nll{0.3, 0.15, ra::nll_mean::segment_sum});
  const double beta = 0.3;
  check_equal<T>(ra::copg{beta}, ra::reward_distillation{beta}, 1 / (2 * beta), 0.8, false);
}

TEST_CASE_TEMPLATE("6: CoPG with rewards of +-1/4 is IPO times beta / 2", T, float, double) {
  ra::random_generator g(58);
  ra::batch_workspace ws;
  const double beta = 0.3;
  for (int n = 0; n < rounds; ++n) {
    auto one = random_batch<T>(g);
    for (auto& p : one.pairs) {
      p.label = 1.0;
      p.gap = 0.5;
    }
    auto other = one;
    CHECK(ra::succeeded(ra::evaluate_pairs(ra::copg{beta}, one.view(), ws).status));
    CHECK(ra::succeeded(
        ra::evaluate_pairs(ra::ipo(ra::reduction::sum, beta), other.view(), ws).status));
    check_same_gradients(one, other, beta / 2, 16);
  }
}

TEST_CASE("6: GDRO of two with tau towards 0 is Plackett-Luce is the logistic pair loss") {
  ra::random_generator g(59);
  for (int n = 0; n < 50; ++n) {
    const std::vector<double> s{3 * ra::normal(g), 3 * ra::normal(g)}, rewards{1.0, 0.0};
    std::vector<double> a(2, 0.0), b(2, 0.0), c(2, 0.0), d(2, 0.0);
    const double x = ra::gdro{.rewards = rewards, .tau = 1e-3}(s, a);
    const double y = ra::plackett_luce{}(s, b);
    const double z = ra::pairwise<ra::link::logistic>{}(s, c);
    const double w = ra::info_nce{0}(s, d);
    for (const double other : {x, y, w}) CHECK(other == doctest::Approx(z).epsilon(1e-12));
    for (const auto* other : {&a, &b, &d})
      for (std::size_t k = 0; k < 2; ++k)
        CHECK((*other)[k] == doctest::Approx(c[k]).epsilon(1e-11));
  }
}

TEST_CASE("7: R2M's entropy gradient is orthogonal to the rewards and to the constant vector") {
  ra::random_generator g(60);
  for (int n = 0; n < 50; ++n) {
    const std::size_t ddof = n % 2 == 0 ? 0U : 1U, k = 3 + ra::uniform_index(g, 6);
    std::vector<double> r(k), d(k, 0.0);
    for (double& x : r) x = 2 * ra::normal(g);
    const double entropy = ra::group_entropy{ddof}(r, d);
    double along = 0, sum = 0, size = 0;
    for (std::size_t i = 0; i < k; ++i) {
      along += r[i] * d[i];
      sum += d[i];
      size = (std::max)(size, std::fabs(d[i]));
    }
    CHECK(size > 1e-6);
    CHECK(std::fabs(along) < 1e-13);
    CHECK(std::fabs(sum) < 1e-13);
    for (double& x : r) x = 1e3 + 7 * x;
    CHECK(ra::group_entropy{ddof}(r, d) == doctest::Approx(entropy).epsilon(1e-10));
  }
}

TEST_CASE("rankings: the derivatives add up to zero and a constant changes nothing") {
  ra::random_generator g(61);
  for (int n = 0; n < 50; ++n) {
    const std::size_t k = 2 + ra::uniform_index(g, 6);
    std::vector<double> s(k), rewards(k), moved(k);
    for (std::size_t i = 0; i < k; ++i) {
      s[i] = 4 * ra::normal(g);
      moved[i] = s[i] + 100;
      rewards[i] = ra::uniform(g);
    }
    const auto check = [&](const auto& o) {
      std::vector<double> d(k, 0.0), unused(k, 0.0);
      CHECK(o(s, d, 1.0) == doctest::Approx(o(moved, unused, 1.0)).epsilon(1e-10));
      double sum = 0;
      for (const double& x : d) sum += x;
      CHECK(std::fabs(sum) < 1e-12);
    };
    check(ra::plackett_luce{});
    check(ra::gdro{.rewards = rewards, .tau = 0.1});
    check(ra::gdro{.rewards = rewards, .tau = 0.1, .only_first = true});
    check(ra::info_nce{k - 1});
    check(ra::r2m{0, k - 1});
  }
}
