// SPDX-License-Identifier: MIT
#include <realign/simd/gemm_reference.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace ra = realign;
namespace ref = realign::simd::reference;
using ra::simd::nonlinearity;

TEST_CASE_TEMPLATE("products by hand", T, float, double) {
  const std::vector<T> x{1, 2, -1, 0}, w{1, 2, 3, 4, 5, 6}, b{T(0.5), 0, -1}, dy{1, 0, 2, 0, 1, 0};
  const ra::matrix_view<const T> xs(x.data(), 2, 2), ws(w.data(), 2, 3), ds(dy.data(), 2, 3);
  const ra::vector_view<const T> bs(b.data(), 3);
  std::vector<T> y(6), dw(6, T(1)), dx(4, T(1)), db(3, T(1));
  ref::affine(xs, ws, bs, nonlinearity::identity, ra::matrix_view<T>(y.data(), 2, 3));
  CHECK(y == std::vector<T>{T(9.5), 12, 14, T(-0.5), -2, -4});
  ref::affine(xs, ws, bs, nonlinearity::relu, ra::matrix_view<T>(y.data(), 2, 3));
  CHECK(y == std::vector<T>{T(9.5), 12, 14, 0, 0, 0});
  ref::affine(xs, ws, bs, nonlinearity::tanh, ra::matrix_view<T>(y.data(), 2, 3));
  CHECK(static_cast<double>(y[3]) == doctest::Approx(std::tanh(-0.5)).epsilon(1e-6));
  ref::add_transpose_times(xs, ds, ra::matrix_view<T>(dw.data(), 2, 3));
  CHECK(dw == std::vector<T>{2, 0, 3, 3, 1, 5});
  ref::times_transpose(ds, ws, ra::matrix_view<T>(dx.data(), 2, 2), true);
  CHECK(dx == std::vector<T>{8, 17, 3, 6});
  ref::times_transpose(ds, ws, ra::matrix_view<T>(dx.data(), 2, 2), false);
  CHECK(dx == std::vector<T>{7, 16, 2, 5});
  ref::add_column_sums(ds, ra::vector_view<T>(db.data(), 3));
  CHECK(db == std::vector<T>{2, 2, 3});
}
