// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/aggregate.hpp>

#include <cmath>
#include <vector>

namespace ra = realign;

static_assert(ra::objective<ra::chebyshev_objective>);
static_assert(ra::objective<ra::smooth_chebyshev_objective>);

namespace {
const std::vector<double> losses{1.0, 2.0, 4.0}, weights{0.5, 0.3, 0.2}, ideal{0.0, 0.5, 1.0};
}

TEST_CASE("the largest weighted regret, and its gradient on the maximiser alone") {
  std::vector<double> d(3, 1.0);
  CHECK(ra::chebyshev_objective{weights, ideal}(losses, d, 2.0) == doctest::Approx(0.6));
  CHECK(d == std::vector<double>{1.0, 1.0, 1.0 + 2 * 0.2});
  CHECK(ra::chebyshev_objective{weights, {}}(losses, d) == doctest::Approx(0.8));
}

TEST_CASE("ties go to the first") {
  const std::vector<double> same{1.0, 1.0}, half{0.5, 0.5};
  std::vector<double> d(2, 0.0);
  CHECK(ra::chebyshev_objective{half, {}}(same, d) == 0.5);
  CHECK(d == std::vector<double>{0.5, 0.0});
}

TEST_CASE("the smooth form is above by at most mu log n, with the gradient of its value") {
  for (const double mu : {1.0, 0.1, 1e-4}) {
    const ra::smooth_chebyshev_objective smooth{{weights, ideal}, mu};
    std::vector<double> d(3, 0.0), unused(3, 0.0), x = losses;
    const double value = smooth(x, d);
    CHECK(value >= 0.6);
    CHECK(value <= 0.6 + mu * std::log(3.0) + 1e-15);
    for (std::size_t i = 0; i < 3; ++i) {
      const double h = 1e-6;
      x[i] = losses[i] + h;
      const double up = smooth(x, unused);
      x[i] = losses[i] - h;
      const double down = smooth(x, unused);
      x[i] = losses[i];
      CHECK(d[i] == doctest::Approx((up - down) / (2 * h)).epsilon(1e-6));
    }
  }
  const std::vector<double> huge{1e6, 2e6, -1e6};
  std::vector<double> d(3, 0.0);
  CHECK(ra::smooth_chebyshev_objective{{weights, {}}, 0.1}(huge, d) == doctest::Approx(6e5));
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong shapes and weights are contract errors") {
  std::vector<double> d(3, 0.0);
  const std::vector<double> two{1, 1}, negative{1, -1, 1};
  CHECK_THROWS_AS((ra::chebyshev_objective{two, {}}(losses, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::chebyshev_objective{weights, two}(losses, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::chebyshev_objective{negative, {}}(losses, d)), ra::contract_error);
  CHECK_THROWS_AS((ra::smooth_chebyshev_objective{{weights, {}}, 0.0}(losses, d)),
                  ra::contract_error);
}
#endif
