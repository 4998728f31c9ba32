// SPDX-License-Identifier: MIT
// The products of a batch on every instruction set, against the scalar reference.
#include <realign/simd/gemm.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <realign/core/random.hpp>

#include "every_isa.hpp"

namespace {

namespace ra = realign;
namespace simd = ra::simd;
using realign_tests::on_every_isa;

constexpr std::array nonlinearities{simd::nonlinearity::identity, simd::nonlinearity::tanh, simd::nonlinearity::relu};

/// A matrix whose rows lie further apart than they are long, and begin one number after an aligned address.
template <class T>
struct matrix {
  std::size_t rows, cols, stride;
  std::vector<T> numbers;

  matrix(ra::random_generator& g, std::size_t r, std::size_t c, std::size_t gap)
      : rows(r), cols(c), stride(c + gap), numbers(1 + r * stride) {
    for (T& x : numbers) x = static_cast<T>(ra::normal(g));
  }
  [[nodiscard]] ra::matrix_view<T> view() {
    return {numbers.data() + 1, rows, cols, static_cast<std::ptrdiff_t>(stride), 1};
  }
  [[nodiscard]] ra::matrix_view<const T> in() const {
    return {numbers.data() + 1, rows, cols, static_cast<std::ptrdiff_t>(stride), 1};
  }
};

/// Equal to rounding where the matrix is, and to the bit beside it.
template <class T>
void check_same(const matrix<T>& got, const matrix<T>& expected, std::size_t products) {
  // as many roundings as products, each of a partial sum of normal numbers, which is a few times their root
  const double tolerance =
      static_cast<double>(std::numeric_limits<T>::epsilon()) * 4 * (4 + static_cast<double>(products));
  double worst = 0;
  bool untouched = true;
  for (std::size_t i = 0; i < got.numbers.size(); ++i) {
    const bool inside = i > 0 && (i - 1) % got.stride < got.cols;
    const double d = std::fabs(static_cast<double>(got.numbers[i]) - static_cast<double>(expected.numbers[i]));
    if (inside)
      worst = d <= worst ? worst : d;
    else
      untouched = untouched && got.numbers[i] == expected.numbers[i];
  }
  CHECK(worst <= tolerance);
  CHECK(untouched);
}

/// Every product of one layer and batch.
template <class T>
void check_products(std::size_t batch, std::size_t inputs, std::size_t outputs, std::size_t gap) {
  CAPTURE(batch);
  CAPTURE(inputs);
  CAPTURE(outputs);
  CAPTURE(gap);
  ra::random_generator g(5);
  const matrix<T> x(g, batch, inputs, gap), w(g, inputs, outputs, gap), y(g, batch, outputs, gap), b(g, 1, outputs, 0);
  const ra::vector_view<const T> bias = b.in().row(0);
  for (const simd::nonlinearity f : nonlinearities) {
    matrix<T> got = y, expected = y;
    simd::affine(x.in(), w.in(), bias, f, got.view());
    simd::reference::affine(x.in(), w.in(), bias, f, expected.view());
    check_same(got, expected, inputs);
  }
  {
    matrix<T> got = w, expected = w;
    simd::add_transpose_times(x.in(), y.in(), got.view());
    simd::reference::add_transpose_times(x.in(), y.in(), expected.view());
    check_same(got, expected, batch);
  }
  for (const bool add : {false, true}) {
    matrix<T> got = x, expected = x;
    simd::times_transpose(y.in(), w.in(), got.view(), add);
    simd::reference::times_transpose(y.in(), w.in(), expected.view(), add);
    check_same(got, expected, outputs);
  }
  matrix<T> got = b, expected = b;
  simd::add_column_sums(y.in(), got.view().row(0));
  simd::reference::add_column_sums(y.in(), expected.view().row(0));
  check_same(got, expected, 0);
}

}  // namespace

TEST_CASE_TEMPLATE("small shapes, whole and ending anywhere in a tile", T, float, double) {
  on_every_isa([] {
    for (const std::size_t batch : {1U, 2U, 4U, 5U, 8U, 9U})
      for (const std::size_t inputs : {1U, 2U, 3U, 8U, 17U})
        for (std::size_t outputs = 1; outputs <= 36; ++outputs)
          check_products<T>(batch, inputs, outputs, outputs % 3);
  });
}

TEST_CASE_TEMPLATE("large shapes: several panels, blocks of the sums, packed and turned weights", T, float, double) {
  on_every_isa([] {
    check_products<T>(70, 64, 64, 0);
    check_products<T>(33, 600, 70, 1);
    check_products<T>(600, 33, 100, 0);
    check_products<T>(41, 70, 600, 5);
    check_products<T>(300, 530, 1, 0);
    check_products<T>(300, 300, 2, 3);
    check_products<T>(1, 300, 530, 0);
    check_products<T>(1, 1000, 3, 2);
  });
}

TEST_CASE_TEMPLATE("columns that do not lie side by side", T, float, double) {
  ra::random_generator g(9);
  const matrix<T> x(g, 6, 5, 0), y(g, 6, 5, 0), b(g, 1, 5, 0);
  const ra::matrix_view<const T> turned(x.in().data(), 5, 6, 1, 5);
  matrix<T> w(g, 5, 5, 0), expected = w, square(g, 5, 5, 0);
  on_every_isa([&] {
    matrix<T> got = w;
    simd::affine(turned, y.in(), b.in().row(0), simd::nonlinearity::relu, got.view());
    simd::reference::affine(turned, y.in(), b.in().row(0), simd::nonlinearity::relu, expected.view());
    check_same(got, expected, 6);
  });
}

TEST_CASE_TEMPLATE("empty batches and sums", T, float, double) {
  on_every_isa([] {
    check_products<T>(0, 3, 4, 0);
    check_products<T>(3, 0, 4, 0);
    check_products<T>(1, 0, 4, 0);
    check_products<T>(3, 4, 0, 0);
    check_products<T>(1, 4, 0, 0);
  });
}

TEST_CASE("sums over many rows keep their digits") {
  // 2^20 times 0.1: a single float sum would be off by a hundredth
  constexpr std::size_t rows = 1U << 20;
  const double exact = rows * static_cast<double>(0.1F);
  const std::vector<float> x(rows, 0.1F), ones(rows * 8, 1.0F);
  const ra::matrix_view<const float> xs(x.data(), rows, 1), ys(ones.data(), rows, 8);
  on_every_isa([&] {
    std::vector<float> w(8, 0.0F), sums(1, 0.0F);
    simd::add_transpose_times(xs, ys, ra::matrix_view<float>(w.data(), 1, 8));
    for (const float v : w) CHECK(static_cast<double>(v) == doctest::Approx(exact).epsilon(1e-4));
    simd::add_column_sums(xs, ra::vector_view<float>(sums.data(), 1));
    CHECK(static_cast<double>(sums[0]) == doctest::Approx(exact).epsilon(1e-7));
  });
}

TEST_CASE_TEMPLATE("NaN of an input reaches its outputs, and no others", T, float, double) {
  ra::random_generator g(2);
  on_every_isa([&] {
    for (const std::size_t outputs : {1U, 3U, 40U}) {
      matrix<T> x(g, 9, 20, 0), w(g, 20, outputs, 0), b(g, 1, outputs, 0), y(g, 9, outputs, 0);
      x.view()(8, 3) = ra::not_a_number<T>();
      for (const simd::nonlinearity f : nonlinearities) {
        simd::affine(x.in(), w.in(), b.in().row(0), f, y.view());
        bool right = true;
        for (std::size_t i = 0; i < 9; ++i)
          for (std::size_t j = 0; j < outputs; ++j) right = right && ra::is_nan(y.view()(i, j)) == (i == 8);
        CHECK(right);
      }
    }
  });
}
