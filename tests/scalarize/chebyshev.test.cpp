// SPDX-License-Identifier: MIT
#include <realign/scalarize/chebyshev.hpp>

#include <doctest/doctest.h>

#include "duality.hpp"

namespace ra = realign;
namespace s = realign::scalarize;
using realign_tests::gradient_of;
using realign_tests::numbers;

TEST_CASE("the worst weighted shortfall") {
  const numbers x{-0.2, -0.7, -0.45}, w{0.5, 0.3, 0.2};
  CHECK(s::chebyshev{{}, 0}.value(x, w) == doctest::Approx(-0.21));
  CHECK(gradient_of(s::chebyshev{{}, 0}, x, w) == numbers{0, 0.3, 0});
  const s::chebyshev f{{}, 0.05};
  CHECK(f.value(x, w) == doctest::Approx(-0.23));
  const numbers g = gradient_of(f, x, w);
  CHECK(g[0] == doctest::Approx(0.025));
  CHECK(g[1] == doctest::Approx(0.315));
  CHECK(g[2] == doctest::Approx(0.01));
}

TEST_CASE("ties go to the first, objectives of weight zero are ignored") {
  CHECK(gradient_of(s::chebyshev{{}, 0}, {-1, -1}, {0.5, 0.5}) == numbers{0.5, 0});
  const double never = ra::neg_infinity<double>();
  CHECK(s::chebyshev{{}, 0.1}.value(numbers{never, 3}, numbers{0, 1}) == doctest::Approx(3.3));
  CHECK(gradient_of(s::chebyshev{{}, 0}, {-9, 3}, {0, 1}) == numbers{0, 1});
  CHECK(s::chebyshev{{}, 0}.value(numbers{}, numbers{}) == 0.0);
}

TEST_CASE("by default measured from the best that is on offer") {
  CHECK(s::chebyshev{}.anchored_at().where() == s::anchor::kind::best);
  CHECK(s::chebyshev{}.value(numbers{-1, -3}, numbers{0.5, 0.5}) == -1.5);  // no augmentation
  CHECK(s::maxmin{}.anchored_at().fixed());
}

TEST_CASE("a bad augmentation is refused") {
  for (const double rho : {-0.1, ra::not_a_number<double>(), ra::pos_infinity<double>()})
    CHECK_THROWS_AS((void)(s::chebyshev{{}, rho}.anchored_at()), ra::contract_error);
}

TEST_CASE("gradients, concavity and prices") {
  for (const double rho : {0.0, 0.05, 2.0})
    realign_tests::check_scalarization(s::chebyshev{{}, rho}, -3, 3);
  realign_tests::check_scalarization(s::maxmin{}, -3, 3);
  CHECK(s::chebyshev{}.domain() == s::price_domain::simplex);
}

TEST_CASE("max-min looks at the worst objective, whatever the weights") {
  const numbers x{0.8, 0.3, 0.55};
  CHECK(s::maxmin{}.value(x, numbers{0.5, 0, 0.5}) == 0.3);
  CHECK(gradient_of(s::maxmin{}, x, {1, 1, 1}) == numbers{0, 1, 0});
  CHECK(gradient_of(s::maxmin{}, {0.2, 0.2, 0.9}, {1, 1, 1}) == numbers{1, 0, 0});
  CHECK(gradient_of(s::maxmin{}, {}, {}).empty());
  CHECK(s::maxmin{}.value(numbers{}, numbers{}) == 0.0);
}
