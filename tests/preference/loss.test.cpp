// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/cpl.hpp>
#include <realign/preference/loss.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace ra = realign;

namespace {

// Losses as a reader of a paper would add them.

/// Direct preference optimisation.
struct my_dpo {
  double beta = 0.1;
  ra::score score() const { return {ra::potential::log_ratio, ra::reduction::sum, beta}; }
  auto objective(const ra::preference_pair& p) const {
    return ra::pairwise<ra::link::logistic>{.link = {}, .gap = p.gap, .label = p.label};
  }
};

/// An objective with no margin and link: the logarithm of the sum of squares.
struct my_own {
  struct on_two {
    double operator()(std::span<const double> s, std::span<double> ds, double weight) const {
      const double q = 1 + s[0] * s[0] + s[1] * s[1];
      for (std::size_t k = 0; k < 2; ++k) ds[k] += weight * 2 * s[k] / q;
      return std::log(q);
    }
  };
  ra::score score() const { return {ra::potential::log_prob, ra::reduction::mean, 1.0}; }
  on_two objective(const ra::preference_pair&) const { return {}; }
  ra::nll regulariser() const { return {.weight = 0.2}; }
};

struct no_loss {
  ra::score score() const { return {ra::potential::log_prob, ra::reduction::mean, 1.0}; }
};

}  // namespace

static_assert(ra::preference_loss<my_dpo>);
static_assert(ra::preference_loss<my_own>);
static_assert(ra::preference_loss<ra::cpl>);
static_assert(!ra::preference_loss<no_loss>);
static_assert(ra::objective<ra::mean_over_pairs<my_dpo>>);

TEST_CASE("the mean over pairs is an objective on all scores") {
  const std::vector<double> s{0.4, -0.3, 1.2};
  const std::vector<ra::preference_pair> pairs{{0, 1}, {2, 0, 0.3, 0.1}, {1, 1, 1.0, 0.0}};
  std::vector<double> per_pair(3), margins(3), ds(3, 1.0);
  const my_dpo loss;
  const double found = ra::mean_over_pairs<my_dpo>{loss, pairs, per_pair, margins}(s, ds, 2.0);
  CHECK(found == doctest::Approx((per_pair[0] + per_pair[1] + per_pair[2]) / 3));
  CHECK(per_pair[0] == doctest::Approx(std::log1p(std::exp(-0.7))));
  CHECK(per_pair[2] == doctest::Approx(std::log(2.0)));
  CHECK(margins[0] == doctest::Approx(0.7));
  CHECK(margins[1] == doctest::Approx(0.7));  // 1.2 - 0.4 - gap
  // A segment beside itself cancels; the weights are shared out over the pairs.
  CHECK(ds[1] == doctest::Approx(1 + 2.0 / 3 / (1 + std::exp(0.7))));
}

TEST_CASE("optional members") {
  CHECK(ra::detail::regulariser_of(my_dpo{}).weight == 0.0);
  CHECK(ra::detail::regulariser_of(my_own{}).weight == 0.2);
  const double two[2] = {1.0, 0.4};
  CHECK(ra::detail::margin_of(my_own::on_two{}, two) == doctest::Approx(0.6));
  CHECK(ra::detail::margin_of(ra::cpl{.lambda = 0.5}.objective({0, 1}), two) ==
        doctest::Approx(0.8));
}
