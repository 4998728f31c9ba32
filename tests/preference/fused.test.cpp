// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/fused.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "every_loss.hpp"

namespace ra = realign;

namespace {

constexpr std::size_t pairs = 3, steps = 4, actions = 5, rows = pairs * steps;

template <class T>
struct side_data {
  std::vector<T> logits, reference, gradient;
  std::vector<std::size_t> chosen;
  std::vector<unsigned char> mask;

  explicit side_data(ra::random_generator& g) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t a = 0; a < actions; ++a) logits.push_back(static_cast<T>(ra::normal(g)));
      reference.push_back(static_cast<T>(-2 * ra::uniform(g)));
      chosen.push_back(ra::uniform_index(g, actions));
      mask.push_back(i % steps == 0 || ra::uniform(g) < 0.7 ? 1 : 0);
    }
    gradient.assign(logits.size(), T(0));
  }
  ra::categorical_side<T> view(bool with_gradient = true) {
    ra::categorical_side<T> s{.logits = {logits.data(), rows, actions},
                              .actions = chosen,
                              .reference = reference,
                              .mask = mask};
    if (with_gradient) s.d_logits = {gradient.data(), rows, actions};
    return s;
  }
};

const std::vector<double> labels{1.0, 0.3, 0.5}, gaps{0.2, -0.4, 0.0};

}  // namespace

TEST_CASE("derivatives of the logits agree with central differences, for every loss") {
  ra::random_generator g(94);
  ra::categorical_workspace<double> ws;
  realign_tests::for_each_loss([&](const char* name, const auto& loss) {
    if constexpr (requires { loss.deviation; }) return;  // its margin is held constant
    CAPTURE(name);
    side_data<double> first(g), second(g);
    const auto evaluate = [&](bool with) {
      const auto e = ra::evaluate_categorical(loss, pairs, steps, first.view(with),
                                              second.view(with), ws, labels, gaps);
      REQUIRE(e.status == ra::status::ok);
      return e.loss;
    };
    evaluate(true);
    for (auto* side : {&first, &second})
      for (std::size_t i = 0; i < side->logits.size(); ++i) {
        double& x = side->logits[i];
        const double held = x, h = 1e-5;
        x = held + h;
        const double up = evaluate(false);
        x = held - h;
        const double down = evaluate(false);
        x = held;
        CHECK(std::fabs(side->gradient[i] - (up - down) / (2 * h)) < 1e-8);
      }
  });
}

TEST_CASE_TEMPLATE("as through a table with one state per step", T, float, double) {
  ra::random_generator g(95);
  side_data<T> first(g), second(g);
  ra::categorical_workspace<T> ws;
  const ra::cpl loss{
      .alpha = 0.7, .gamma = 0.9, .lambda = 0.6, .bc_weight = 0.2, .reference = true};
  const auto e =
      ra::evaluate_categorical(loss, pairs, steps, first.view(), second.view(), ws, labels);

  ra::tabular_policy<T> policy(2 * rows, actions);
  std::vector<std::size_t> states(2 * rows);
  std::vector<ra::step<std::size_t, std::size_t>> taken;
  realign_tests::owned_batch<T> b;
  for (std::size_t k = 0; k < 2; ++k) {
    auto& side = k == 0 ? first : second;
    for (std::size_t i = 0; i < rows; ++i) {
      states[k * rows + i] = k * rows + i;
      for (std::size_t a = 0; a < actions; ++a)
        policy.row(k * rows + i)[a] = side.logits[i * actions + a];
      taken.push_back({&states[k * rows + i], side.chosen[i]});
    }
  }
  typename ra::tabular_policy<T>::tape tape;
  std::vector<T> l(2 * rows), dl, grad(2 * rows * actions, T(0));
  policy.log_probs(taken, tape, l);
  for (std::size_t k = 0; k < 2; ++k) {
    auto& side = k == 0 ? first : second;
    for (std::size_t p = 0; p < pairs; ++p) {
      const auto part = [&](const auto& x, std::size_t at) {
        const auto from = x.begin() + static_cast<std::ptrdiff_t>(at);
        return std::vector(from, from + static_cast<std::ptrdiff_t>(steps));
      };
      b.add(part(l, k * rows + p * steps), part(side.reference, p * steps),
            part(side.mask, p * steps));
    }
  }
  for (std::size_t p = 0; p < pairs; ++p) b.pairs.push_back({p, pairs + p, labels[p]});
  for (auto& v : b.gradients) v.assign(v.size(), T(0));
  ra::batch_workspace plain;
  CHECK(realign_tests::near<T>(e.loss, ra::evaluate_pairs(loss, b.view(), plain).loss));
  for (const auto& v : b.gradients) dl.insert(dl.end(), v.begin(), v.end());
  policy.backward(tape, std::span<const T>(dl), std::span<T>(grad));
  for (std::size_t i = 0; i < rows * actions; ++i) {
    CHECK(realign_tests::near<T>(static_cast<double>(first.gradient[i]),
                                 static_cast<double>(grad[i])));
    CHECK(realign_tests::near<T>(static_cast<double>(second.gradient[i]),
                                 static_cast<double>(grad[rows * actions + i])));
  }
}

TEST_CASE_TEMPLATE("masked rows are not read, impossible choices can be mended", T, float, double) {
  ra::random_generator g(96);
  side_data<T> first(g), second(g);
  ra::categorical_workspace<T> ws;
  const auto clean =
      ra::evaluate_categorical(ra::dpo{}, pairs, steps, first.view(false), second.view(false), ws);
  for (std::size_t i = 0; i < rows; ++i)
    if (first.mask[i] == 0) {
      for (std::size_t a = 0; a < actions; ++a)
        first.logits[i * actions + a] = std::numeric_limits<T>::quiet_NaN();
      first.reference[i] = std::numeric_limits<T>::quiet_NaN();
      first.chosen[i] = 1000;
    }
  const auto e = ra::evaluate_categorical(ra::dpo{}, pairs, steps, first.view(), second.view(), ws);
  CHECK(e.loss == clean.loss);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t a = 0; a < actions; ++a)
      if (first.mask[i] == 0) CHECK(first.gradient[i * actions + a] == T(0));

  first.gradient.assign(first.gradient.size(), T(0));
  const std::size_t chosen = first.chosen[0];
  first.logits[chosen] = ra::neg_infinity<T>();
  const auto up =
      ra::evaluate_categorical(ra::dpo{}, pairs, steps, first.view(), second.view(), ws);
  CHECK(up.status == ra::status::ok);
  CHECK(ra::is_pos_inf(up.loss));
  CHECK(realign_tests::near<T>(static_cast<double>(first.gradient[chosen]), -0.1 / 3));
}

TEST_CASE_TEMPLATE("a diverged network is reported and nothing is written", T, float, double) {
  ra::random_generator g(97);
  side_data<T> first(g), second(g);
  first.logits[1] = std::numeric_limits<T>::quiet_NaN();
  ra::categorical_workspace<T> ws;
  const auto e = ra::evaluate_categorical(ra::dpo{}, pairs, steps, first.view(), second.view(), ws);
  CHECK(e.status == ra::status::diverged);
  for (const T& x : second.gradient) CHECK(x == T(0));
  CHECK(ra::evaluate_categorical(ra::dpo{}, 0, steps, ra::categorical_side<T>{},
                                 ra::categorical_side<T>{}, ws)
            .status == ra::status::empty);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong shapes are contract errors") {
  ra::random_generator g(98);
  side_data<double> first(g), second(g);
  ra::categorical_workspace<double> ws;
  const auto evaluate = [&](const auto& a, const auto& b) {
    return ra::evaluate_categorical(ra::dpo{}, pairs, steps, a, b, ws);
  };
  auto bad = first.view();
  bad.reference = {};
  CHECK_THROWS_AS((void)evaluate(bad, second.view()), ra::contract_error);
  bad = first.view();
  bad.logits = {first.logits.data(), rows - 1, actions};
  CHECK_THROWS_AS((void)evaluate(bad, second.view()), ra::contract_error);
  first.chosen[0] = actions;
  CHECK_THROWS_AS((void)evaluate(first.view(), second.view()), ra::contract_error);
}
#endif
