// SPDX-License-Identifier: MIT
#include <realign/nn/sparse_vector.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace ra = realign;
namespace nn = realign::nn;

TEST_CASE_TEMPLATE("entries are sorted and added; sums that vanish go", T, float, double) {
  const auto x = nn::collect<T>({{7, 1.0}, {2, 0.5}, {7, -0.25}, {3, 2.0}, {3, -2.0}});
  CHECK(x == nn::sparse_vector<T>{{2, 7}, {T(0.5), T(0.75)}});
  CHECK(nn::collect<T>({}).empty());
  CHECK(nn::collect<T>({{1, 1.0}, {1, -1.0}}).empty());
}

TEST_CASE_TEMPLATE("normalising", T, float, double) {
  nn::sparse_vector<T> x{{0, 1}, {3, -4}}, none;
  nn::normalize(x);
  CHECK(x.values[0] == doctest::Approx(0.6));
  CHECK(x.values[1] == doctest::Approx(-0.8));
  nn::normalize(none);
  CHECK(none.empty());
}

TEST_CASE_TEMPLATE("what a valid vector is", T, float, double) {
  using vector = nn::sparse_vector<T>;
  nn::expect_valid(vector{}, 1);
  nn::expect_valid(vector{{0, 4}, {1, 2}}, 5);
  CHECK_THROWS_AS(nn::expect_valid(vector{{0, 5}, {1, 2}}, 5), ra::contract_error);
  CHECK_THROWS_AS(nn::expect_valid(vector{{-1}, {1}}, 5), ra::contract_error);
  CHECK_THROWS_AS(nn::expect_valid(vector{{2, 2}, {1, 2}}, 5), ra::contract_error);
  CHECK_THROWS_AS(nn::expect_valid(vector{{2, 1}, {1, 2}}, 5), ra::contract_error);
  CHECK_THROWS_AS(nn::expect_valid(vector{{2}, {1, 2}}, 5), ra::contract_error);
  const T nan = ra::not_a_number<T>();
  CHECK_THROWS_WITH_AS(nn::expect_valid(vector{{2}, {nan}}, 5),
                       doctest::Contains("finite values, got"), ra::contract_error);
}

TEST_CASE("lengths whose squares are beyond the range") {
  for (const double size : {1e200, 1e-200, 1e308, 1e-300}) {
    ra::nn::sparse_vector<double> x{{0, 3}, {3 * (size / 4), size}};
    ra::nn::normalize(x);
    CHECK(x.values[0] == doctest::Approx(0.6));
    CHECK(x.values[1] == doctest::Approx(0.8));
  }
  ra::nn::sparse_vector<double> zero{{0, 1}, {0, 0}};
  ra::nn::normalize(zero);
  CHECK(zero.values == std::vector<double>{0, 0});
}
