// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/fused.hpp>
#include <realign/simd/isa.hpp>
#include <realign/simd/reference.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <thread>
#include <vector>

#include "every_loss.hpp"

namespace ra = realign;

namespace {

constexpr std::size_t pairs = 3, steps = 4, actions = 5, rows = pairs * steps;

template <class T>
struct side_data {
  std::size_t row_count, columns;
  std::vector<T> logits, reference, gradient;
  std::vector<std::size_t> chosen;
  std::vector<unsigned char> mask;

  explicit side_data(ra::random_generator& g, std::size_t n = pairs, std::size_t length = steps,
                     std::size_t choices = actions)
      : row_count(n * length), columns(choices) {
    for (std::size_t i = 0; i < row_count; ++i) {
      for (std::size_t a = 0; a < columns; ++a) logits.push_back(static_cast<T>(ra::normal(g)));
      reference.push_back(static_cast<T>(-2 * ra::uniform(g)));
      chosen.push_back(ra::uniform_index(g, columns));
      mask.push_back(i % length == 0 || ra::uniform(g) < 0.7 ? 1 : 0);
    }
    gradient.assign(logits.size(), T(0));
  }
  ra::categorical_side<T> view(bool with_gradient = true) {
    ra::categorical_side<T> s{.logits = {logits.data(), row_count, columns},
                              .actions = chosen,
                              .reference = reference,
                              .mask = mask};
    if (with_gradient) s.d_logits = {gradient.data(), row_count, columns};
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

TEST_CASE_TEMPLATE("derivatives replace what was there, or add to it", T, float, double) {
  ra::random_generator g(93);
  ra::categorical_workspace<T> ws;
  for (const std::size_t choices : {1U, 3U, 8U, 20U, 70U})
    for (const unsigned masked : {0U, 1U, 2U, 3U})  // neither side, one, both
      for (const bool faulty : {false, true}) {
        CAPTURE(choices);
        CAPTURE(masked);
        CAPTURE(faulty);
        side_data<T> first(g, pairs, steps, choices), second(g, pairs, steps, choices);
        first.mask[steps - 1] = first.mask[2 * steps - 1] = second.mask[steps - 1] = 0;
        if (faulty) {  // the second pair
          first.logits[steps * choices] = ra::not_a_number<T>();
          first.mask[steps] = 1;
        }
        const auto evaluate = [&](bool accumulates) {
          auto a = first.view(), b = second.view();
          a.accumulates = b.accumulates = accumulates;
          if ((masked & 1U) == 0) a.mask = {};
          if ((masked & 2U) == 0) b.mask = {};
          return ra::evaluate_categorical(ra::cpl{.alpha = 0.7}, pairs, steps, a, b, ws, labels);
        };
        const auto added = evaluate(true);
        CHECK((added.status == ra::status::ok) == !faulty);
        const std::vector<T> expected[2] = {first.gradient, second.gradient};
        for (auto* side : {&first, &second}) side->gradient.assign(side->gradient.size(), ra::not_a_number<T>());
        const auto replaced = evaluate(false);
        CHECK(replaced.status == added.status);
        CHECK(first.gradient == expected[0]);
        CHECK(second.gradient == expected[1]);
      }
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
        first.logits[i * actions + a] = ra::not_a_number<T>();
      first.reference[i] = ra::not_a_number<T>();
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

TEST_CASE_TEMPLATE("more pairs than go together, on every instruction set", T, float, double) {
  const std::size_t n = 23;
  for (const ra::simd::isa set :
       {ra::simd::isa::portable, ra::simd::isa::avx2, ra::simd::isa::avx512}) {
    if (!ra::simd::supported(set)) continue;
    CAPTURE(ra::simd::to_string(set));
    const ra::simd::isa held = ra::simd::force(set);
    ra::random_generator g(101);
    ra::categorical_workspace<T> ws;
    for (const std::size_t length : {1U, 7U, 40U})
      for (const std::size_t choices : {2U, 4U, 6U, 12U, 32U, 100U})
        for (const bool masked : {false, true}) {
          CAPTURE(length);
          CAPTURE(choices);
          CAPTURE(masked);
          side_data<T> sides[2] = {side_data<T>(g, n, length, choices),
                                   side_data<T>(g, n, length, choices)};
          realign_tests::owned_batch<T> b;
          std::vector<double> soft;
          for (std::size_t p = 0; p < n; ++p) {
            soft.push_back(ra::uniform(g));
            for (auto& side : sides) {
              std::vector<T> l(length), r(length);
              std::vector<unsigned char> m(masked ? length : 0);
              for (std::size_t t = 0; t < length; ++t) {
                const std::size_t i = p * length + t;
                const ra::vector_view<const T> x(side.logits.data() + i * choices, choices);
                l[t] = static_cast<T>(static_cast<double>(x[side.chosen[i]]) -
                                      ra::simd::reference::log_sum_exp(x, {}));
                r[t] = side.reference[i];
                if (masked) m[t] = side.mask[i];
              }
              b.add(l, r, m);
            }
            b.pairs.push_back({2 * p, 2 * p + 1, soft[p]});
          }
          for (auto& v : b.gradients) v.assign(v.size(), T(0));
          const ra::cpl loss{
              .alpha = 0.7, .gamma = 0.9, .lambda = 0.6, .bc_weight = 0.2, .reference = true};
          auto first = sides[0].view(), second = sides[1].view();
          if (!masked) first.mask = second.mask = {};
          const auto e = ra::evaluate_categorical(loss, n, length, first, second, ws, soft);
          ra::batch_workspace plain;
          const auto expected = ra::evaluate_pairs(loss, b.view(), plain);
          REQUIRE(e.status == ra::status::ok);
          CHECK(realign_tests::near<T>(e.loss, expected.loss));
          CHECK(realign_tests::near<double>(e.accuracy, expected.accuracy));
          CHECK(realign_tests::near<T>(e.margin, expected.margin));
          CHECK(e.empty == expected.empty);
          for (std::size_t p = 0; p < n; ++p)
            CHECK(realign_tests::near<T>(ws.batch.per_pair()[p], plain.per_pair()[p]));
          double worst = 0;
          for (std::size_t k = 0; k < 2; ++k)
            for (std::size_t i = 0; i < n * length; ++i) {
              const T* const x = sides[k].logits.data() + i * choices;
              const double log_z = ra::simd::reference::log_sum_exp(
                  ra::vector_view<const T>(x, choices), {});
              const double dl =
                  static_cast<double>(b.gradients[2 * (i / length) + k][i % length]);
              for (std::size_t a = 0; a < choices; ++a) {
                const double share = std::exp(static_cast<double>(x[a]) - log_z);
                const double d = dl * ((a == sides[k].chosen[i] ? 1 : 0) - share);
                const double found = static_cast<double>(sides[k].gradient[i * choices + a]);
                worst = std::fmax(worst, std::fabs(found - d));
              }
            }
          CHECK(worst < realign_tests::tolerance<T>);
        }
    ra::simd::force(held);
  }
}

TEST_CASE_TEMPLATE("actions come as 4 byte integers too", T, float, double) {
  ra::random_generator g(102);
  side_data<T> first(g), second(g);
  const auto as_int32 = [](const side_data<T>& s) {
    std::vector<std::int32_t> x;
    for (const std::size_t a : s.chosen) x.push_back(static_cast<std::int32_t>(a));
    return x;
  };
  const auto one = as_int32(first), two = as_int32(second);
  ra::categorical_workspace<T> ws;
  for (const bool masked : {false, true}) {
    auto a = first.view(), b = second.view();
    ra::categorical_side<T, std::int32_t> c{a.logits, one, a.reference, a.mask, a.d_logits};
    ra::categorical_side<T, std::int32_t> d{b.logits, two, b.reference, b.mask, b.d_logits};
    if (!masked) a.mask = b.mask = c.mask = d.mask = {};
    const auto e = ra::evaluate_categorical(ra::dpo{}, pairs, steps, a, b, ws);
    const auto expected = first.gradient;
    std::fill(first.gradient.begin(), first.gradient.end(), T(0));
    CHECK(ra::evaluate_categorical(ra::dpo{}, pairs, steps, c, d, ws).loss == e.loss);
    CHECK(first.gradient == expected);
    std::fill(first.gradient.begin(), first.gradient.end(), T(0));
  }
}

TEST_CASE_TEMPLATE("pairs at fault add nothing, all others what they add anyway", T, float, double) {
  // so many choices that few pairs go together
  const std::size_t n = 9, length = 5, choices = 200;
  const auto loss = ra::cpl::with_cloning();
  ra::random_generator g(97);
  side_data<T> first(g, n, length, choices), second(g, n, length, choices);
  const side_data<T> clean_first = first, clean_second = second;
  ra::categorical_workspace<T> ws;
  const auto evaluate = [&] {
    return ra::evaluate_categorical(loss, n, length, first.view(), second.view(), ws);
  };
  REQUIRE(evaluate().status == ra::status::ok);
  const auto expected_first = first.gradient, expected_second = second.gradient;

  const auto check = [&](ra::status expected, std::size_t at, std::initializer_list<std::size_t> bad) {
    first.gradient = clean_first.gradient;
    second.gradient = clean_second.gradient;
    const auto e = evaluate();
    CHECK(e.status == expected);
    CHECK(e.at == at);
    for (std::size_t i = 0; i < n * length * choices; ++i) {
      bool fault = false;
      for (const std::size_t p : bad) fault = fault || p == i / (length * choices);
      CHECK(first.gradient[i] == (fault ? T(0) : expected_first[i]));
      CHECK(second.gradient[i] == (fault ? T(0) : expected_second[i]));
    }
  };
  const auto row = [&](side_data<T>& side, std::size_t p) {
    return side.logits.data() + p * length * choices;
  };
  // both sides of pair 3 are impossible
  for (auto* side : {&first, &second}) row(*side, 3)[side->chosen[3 * length]] = ra::neg_infinity<T>();
  check(ra::status::no_support, 6, {3});
  // NaN before impossible actions, wherever it stands
  row(second, 7)[11] = ra::not_a_number<T>();
  check(ra::status::diverged, 15, {3, 7});
  row(first, 0)[11] = ra::not_a_number<T>();
  check(ra::status::diverged, 0, {0, 3, 7});
}

TEST_CASE_TEMPLATE("the same to the bit, wherever the pairs are done", T, float, double) {
  const auto backwards = [](std::size_t count, const auto& body) {
    for (std::size_t i = count; i > 0; --i) body(i - 1, i);
  };
  const auto threads = [](std::size_t count, const auto& body) {
    std::vector<std::thread> running;
    for (std::size_t k = 0; k < 3; ++k)
      running.emplace_back([&, k] { body(k * count / 3, (k + 1) * count / 3); });
    for (std::thread& t : running) t.join();
  };
  ra::random_generator g(104);
  for (const std::size_t choices : {4U, 30U, 300U})
    for (const std::size_t n : {1U, 70U, 400U})
      for (const bool faulty : {false, true}) {
        CAPTURE(choices);
        CAPTURE(n);
        const std::size_t length = 5;
        side_data<T> first(g, n, length, choices), second(g, n, length, choices);
        if (faulty) {
          first.logits[n / 2 * length * choices] = ra::not_a_number<T>();
          second.logits[n / 3 * length * choices] = ra::not_a_number<T>();
        }
        const auto loss = ra::cpl::with_cloning(0.3);
        ra::categorical_workspace<T> one, some;
        const auto a =
            ra::evaluate_categorical(loss, n, length, first.view(), second.view(), one);
        CHECK(a.status == (faulty ? ra::status::diverged : ra::status::ok));
        const auto expected_first = first.gradient, expected_second = second.gradient;
        const auto check = [&](const auto& ex) {
          std::fill(first.gradient.begin(), first.gradient.end(), T(0));
          std::fill(second.gradient.begin(), second.gradient.end(), T(0));
          const auto b = ra::evaluate_categorical(loss, n, length, first.view(), second.view(),
                                                  some, {}, {}, ex);
          CHECK(b.status == a.status);
          CHECK(b.at == a.at);
          if (!faulty) CHECK(b.loss == a.loss);
          CHECK(b.accuracy == a.accuracy);
          CHECK(first.gradient == expected_first);
          CHECK(second.gradient == expected_second);
        };
        check(backwards);
        check(threads);
        check(ra::serial{});
      }
}

TEST_CASE_TEMPLATE("losses of opposite infinities have no sum", T, float, double) {
  ra::random_generator g(103);
  side_data<T> first(g), second(g);
  first.logits[first.chosen[0]] = ra::neg_infinity<T>();
  second.logits[steps * actions + second.chosen[steps]] = ra::neg_infinity<T>();
  ra::categorical_workspace<T> ws;
  const auto e = ra::evaluate_categorical(ra::robust_dpo{}, pairs, steps, first.view(),
                                          second.view(), ws);
  CHECK(e.status == ra::status::no_support);
  CHECK(e.at == 0);
  for (const T& d : first.gradient) CHECK(ra::is_finite(d));
}

TEST_CASE_TEMPLATE("no pairs are status empty", T, float, double) {
  ra::categorical_workspace<T> ws;
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
  CHECK_THROWS_WITH_AS((void)evaluate(bad, second.view()), doctest::Contains("reference: expected pairs * steps"),
                       ra::contract_error);
  CHECK_NOTHROW((void)ra::evaluate_categorical(ra::cpl{}, pairs, steps, bad, bad, ws));
  const std::vector<double> two{1, 1};
  CHECK_THROWS_WITH_AS((void)ra::evaluate_categorical(ra::cpl{}, pairs, steps, bad, bad, ws, two),
                       doctest::Contains("labels: expected one per pair"), ra::contract_error);
  CHECK_THROWS_WITH_AS((void)ra::evaluate_categorical(ra::cpl{}, pairs, steps, bad, bad, ws, {}, two),
                       doctest::Contains("gaps: expected one per pair"), ra::contract_error);
  bad = first.view();
  bad.d_logits = {first.logits.data(), rows, actions};
  bad.accumulates = false;
  CHECK_THROWS_WITH_AS((void)evaluate(bad, second.view()), doctest::Contains("d_logits: expected rows apart from the logits"),
                       ra::contract_error);
  bad = first.view();
  bad.logits = {first.logits.data(), rows - 1, actions};
  CHECK_THROWS_AS((void)evaluate(bad, second.view()), ra::contract_error);
  first.chosen[0] = actions;
  CHECK_THROWS_AS((void)evaluate(first.view(), second.view()), ra::contract_error);
}
#endif
