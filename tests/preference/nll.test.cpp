// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/nll.hpp>

#include <span>
#include <vector>

#include "owned_batch.hpp"

namespace ra = realign;
using ra::nll_mean;
using ra::sides;

namespace {
template <class T>
std::vector<double> coefficients(const ra::nll& term, const ra::preference_batch<T>& batch) {
  std::vector<double> c(batch.segments.size(), 99.0);
  term.coefficients(batch.segments, batch.pairs, c);
  return c;
}

/// Segments of 2, 3, 1 and 0 existing steps.
template <class T>
realign_tests::owned_batch<T> four() {
  realign_tests::owned_batch<T> b;
  b.add({-1, -2}, {}, {1, 1});
  b.add({-1, -2, -3, -4}, {}, {1, 0, 1, 1});
  b.add({-5}, {}, {});
  b.add({-6}, {}, {0});
  return b;
}
}  // namespace

TEST_CASE_TEMPLATE("mean over all steps of the batch", T, float, double) {
  auto b = four<T>();
  b.pairs = {{0, 1, 1.0, 0.0}, {0, 2, 0.0, 0.0}};
  // Segment 0 takes part twice: 2 + 3 + 2 + 1 steps.
  const auto both = coefficients<T>({.weight = 1.6}, b.view());
  CHECK(both[0] == doctest::Approx(-0.4));
  CHECK(both[1] == doctest::Approx(-0.2));
  CHECK(both[2] == doctest::Approx(-0.2));
  CHECK(both[3] == 0.0);
  // Preferred: 0 in the first pair, 2 in the second.
  const auto preferred = coefficients<T>({.weight = 3.0, .data = sides::preferred}, b.view());
  CHECK(preferred[0] == doctest::Approx(-1.0));
  CHECK(preferred[1] == 0.0);
  CHECK(preferred[2] == doctest::Approx(-1.0));
}

TEST_CASE_TEMPLATE("a tie prefers both sides", T, float, double) {
  auto b = four<T>();
  b.pairs = {{0, 1, 0.5, 0.0}};
  const auto c = coefficients<T>({.weight = 5.0, .data = sides::preferred}, b.view());
  CHECK(c[0] == doctest::Approx(-1.0));
  CHECK(c[1] == doctest::Approx(-1.0));
}

TEST_CASE_TEMPLATE("three means that are all called NLL", T, float, double) {
  auto b = four<T>();
  b.pairs = {{0, 2, 1.0, 0.0}, {1, 2, 1.0, 0.0}};
  const auto batch = b.view();
  const auto steps = coefficients<T>({1.0, sides::preferred, nll_mean::batch_steps}, batch);
  const auto sum = coefficients<T>({1.0, sides::preferred, nll_mean::segment_sum}, batch);
  const auto mean = coefficients<T>({1.0, sides::preferred, nll_mean::segment_steps}, batch);
  CHECK(steps[1] == doctest::Approx(-0.2));
  CHECK(sum[1] == doctest::Approx(-0.5));
  CHECK(mean[1] == doctest::Approx(-1.0 / 6));
  CHECK(mean[0] == doctest::Approx(-0.25));
}

TEST_CASE_TEMPLATE("the shares of the pairs add up to the whole", T, float, double) {
  ra::random_generator g(4);
  for (const nll_mean mean : {nll_mean::segment_sum, nll_mean::segment_steps}) {
    auto b = realign_tests::random_batch<T>(g);
    const auto batch = b.view();
    const ra::nll term{0.7, sides::preferred, mean};
    std::vector<double> s(batch.segments.size());
    for (std::size_t k = 0; k < s.size(); ++k) s[k] = ra::nll::score().forward(batch.segments[k]);
    double whole = 0, shares = 0;
    const auto c = coefficients<T>(term, batch);
    for (std::size_t k = 0; k < s.size(); ++k) whole += c[k] * s[k];
    for (const auto& p : batch.pairs)
      shares += term.of_pair(p, batch.segments, std::span<const double>(s));
    CHECK(whole == doctest::Approx(shares / static_cast<double>(batch.pairs.size())));
    CHECK(whole > 0.1);
    CHECK(ra::nll{.weight = 0.7}.of_pair(batch.pairs[0], batch.segments,
                                         std::span<const double>(s)) == 0.0);
  }
}

TEST_CASE_TEMPLATE("no steps, no division", T, float, double) {
  auto b = four<T>();
  b.pairs = {{3, 3, 1.0, 0.0}};
  for (const nll_mean mean :
       {nll_mean::batch_steps, nll_mean::segment_sum, nll_mean::segment_steps})
    CHECK(coefficients<T>({1.0, sides::both, mean}, b.view())[3] == 0.0);
}

TEST_CASE("log-likelihood normalised twice: the term has a score of its own") {
  CHECK(ra::nll::score().reduce() == ra::reduction::sum);
  CHECK(ra::nll::score().scale() == 1.0);
  CHECK(ra::nll::score().gamma() == 1.0);
  CHECK_FALSE(ra::nll::score().needs_reference());
}

#if REALIGN_EXCEPTIONS
TEST_CASE("a bad weight is a contract error") {
  CHECK_THROWS_AS(ra::nll{.weight = -1.0}.validate(), ra::contract_error);
  CHECK_THROWS_AS(ra::nll{.weight = ra::pos_infinity<double>()}.validate(), ra::contract_error);
}
#endif
