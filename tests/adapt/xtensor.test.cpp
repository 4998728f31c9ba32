// SPDX-License-Identifier: MIT
#include <realign/adapt/xtensor.hpp>

#include <doctest/doctest.h>

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xstrided_view.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xview.hpp>
#endif

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/weights.hpp>
#include <realign/decide/limit.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/policy/policy.hpp>

// clang 19 does not compile the dynamic ranks of xtensor before 0.26.
#if defined(__clang__) && __clang_major__ >= 19 && XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR < 26
#define DYNAMIC_RANK 0
#else
#define DYNAMIC_RANK 1
#endif

namespace ra = realign;

namespace {

template <class T>
xt::xtensor<T, 2> table() {
  return {{0, 1, 2}, {10, 11, 12}};
}

template <class X>
auto numbers(X&& x) {
  const auto v = ra::as_view(x);
  std::vector<typename decltype(v)::value_type> out;
  for (std::size_t i = 0; i < v.size(); ++i) out.push_back(v[i]);
  return out;
}

}  // namespace

static_assert(ra::vector_like<xt::xtensor<float, 1>> && ra::vector_like<const xt::xtensor<double, 1>&>);
static_assert(ra::vector_like<xt::xtensor_fixed<float, xt::xshape<3>>>);
static_assert(!ra::vector_like<xt::xtensor<float, 2>> && ra::matrix_like<xt::xtensor<float, 2>>);
static_assert(!ra::matrix_like<xt::xtensor<float, 1>> && !ra::matrix_like<xt::xtensor<float, 3>>);
static_assert(!ra::vector_like<xt::xtensor<int, 1>> && !ra::vector_like<xt::xtensor_fixed<float, xt::xshape<3, 2>>>);
static_assert(std::same_as<ra::scalar_of<const xt::xtensor<float, 1>>, float>);

TEST_CASE_TEMPLATE("one axis is a row, seen in place", T, float, double) {
  xt::xtensor<T, 1> x{1, 2, 3};
  const auto v = ra::as_view(x);
  CHECK(v.data() == x.data());
  CHECK(v.contiguous());
  CHECK(numbers(x) == std::vector<T>{1, 2, 3});
  v[1] = T(7);
  CHECK(x(1) == T(7));
  static_assert(std::same_as<decltype(ra::as_view(std::as_const(x))), ra::vector_view<const T>>);
  const xt::xtensor_fixed<T, xt::xshape<2>> fixed{4, 5};
  CHECK(numbers(fixed) == std::vector<T>{4, 5});
  CHECK(ra::as_view(xt::xtensor<T, 1>(std::array<std::size_t, 1>{0})).empty());
}

TEST_CASE_TEMPLATE("rows, columns and steps of a larger array", T, float, double) {
  auto m = table<T>();
  CHECK(numbers(xt::view(m, 1, xt::all())) == std::vector<T>{10, 11, 12});
  CHECK(numbers(xt::view(m, xt::all(), 2)) == std::vector<T>{2, 12});
  CHECK(numbers(xt::view(m, 1, xt::range(2, 0, -1))) == std::vector<T>{12, 11});
#if DYNAMIC_RANK
  CHECK(numbers(xt::strided_view(m, {0, xt::range(0, 3, 2)})) == std::vector<T>{0, 2});
#endif
  const auto column = ra::as_view(xt::view(m, xt::all(), 1));
  CHECK(column.stride() == 3);
  CHECK(column.data() == &m(0, 1));
  column[1] = T(-1);
  CHECK(m(1, 1) == T(-1));
  // xtensor gives an axis of length 1 the step 0
  const auto one = ra::as_view(xt::view(m, xt::range(1, 2), 2));
  CHECK(one.size() == 1);
  CHECK(one.stride() == 1);
  CHECK(one[0] == T(12));
  std::vector<T> own{1, 2, 3, 4};
  CHECK(numbers(xt::adapt(own, std::array<std::size_t, 1>{4})) == own);
}

TEST_CASE_TEMPLATE("two axes are a matrix", T, float, double) {
  auto m = table<T>();
  const auto v = ra::as_matrix(m);
  CHECK(v.rows() == 2);
  CHECK(v.cols() == 3);
  CHECK(v(1, 2) == T(12));
  const auto part = ra::as_matrix(xt::view(m, xt::all(), xt::range(1, 3)));
  CHECK(part.cols() == 2);
  CHECK(part(1, 0) == T(11));
  const xt::xtensor<T, 2, xt::layout_type::column_major> c = m;
  CHECK(ra::as_matrix(c)(1, 2) == T(12));
  CHECK(ra::as_matrix(c).row_stride() == 1);
  CHECK(ra::as_matrix(xt::view(m, xt::range(0, 1), xt::all())).row(0).contiguous());
}

TEST_CASE_TEMPLATE("an expression is evaluated into what is returned", T, float, double) {
  const xt::xtensor<T, 1> x{1, 2, 3};
  auto twice = ra::as_view(x + x);
  CHECK(numbers(x * T(2)) == std::vector<T>{2, 4, 6});
  const ra::vector_view<const T> v = twice;
  CHECK(v.contiguous());
  CHECK(v[2] == T(6));
  CHECK(numbers(xt::sum(table<T>(), {1})) == std::vector<T>{3, 33});
  CHECK(ra::weights(x / T(6))[2] == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("arrays, views and functions that return expressions are policies", T, float, double) {
  const auto m = table<T>();
  std::vector<T> row(3);
  ra::evaluate<T>(xt::xtensor<T, 1>{1, 2, 3}, 0, std::span<T>(row));
  CHECK(row == std::vector<T>{1, 2, 3});
  ra::evaluate<T>(xt::view(m, 1, xt::all()), 0, std::span<T>(row));
  CHECK(row == std::vector<T>{10, 11, 12});
  const auto shifted = [&m](int s) { return xt::view(m, 0, xt::all()) + static_cast<T>(s); };
  ra::evaluate<T>(shifted, 5, std::span<T>(row));
  CHECK(row == std::vector<T>{5, 6, 7});
}

TEST_CASE_TEMPLATE("mixes read matrices and write rows; limits look into rows", T, float, double) {
  const auto m = table<T>();
  xt::xtensor<T, 2> out({2, 3}, T(0));
  const ra::weights w{0.5, 0.5};
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, xt::view(out, 1, xt::all())).status == ra::status::ok);
  std::vector<T> expected(3);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, expected).status == ra::status::ok);
  CHECK(numbers(xt::view(out, 1, xt::all())) == expected);
  CHECK(out(0, 0) == T(0));
  const auto column = xt::view(m, xt::all(), 1);
  CHECK(ra::at_most(column, 0.5).cost(1) == 11);
}

TEST_CASE_TEMPLATE("mixes write into wrapped views that the wrapper holds", T, float, double) {
  const auto m = table<T>();
  xt::xtensor<T, 2> out({2, 3}, T(0));
  const ra::weights w{0.5, 0.5};
  std::vector<T> p(3);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, ra::as_probs(p)).status == ra::status::ok);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, ra::as_probs(xt::view(out, 1))).status == ra::status::ok);
  CHECK(numbers(xt::view(out, 1, xt::all())) == p);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, ra::as_log_probs(xt::view(out, 0, xt::all()))).status == ra::status::ok);
  CHECK(out(0, 2) < T(0));
}

#if REALIGN_EXCEPTIONS && DYNAMIC_RANK
TEST_CASE("the wrong number of axes is found when it is only known at run time") {
  const xt::xtensor<double, 2> m = table<double>();
  CHECK_THROWS_WITH_AS(static_cast<void>(ra::as_view(xt::strided_view(m, {xt::all(), xt::all()}))),
                       "array: expected as many axes as the view, got 2 for 1", ra::contract_error);
  CHECK_THROWS_AS(static_cast<void>(ra::as_matrix(xt::strided_view(m, {0, xt::all()}))), ra::contract_error);
}
#endif
