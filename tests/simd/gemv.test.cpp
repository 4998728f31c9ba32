// SPDX-License-Identifier: MIT
// The products of one row on every instruction set, against the scalar reference.
#include <realign/simd/gemv.hpp>

#include <doctest/doctest.h>

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

template <class T>
std::vector<T> normals(std::size_t n, std::uint64_t seed) {
  ra::random_generator g(seed);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(ra::normal(g));
  return x;
}
template <class T>
double distance(const std::vector<T>& a, const std::vector<T>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    worst = d <= worst ? worst : d;
  }
  return worst;
}
/// As many roundings as products, each of a partial sum of normal numbers, which is a few times their root.
template <class T>
double rounding(std::size_t products) {
  return static_cast<double>(std::numeric_limits<T>::epsilon()) * 4 * (4 + static_cast<double>(products));
}

/// One layer; rows of w `gap` numbers longer than used. Vectors begin one number after an aligned address.
template <class T>
void check_row(std::size_t inputs, std::size_t outputs, std::size_t gap) {
  CAPTURE(inputs);
  CAPTURE(outputs);
  const std::size_t stride = outputs + gap;
  const std::vector<T> x = normals<T>(inputs + 1, 1), b = normals<T>(outputs + 1, 2), y = normals<T>(outputs + 2, 3),
                       w = normals<T>(inputs * stride + 1, 4);
  const auto rows = [&](const std::vector<T>& m) {
    return ra::matrix_view<const T>(m.data() + 1, inputs, outputs, static_cast<std::ptrdiff_t>(stride), 1);
  };
  const ra::vector_view<const T> xs(x.data() + 1, inputs), bs(b.data() + 1, outputs), ys(y.data() + 1, outputs);
  const ra::matrix_view<const T> one_x(xs.data(), 1, inputs), one_y(ys.data(), 1, outputs);

  for (const auto f : {simd::nonlinearity::identity, simd::nonlinearity::tanh, simd::nonlinearity::relu}) {
    std::vector<T> got = y, expected = y;
    simd::affine(xs, rows(w), bs, f, ra::vector_view<T>(got.data() + 1, outputs));
    simd::reference::affine(one_x, rows(w), bs, f, ra::matrix_view<T>(expected.data() + 1, 1, outputs));
    CHECK(distance(got, expected) <= rounding<T>(inputs));
    CHECK(got.back() == y.back());
  }
  {
    std::vector<T> got = w, expected = w;
    const auto target = [&](std::vector<T>& m) {
      return ra::matrix_view<T>(m.data() + 1, inputs, outputs, static_cast<std::ptrdiff_t>(stride), 1);
    };
    simd::add_transpose_times(xs, ys, target(got));
    simd::reference::add_transpose_times(one_x, one_y, target(expected));
    CHECK(distance(got, expected) <= rounding<T>(1));
  }
  for (const bool add : {false, true}) {
    std::vector<T> got = x, expected = x;
    simd::times_transpose(ys, rows(w), ra::vector_view<T>(got.data() + 1, inputs), add);
    simd::reference::times_transpose(one_y, rows(w), ra::matrix_view<T>(expected.data() + 1, 1, inputs), add);
    CHECK(distance(got, expected) <= rounding<T>(outputs));
    CHECK(got[0] == x[0]);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("layers of one row, ending anywhere in a vector", T, float, double) {
  on_every_isa([] {
    for (const std::size_t inputs : {1U, 2U, 3U, 7U, 8U, 16U, 17U, 65U})
      for (std::size_t outputs = 1; outputs <= 70; ++outputs) check_row<T>(inputs, outputs, outputs % 2);
  });
}

TEST_CASE_TEMPLATE("wide layers, which take every kind of panel", T, float, double) {
  on_every_isa([] {
    check_row<T>(40, 256, 0);
    check_row<T>(256, 300, 0);  // more than the first-level cache: stores are aligned
    check_row<T>(33, 511, 3);
    check_row<T>(500, 1, 0);
  });
}

TEST_CASE_TEMPLATE("strided vectors and turned weights", T, float, double) {
  const std::vector<T> x = normals<T>(12, 1), w = normals<T>(30, 2), b = normals<T>(5, 3);
  const ra::vector_view<const T> every_second(x.data(), 6, 2);
  const ra::matrix_view<const T> turned(w.data(), 6, 5, 1, 6);
  std::vector<T> packed(6), straight(30);
  for (std::size_t i = 0; i < 6; ++i) {
    packed[i] = x[2 * i];
    for (std::size_t j = 0; j < 5; ++j) straight[5 * i + j] = turned(i, j);
  }
  const ra::vector_view<const T> bs(b.data(), 5);
  on_every_isa([&] {
    std::vector<T> got(5), expected(5);
    const auto f = simd::nonlinearity::tanh;
    simd::affine(every_second, turned, bs, f, ra::vector_view<T>(got.data(), 5));
    simd::affine(ra::vector_view<const T>(packed.data(), 6), ra::matrix_view<const T>(straight.data(), 6, 5), bs, f,
                 ra::vector_view<T>(expected.data(), 5));
    CHECK(distance(got, expected) <= rounding<T>(6));
  });
}
