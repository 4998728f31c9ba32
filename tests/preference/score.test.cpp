// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/score.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "owned_batch.hpp"

namespace ra = realign;
using ra::potential;
using ra::reduction;
using realign_tests::near;

// loss name dropped, default used: a score has no default.
static_assert(!std::default_initializable<ra::score>);

namespace {
template <class T>
struct one_segment {
  std::vector<T> l, r, dl;
  std::vector<unsigned char> m;

  explicit one_segment(std::vector<T> log_probs, std::vector<T> reference = {},
                       std::vector<unsigned char> mask = {})
      : l(std::move(log_probs)), r(std::move(reference)), dl(l.size(), T(0)), m(std::move(mask)) {}
  ra::segment<T> view() const {
    return {{l.data(), l.size()}, {r.data(), r.size()}, {m.data(), m.size()}};
  }
  ra::vector_view<T> gradient() { return {dl.data(), dl.size()}; }
};
}  // namespace

TEST_CASE_TEMPLATE("hand values of every form", T, float, double) {
  one_segment<T> s({-1, -2, -3}, {T(-0.5), -1, -4}, {1, 0, 1});
  const auto v = s.view();
  CHECK(near<T>(ra::score(potential::log_prob, reduction::sum, 0.1).forward(v), -0.4));
  CHECK(near<T>(ra::score(potential::log_ratio, reduction::sum, 0.1).forward(v), 0.05));
  CHECK(near<T>(ra::score(potential::log_prob, reduction::mean, 2.0).forward(v), -4.0));
  // Time passes in the hole: the third step is discounted twice.
  const ra::score discounted(potential::log_prob, reduction::sum, 1.0, 0.5);
  CHECK(near<T>(discounted.forward(v), -1.75));
  discounted.backward(v, 2.0, s.gradient());
  CHECK(s.dl == std::vector<T>{2, 0, T(0.5)});
  discounted.backward(v, 2.0, s.gradient());
  CHECK(s.dl == std::vector<T>{4, 0, 1});
  // and so are steps behind a hole at the beginning
  one_segment<T> late({-1, -2, -4}, {}, {0, 1, 1});
  CHECK(near<T>(discounted.forward(late.view()), -2));
  discounted.backward(late.view(), 2.0, late.gradient());
  CHECK(late.dl == std::vector<T>{0, 1, T(0.5)});
}

TEST_CASE_TEMPLATE("backward is the adjoint of forward", T, float, double) {
  ra::random_generator g(3);
  for (const potential phi : {potential::log_prob, potential::log_ratio})
    for (const reduction reduce : {reduction::sum, reduction::mean})
      for (const double gamma : {1.0, 0.9, 0.0}) {
        const ra::score map(phi, reduce, 0.7, gamma);
        auto b = realign_tests::random_batch<T>(g, 2);
        const auto batch = b.view();
        const ra::segment<T>& s = batch.segments[0];
        std::vector<T> dl(s.size(), T(0));
        map.backward(s, 1.5, ra::vector_view<T>(dl.data(), dl.size()));
        // Linear, so <dl, phi> = 1.5 * score.
        double product = 0;
        for (std::size_t t = 0; t < dl.size(); ++t)
          product += static_cast<double>(dl[t]) *
                     (static_cast<double>(s.log_probs[t]) -
                      (phi == potential::log_ratio ? static_cast<double>(s.reference[t]) : 0.0));
        CHECK(near<T>(product, 1.5 * map.forward(s)));
      }
}

TEST_CASE_TEMPLATE("mask multiplied, 0 * inf = NaN: masked steps are never read", T, float,
                   double) {
  const T bad[] = {ra::not_a_number<T>(), ra::pos_infinity<T>(), ra::neg_infinity<T>(),
                   (std::numeric_limits<T>::max)()};
  for (const T& x : bad)
    for (const potential phi : {potential::log_prob, potential::log_ratio})
      for (const reduction reduce : {reduction::sum, reduction::mean}) {
        one_segment<T> s({-1, x, -2}, {-2, x, -2}, {1, 0, 1});
        const ra::score map(phi, reduce, 1.0);
        const double expected =
            (phi == potential::log_prob ? -3.0 : 1.0) / (reduce == reduction::mean ? 2.0 : 1.0);
        CHECK(map.forward(s.view()) == expected);
        CHECK_FALSE(map.reads_nan(s.view()));
        map.backward(s.view(), 1.0, s.gradient());
        CHECK(s.dl[1] == T(0));
        CHECK(s.dl[0] > T(0));
      }
}

TEST_CASE_TEMPLATE("steps of weight zero are never read", T, float, double) {
  const T down = ra::neg_infinity<T>();
  one_segment<T> s({-1, down, -2});
  const ra::score now(potential::log_prob, reduction::sum, 2.0, 0.0);  // gamma = 0, 0^0 = 1
  CHECK(now.forward(s.view()) == -2.0);
  now.backward(s.view(), 1.0, s.gradient());
  CHECK(s.dl == std::vector<T>{2, 0, 0});
  const ra::score off(potential::log_prob, reduction::sum, 0.0);
  CHECK(off.forward(s.view()) == 0.0);
  off.backward(s.view(), 1.0, s.gradient());
  CHECK(s.dl == std::vector<T>{2, 0, 0});
}

TEST_CASE_TEMPLATE("weights that wear off do so from the first step that exists", T, float, double) {
  const ra::score map(potential::log_prob, reduction::sum, 1.0, 0.5);
  const auto with = [&](const T& at_1900, std::size_t masked) {
    std::vector<T> l(2000, T(-1));
    std::vector<unsigned char> mask(2000, 1);
    l[1900] = at_1900;
    std::fill_n(mask.begin(), masked, static_cast<unsigned char>(0));
    return one_segment<T>(l, {}, mask);
  };
  for (const T& bad : {ra::neg_infinity<T>(), ra::not_a_number<T>()}) {
    auto whole = with(bad, 0), late = with(bad, 1000), gone = with(bad, 1100);
    CHECK(map.forward(whole.view()) == -2.0);
    CHECK_FALSE(map.reads_nan(whole.view()));
    CHECK(ra::is_nan(bad) == map.reads_nan(late.view()));
    const double read = map.forward(late.view());
    CHECK((ra::is_nan(bad) ? ra::is_nan(read) : ra::is_neg_inf(read)));
    CHECK(map.forward(gone.view()) == 0.0);  // 2^-1100 is 0 already
    CHECK_FALSE(map.reads_nan(gone.view()));
  }
}

TEST_CASE_TEMPLATE("division by empty mask: an empty segment scores 0, without gradient", T, float,
                   double) {
  const T nan = ra::not_a_number<T>();
  for (const reduction reduce : {reduction::sum, reduction::mean}) {
    const ra::score map(potential::log_prob, reduce, 2.0);
    one_segment<T> masked({nan, nan}, {}, {0, 0});
    CHECK(map.forward(masked.view()) == 0.0);
    map.backward(masked.view(), 1.0, masked.gradient());
    CHECK(masked.dl == std::vector<T>{0, 0});
    CHECK(map.forward(ra::segment<T>{}) == 0.0);
  }
}

TEST_CASE_TEMPLATE("impossible actions", T, float, double) {
  const T down = ra::neg_infinity<T>();
  const ra::score plain(potential::log_prob, reduction::sum, 0.5);
  const ra::score ratio(potential::log_ratio, reduction::sum, 0.5);
  one_segment<T> policy_only({-1, down}, {-1, -1}), reference_only({-1, -1}, {-1, down}),
      both({-1, down}, {-1, down});
  CHECK(ra::is_neg_inf(plain.forward(policy_only.view())));
  CHECK(ra::is_neg_inf(ratio.forward(policy_only.view())));
  CHECK(ra::is_pos_inf(ratio.forward(reference_only.view())));
  CHECK(ra::is_nan(ratio.forward(both.view())));
  CHECK_FALSE(ratio.reads_nan(both.view()));  // undefined, but nothing went wrong before
  plain.backward(policy_only.view(), 1.0, policy_only.gradient());
  CHECK(policy_only.dl == std::vector<T>{T(0.5), T(0.5)});
}

TEST_CASE_TEMPLATE("NaN at a step that counts is found", T, float, double) {
  const T nan = ra::not_a_number<T>();
  const ra::score map(potential::log_ratio, reduction::sum, 1.0);
  CHECK(map.reads_nan(one_segment<T>({-1, nan}, {-1, -1}).view()));
  CHECK(map.reads_nan(one_segment<T>({-1, -1}, {-1, nan}).view()));
  CHECK_FALSE(map.reads_nan(one_segment<T>({-1, -1}, {-1, -1}).view()));
  CHECK(ra::is_nan(map.forward(one_segment<T>({-1, nan}, {-1, -1}).view())));
}

TEST_CASE("log-ratios are formed step by step: long float segments keep their digits") {
  const std::size_t n = 20000;
  std::vector<float> l(n), r(n);
  double exact = 0;
  ra::random_generator g(5);
  for (std::size_t t = 0; t < n; ++t) {
    r[t] = static_cast<float>(-5 * ra::uniform(g));
    l[t] = r[t] + static_cast<float>(1e-4 * ra::normal(g));
    exact += static_cast<double>(l[t]) - static_cast<double>(r[t]);
  }
  const one_segment<float> s(l, r);
  CHECK(ra::score(potential::log_ratio, reduction::sum, 1.0).forward(s.view()) ==
        doctest::Approx(exact).epsilon(1e-9));
}

TEST_CASE_TEMPLATE("left padding equals right padding when gamma is 1", T, float, double) {
  const T nan = ra::not_a_number<T>();
  const one_segment<T> left({nan, nan, -1, -3}, {}, {0, 0, 1, 1});
  const one_segment<T> right({-1, -3, nan, nan}, {}, {1, 1, 0, 0});
  for (const reduction reduce : {reduction::sum, reduction::mean}) {
    const ra::score map(potential::log_prob, reduce, 0.3);
    CHECK(map.forward(left.view()) == map.forward(right.view()));
  }
  // With a discount they differ: the exponent is the position.
  const ra::score map(potential::log_prob, reduction::sum, 1.0, 0.5);
  CHECK(map.forward(left.view()) != map.forward(right.view()));
}

TEST_CASE_TEMPLATE("time-major arrays", T, float, double) {
  const std::vector<T> by_time{-1, -10, -2, -20, -3, -30};
  std::vector<T> dl(6, T(0));
  const ra::segment<T> s{.log_probs = {by_time.data() + 1, 3, 2}};
  const ra::score map(potential::log_prob, reduction::sum, 1.0);
  CHECK(map.forward(s) == -60.0);
  map.backward(s, 1.0, ra::vector_view<T>(dl.data() + 1, 3, 2));
  CHECK(dl == std::vector<T>{0, 1, 0, 1, 0, 1});
}

#if REALIGN_EXCEPTIONS
TEST_CASE("parameters out of range are contract errors") {
  const double nan = ra::not_a_number<double>();
  const auto make = [](double scale, double gamma) {
    return ra::score(potential::log_prob, reduction::sum, scale, gamma);
  };
  CHECK_THROWS_AS(make(-0.1, 1.0), ra::contract_error);
  CHECK_THROWS_AS(make(nan, 1.0), ra::contract_error);
  CHECK_THROWS_AS(make(ra::pos_infinity<double>(), 1.0), ra::contract_error);
  CHECK_THROWS_AS(make(0.1, 1.1), ra::contract_error);
  CHECK_THROWS_AS(make(0.1, -0.1), ra::contract_error);
  CHECK_THROWS_AS(make(0.1, nan), ra::contract_error);
}
#endif
