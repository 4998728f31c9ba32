// SPDX-License-Identifier: MIT
#include <realign/nn/dense.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../policy/gradient_check.hpp"

namespace ra = realign;
namespace nn = realign::nn;

namespace {
template <class T>
nn::const_rows<T> batch(const std::vector<T>& x, std::size_t n) {
  return nn::as_rows(std::span<const T>(x), n, x.size() / n);
}
std::vector<double> normals(std::size_t n, std::uint64_t seed) {
  ra::random_generator random(seed);
  std::vector<double> x(n);
  for (double& v : x) v = ra::normal(random);
  return x;
}
double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
}  // namespace

TEST_CASE_TEMPLATE("values by hand", T, float, double) {
  const nn::dense<T> layer(2, 3);
  CHECK(layer.parameter_count() == 9);
  const std::vector<T> p{1, 2, 3, 4, 5, 6, T(0.5), 0, -1};
  const std::vector<T> x{1, 2, -1, 0};
  std::vector<T> y(6);
  layer.forward(std::span<const T>(p), batch(x, 2), nn::as_rows(std::span<T>(y), 2, 3));
  CHECK(y == std::vector<T>{T(9.5), 12, 14, T(-0.5), -2, -4});
  const std::vector<T> dy{1, 0, 2, 0, 1, 0};
  std::vector<T> gradient(9, T(1)), dx(4, T(1));
  layer.backward(batch(x, 2), batch(dy, 2), std::span<T>(gradient));
  CHECK(gradient == std::vector<T>{2, 0, 3, 3, 1, 5, 2, 2, 3});
  layer.backward_input(std::span<const T>(p), batch(dy, 2), nn::as_rows(std::span<T>(dx), 2, 2));
  CHECK(dx == std::vector<T>{8, 17, 3, 6});
}

TEST_CASE("gradients of parameters and input by differences, for several shapes") {
  const std::size_t shapes[][3] = {{1, 7, 3}, {5, 7, 3}, {33, 4, 1}, {4, 1, 5}};
  for (const auto& [b, in, out] : shapes) {
    const nn::dense<double> layer(in, out);
    std::vector<double> p = normals(layer.parameter_count(), 1), x = normals(b * in, 2), y(b * out);
    const std::vector<double> dy = normals(b * out, 3);
    const auto value = [&, n = b, outs = out] {
      layer.forward(std::span<const double>(p), batch(x, n),
                    nn::as_rows(std::span<double>(y), n, outs));
      return dot(y, dy);
    };
    std::vector<double> dp(p.size(), 0.0), dx(x.size(), 0.0);
    layer.backward(batch(x, b), batch(dy, b), std::span<double>(dp));
    layer.backward_input(std::span<const double>(p), batch(dy, b),
                         nn::as_rows(std::span<double>(dx), b, in));
    realign_tests::check_gradient(p, dp, value);
    realign_tests::check_gradient(x, dx, value);
  }
}

TEST_CASE_TEMPLATE("sparse input gives what dense input gives", T, float, double) {
  const std::size_t b = 6, in = 50, out = 9;
  ra::random_generator random(5);
  std::vector<T> x(b * in, T(0));
  for (std::size_t i = 0; i < 40; ++i)
    x[ra::uniform_index(random, 5 * in)] = static_cast<T>(ra::normal(random));
  const Eigen::SparseMatrix<T, Eigen::RowMajor> s =
      batch(x, b).sparseView();  // its last row is empty
  const nn::sparse_rows<T> sparse(s.rows(), s.cols(), s.nonZeros(), s.outerIndexPtr(),
                                  s.innerIndexPtr(), s.valuePtr());
  const nn::dense<T> layer(in, out);
  std::vector<T> p(layer.parameter_count()), dy(b * out), y1(b * out), y2(b * out), g1(p.size()),
      g2(p.size());
  for (T& v : p) v = static_cast<T>(ra::normal(random));
  for (T& v : dy) v = static_cast<T>(ra::normal(random));
  layer.forward(std::span<const T>(p), batch(x, b), nn::as_rows(std::span<T>(y1), b, out));
  layer.forward(std::span<const T>(p), sparse, nn::as_rows(std::span<T>(y2), b, out));
  layer.backward(batch(x, b), batch(dy, b), std::span<T>(g1));
  layer.backward(sparse, batch(dy, b), std::span<T>(g2));
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  for (std::size_t i = 0; i < y1.size(); ++i) CHECK(std::fabs(y1[i] - y2[i]) < tolerance);
  for (std::size_t i = 0; i < g1.size(); ++i) CHECK(std::fabs(g1[i] - g2[i]) < tolerance);
}

TEST_CASE_TEMPLATE("an empty batch", T, float, double) {
  const nn::dense<T> layer(2, 2);
  const std::vector<T> p(6, T(1)), none;
  std::vector<T> y, gradient(6, T(3));
  layer.forward(std::span<const T>(p), nn::as_rows(std::span<const T>(none), 0, 2),
                nn::as_rows(std::span<T>(y), 0, 2));
  layer.backward(nn::as_rows(std::span<const T>(none), 0, 2),
                 nn::as_rows(std::span<const T>(none), 0, 2), std::span<T>(gradient));
  CHECK(gradient == std::vector<T>(6, T(3)));
}

TEST_CASE("many rows: the bias gradient is summed in double") {
  const nn::dense<float> layer(1, 1);
  const std::size_t b = 1U << 22;
  const std::vector<float> x(b, 0.0F), dy(b, 0.1F);
  std::vector<float> gradient(2, 0.0F);
  layer.backward(batch(x, b), batch(dy, b), std::span<float>(gradient));
  CHECK(gradient[1] ==
        doctest::Approx(static_cast<double>(b) * static_cast<double>(0.1F)).epsilon(1e-7));
}

TEST_CASE("wrong use") {
  CHECK_THROWS_AS(nn::dense<double>(0, 1), ra::contract_error);
  const nn::dense<double> layer(2, 3);
  std::vector<double> p(9), x(4), y(6);
  const auto out = nn::as_rows(std::span<double>(y), 2, 3);
  const std::span<const double> five(p.data(), 5);
  CHECK_THROWS_AS(layer.forward(five, batch(x, 2), out), ra::contract_error);
  CHECK_THROWS_AS(layer.forward(std::span<const double>(p), batch(x, 1), out), ra::contract_error);
  CHECK_THROWS_AS(layer.forward(std::span<const double>(p), batch(p, 3), out), ra::contract_error);
  CHECK_THROWS_AS(layer.backward(batch(x, 2), batch(x, 2), std::span<double>(p)),
                  ra::contract_error);
  CHECK_THROWS_AS((void)nn::as_rows(std::span<double>(y), 2, 2), ra::contract_error);
}
