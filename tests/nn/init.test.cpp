// SPDX-License-Identifier: MIT
#include <realign/nn/init.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ra = realign;
namespace nn = realign::nn;

namespace {
template <class T>
std::vector<T> draw(std::uint64_t seed, double gain, std::size_t inputs, std::size_t outputs) {
  std::vector<T> w(inputs * outputs);
  ra::random_generator random(seed);
  nn::orthogonal(random, gain, inputs, outputs, std::span<T>(w));
  return w;
}
}  // namespace

TEST_CASE_TEMPLATE("the shorter side is orthonormal, times the gain", T, float, double) {
  const std::size_t shapes[][2] = {{5, 5}, {40, 7}, {3, 20}, {1, 4}, {4, 1}, {1, 1}};
  for (const auto& [inputs, outputs] : shapes) {
    const std::vector<T> w = draw<T>(11, 1.5, inputs, outputs);
    const bool tall = inputs >= outputs;
    const std::size_t n = tall ? inputs : outputs, k = tall ? outputs : inputs;
    const auto at = [&, outs = outputs](std::size_t i, std::size_t j) {
      return static_cast<double>(tall ? w[i * outs + j] : w[j * outs + i]);
    };
    for (std::size_t a = 0; a < k; ++a)
      for (std::size_t b = 0; b < k; ++b) {
        double product = 0;
        for (std::size_t i = 0; i < n; ++i) product += at(i, a) * at(i, b);
        CHECK(std::fabs(product - (a == b ? 2.25 : 0.0)) < (sizeof(T) == 4 ? 1e-6 : 1e-14));
      }
  }
}

TEST_CASE("the seed decides, the type does not") {
  const std::vector<double> w = draw<double>(1, 1, 6, 4);
  CHECK(w == draw<double>(1, 1, 6, 4));
  CHECK(w != draw<double>(2, 1, 6, 4));
  const std::vector<float> f = draw<float>(1, 1, 6, 4);
  for (std::size_t i = 0; i < w.size(); ++i) CHECK(f[i] == static_cast<float>(w[i]));
}

TEST_CASE("both signs are as likely") {
  // without the sign fix the one entry of a 1 x 1 matrix would always be the same
  int positive = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    positive += draw<double>(seed, 1, 1, 1)[0] > 0 ? 1 : 0;
  CHECK(positive > 150);
  CHECK(positive < 250);
}

TEST_CASE("wrong use") {
  std::vector<double> w(5);
  ra::random_generator random(1);
  CHECK_THROWS_AS(nn::orthogonal(random, 1.0, 2, 3, std::span<double>(w)), ra::contract_error);
  CHECK_THROWS_AS(nn::orthogonal(random, 1.0, 0, 3, std::span<double>{}), ra::contract_error);
  const double nan = ra::not_a_number<double>();
  CHECK_THROWS_AS(nn::orthogonal(random, nan, 5, 1, std::span<double>(w)), ra::contract_error);
}
