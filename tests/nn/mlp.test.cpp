// SPDX-License-Identifier: MIT
#include <realign/nn/mlp.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../policy/gradient_check.hpp"

namespace ra = realign;
namespace nn = realign::nn;

namespace {
template <class T>
std::vector<T> normals(std::size_t n, std::uint64_t seed) {
  ra::random_generator random(seed);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(ra::normal(random));
  return x;
}
template <class T>
nn::const_rows<T> batch(const std::vector<T>& x, std::size_t n) {
  return nn::as_rows(std::span<const T>(x), n, x.size() / n);
}
double dot(const nn::const_rows<double>& y, const std::vector<double>& dy) {
  double sum = 0;
  for (std::size_t i = 0; i < dy.size(); ++i) sum += y.data()[i] * dy[i];
  return sum;
}
}  // namespace

TEST_CASE_TEMPLATE("a small network by hand", T, float, double) {
  nn::mlp<T, nn::relu> net({1, 2, 1});
  const std::vector<T> p{1, -1, 0, 1, 2, 3, T(0.5)};  // hidden: relu(x), relu(1 - x)
  std::copy(p.begin(), p.end(), net.parameters().begin());
  nn::mlp_tape<T> tape;
  const std::vector<T> x{2, T(-1)};
  const auto y = net.forward(batch(x, 2), tape);
  REQUIRE(y.rows() == 2);
  CHECK(y(0, 0) == T(4.5));
  CHECK(y(1, 0) == T(6.5));
  CHECK(net.weight(1)[1] == T(3));
  CHECK(net.bias(0)[1] == T(1));
}

TEST_CASE_TEMPLATE("gradients by differences", F, nn::tanh, nn::relu, nn::identity) {
  const std::vector<std::vector<std::size_t>> shapes{{4, 3}, {3, 8, 2}, {5, 6, 7, 1}};
  for (const auto& widths : shapes) {
    for (const std::size_t b : {std::size_t{1}, std::size_t{9}}) {
      nn::mlp<double, F> net(widths);
      net.initialize(ra::random_generator(3));
      for (std::size_t k = 0; k < net.layer_count(); ++k) {
        const auto noise = normals<double>(net.bias(k).size(), 40 + k);
        std::copy(noise.begin(), noise.end(), net.bias(k).begin());
      }
      auto x = normals<double>(b * widths.front(), 4);
      const auto dy = normals<double>(b * widths.back(), 5);
      nn::mlp_tape<double> tape;
      const auto value = [&] { return dot(net.forward(batch(x, b), tape), dy); };
      std::vector<double> dp(net.parameters().size(), 0.0), dx(x.size(), 0.0);
      value();
      net.backward(batch(x, b), tape, batch(dy, b), dp,
                   nn::as_rows(std::span<double>(dx), b, widths.front()));
      realign_tests::check_gradient(net.parameters(), dp, value);
      realign_tests::check_gradient(x, dx, value);
      std::vector<double> again(dp);
      value();
      net.backward(batch(x, b), tape, batch(dy, b), again);
      for (std::size_t i = 0; i < dp.size(); ++i) CHECK(again[i] == doctest::Approx(2 * dp[i]));
    }
  }
}

TEST_CASE("gradients by differences for sparse input") {
  Eigen::SparseMatrix<double, Eigen::RowMajor> s(3, 12);
  s.insert(0, 1) = 0.5;
  s.insert(0, 7) = -1.5;
  s.insert(2, 0) = 1;
  s.insert(2, 7) = 2;
  s.insert(2, 11) = -0.25;
  s.makeCompressed();
  const nn::sparse_rows<double> x(3, 12, 5, s.outerIndexPtr(), s.innerIndexPtr(), s.valuePtr());
  nn::mlp<double> net({12, 5, 2});
  net.initialize(ra::random_generator(8));
  const auto dy = normals<double>(6, 9);
  nn::mlp_tape<double> tape;
  const auto value = [&] { return dot(net.forward(x, tape), dy); };
  std::vector<double> dp(net.parameters().size(), 0.0);
  value();
  net.backward(x, tape, batch(dy, 3), dp);
  realign_tests::check_gradient(net.parameters(), dp, value);
}

TEST_CASE_TEMPLATE("a batch gives what its rows give, and a tape can be reused", T, float, double) {
  nn::mlp<T> net({6, 16, 16, 3});
  net.initialize(ra::random_generator(1));
  const auto x = normals<T>(10 * 6, 2);
  nn::mlp_tape<T> tape;
  const auto y = net.forward(batch(x, 10), tape);
  const std::vector<T> all(y.data(), y.data() + y.size());
  for (std::size_t i = 0; i < 10; ++i) {
    const std::span<const T> row(x.data() + 6 * i, 6);
    const auto one = net.forward(nn::as_rows(row, 1, 6), tape);
    for (std::size_t a = 0; a < 3; ++a)
      CHECK(std::fabs(one.data()[a] - all[3 * i + a]) < (sizeof(T) == 4 ? 1e-5 : 1e-14));
  }
}

TEST_CASE_TEMPLATE("initialisation: seeded, zero biases, gains, tail untouched", T, float, double) {
  nn::mlp<T> a({4, 4, 4}, 2), b({4, 4, 4}, 2);
  a.tail()[1] = T(7);
  a.initialize(ra::random_generator(5), {.hidden = 2, .last = 0.01});
  b.initialize(ra::random_generator(5));
  CHECK(a.tail()[1] == T(7));
  CHECK(a.parameters().size() == 2 * 20 + 2);
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(a.weight(0)[i] == doctest::Approx(2 * b.weight(0)[i]));
    CHECK(a.weight(1)[i] == doctest::Approx(0.01 * b.weight(1)[i]));
  }
  for (const T v : a.bias(0)) CHECK(v == T(0));
  double norm = 0;
  for (std::size_t i = 0; i < 16; ++i)
    norm += static_cast<double>(b.weight(0)[i]) * static_cast<double>(b.weight(0)[i]);
  CHECK(norm == doctest::Approx(4 * 25.0 / 9));
}

TEST_CASE_TEMPLATE("large inputs stay finite", T, float, double) {
  nn::mlp<T> net({2, 8, 1});
  net.initialize(ra::random_generator(5));
  nn::mlp_tape<T> tape;
  const std::vector<T> x{T(1e4), T(-1e4)}, dy{1};
  const auto y = net.forward(batch(x, 1), tape);
  CHECK(ra::is_finite(y(0, 0)));
  std::vector<T> gradient(net.parameters().size(), T(0));
  net.backward(batch(x, 1), tape, batch(dy, 1), gradient);
  for (const T& g : gradient) CHECK(ra::is_finite(g));
}

TEST_CASE("wrong use") {
  CHECK_THROWS_AS(nn::mlp<double>({3}), ra::contract_error);
  CHECK_THROWS_AS(nn::mlp<double>({3, 0, 1}), ra::contract_error);
  const nn::mlp<double> net({2, 3, 1});
  nn::mlp_tape<double> tape;
  const std::vector<double> x(4), dy(2), three(3);
  std::vector<double> gradient(net.parameters().size());
  CHECK_THROWS_AS(net.forward(batch(three, 1), tape), ra::contract_error);
  net.forward(batch(x, 2), tape);
  CHECK_THROWS_AS(net.backward(batch(x, 2), tape, batch(three, 3), gradient), ra::contract_error);
  CHECK_THROWS_AS(net.backward(batch(dy, 1), tape, batch(dy, 1), gradient), ra::contract_error);
  gradient.pop_back();
  CHECK_THROWS_AS(net.backward(batch(x, 2), tape, batch(dy, 2), gradient), ra::contract_error);
}

TEST_CASE("batches that could be written are read as well") {
  ra::nn::mlp<float> net({3, 2});
  net.initialize(ra::random_generator(3));
  ra::nn::mlp<float>::tape tape;
  std::vector<float> x{1, 2, 3}, dy{1, -1}, g(8), h(8);
  const std::span<const float> cx(x), cdy(dy);
  (void)net.forward(ra::nn::as_rows(std::span(x), 1, 3), tape);
  net.backward(ra::nn::as_rows(std::span(x), 1, 3), tape, ra::nn::as_rows(std::span(dy), 1, 2), std::span(g));
  (void)net.forward(ra::nn::as_rows(cx, 1, 3), tape);
  net.backward(ra::nn::as_rows(cx, 1, 3), tape, ra::nn::as_rows(cdy, 1, 2), std::span(h));
  CHECK(g == h);
}
