// SPDX-License-Identifier: MIT
#include <realign/nn/activation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace nn = realign::nn;

static_assert(nn::activation<nn::tanh>);
static_assert(nn::activation<nn::relu>);
static_assert(nn::activation<nn::identity>);
static_assert(!nn::activation<int>);

TEST_CASE_TEMPLATE("values", T, float, double) {
  const std::vector<T> z{T(-1e4), T(-2), T(-0.5), 0, T(1e-3), 1, T(1e4)};
  std::vector<T> y = z;
  nn::tanh::apply(std::span<T>(y));
  for (std::size_t i = 0; i < z.size(); ++i)
    CHECK(y[i] == doctest::Approx(std::tanh(z[i])).epsilon(sizeof(T) == 4 ? 1e-6 : 1e-14));
  CHECK(y.front() == T(-1));
  CHECK(y.back() == T(1));
  y = z;
  nn::relu::apply(std::span<T>(y));
  CHECK(y == std::vector<T>{0, 0, 0, 0, T(1e-3), 1, T(1e4)});
  y = z;
  nn::identity::apply(std::span<T>(y));
  CHECK(y == z);
}

TEST_CASE_TEMPLATE("slopes from the output", T, nn::tanh, nn::relu, nn::identity) {
  std::vector<double> y, above, below, dy;
  const double h = 1e-6;
  for (double z = -3.05; z < 3; z += 0.7) {
    y.push_back(z);
    above.push_back(z + h);
    below.push_back(z - h);
    dy.push_back(2);
  }
  T::apply(std::span<double>(y));
  T::apply(std::span<double>(above));
  T::apply(std::span<double>(below));
  T::backward(std::span<const double>(y), std::span<double>(dy));
  for (std::size_t i = 0; i < y.size(); ++i)
    CHECK(dy[i] == doctest::Approx(2 * (above[i] - below[i]) / (2 * h)).epsilon(1e-8));
}

TEST_CASE_TEMPLATE("a unit that is off passes nothing, not even infinity", T, float, double) {
  const std::vector<T> y{0, 1};
  std::vector<T> dy{realign::pos_infinity<T>(), 3};
  nn::relu::backward(std::span<const T>(y), std::span<T>(dy));
  CHECK(dy == std::vector<T>{0, 3});
}
