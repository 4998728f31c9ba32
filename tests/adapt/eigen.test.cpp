// SPDX-License-Identifier: MIT
#include <realign/adapt/eigen.hpp>

#include <doctest/doctest.h>

#include <Eigen/Dense>

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/core/weights.hpp>
#include <realign/decide/limit.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/policy/policy.hpp>

namespace ra = realign;

namespace {

template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using row_major = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

template <class T>
matrix<T> table() {
  matrix<T> m(2, 3);
  m << 0, 1, 2, 10, 11, 12;
  return m;
}

template <class X>
auto numbers(X&& x) {
  const auto v = ra::as_view(x);
  std::vector<typename decltype(v)::value_type> out;
  for (std::size_t i = 0; i < v.size(); ++i) out.push_back(v[i]);
  return out;
}

/// How often its coefficients were computed.
struct counted {
  int* calls;
  double operator()(double x) const {
    ++*calls;
    return 2 * x;
  }
};

}  // namespace

static_assert(ra::vector_like<Eigen::VectorXf> && ra::vector_like<const Eigen::RowVectorXd&>);
static_assert(ra::vector_like<Eigen::Array3f> && ra::vector_like<Eigen::Map<const Eigen::VectorXd>>);
static_assert(ra::vector_like<Eigen::Ref<Eigen::VectorXf>>);
static_assert(ra::vector_like<Eigen::MatrixXf::RowXpr> && ra::vector_like<Eigen::MatrixXf::ConstColXpr>);
static_assert(!ra::vector_like<Eigen::MatrixXf> && !ra::vector_like<Eigen::VectorXi>);
static_assert(ra::matrix_like<Eigen::MatrixXf> && ra::matrix_like<const Eigen::VectorXf>);
static_assert(!ra::matrix_like<Eigen::MatrixXi>);
static_assert(!ra::matrix_like<decltype(Eigen::MatrixXf() + Eigen::MatrixXf())>);
static_assert(std::same_as<ra::scalar_of<const Eigen::VectorXf>, float>);
static_assert(!noexcept(ra::as_view(Eigen::VectorXf() + Eigen::VectorXf())));

TEST_CASE_TEMPLATE("vectors, maps and arrays are rows, seen in place", T, float, double) {
  vector<T> x(3);
  x << 1, 2, 3;
  const auto v = ra::as_view(x);
  CHECK(v.data() == x.data());
  CHECK(v.contiguous());
  v[1] = T(7);
  CHECK(x(1) == T(7));
  static_assert(std::same_as<decltype(ra::as_view(std::as_const(x))), ra::vector_view<const T>>);
  static_assert(noexcept(ra::as_view(x)));
  std::vector<T> own{1, 2, 3, 4, 5};
  CHECK(numbers(Eigen::Map<vector<T>>(own.data(), 5)) == own);
  CHECK(numbers(Eigen::Map<const vector<T>, 0, Eigen::InnerStride<2>>(own.data(), 3)) == std::vector<T>{1, 3, 5});
  CHECK(numbers(Eigen::Ref<const vector<T>>(x)) == std::vector<T>{1, 7, 3});
  CHECK(numbers(x.array()) == std::vector<T>{1, 7, 3});
  CHECK(numbers(x.transpose()) == std::vector<T>{1, 7, 3});
  CHECK(numbers(x.segment(1, 2)) == std::vector<T>{7, 3});
  CHECK(ra::as_view(vector<T>()).empty());
}

TEST_CASE_TEMPLATE("rows, columns, blocks and the diagonal of a matrix", T, float, double) {
  matrix<T> m = table<T>();
  const row_major<T> r = m;
  CHECK(numbers(m.row(1)) == std::vector<T>{10, 11, 12});
  CHECK(ra::as_view(m.row(1)).stride() == 2);
  CHECK(numbers(m.col(2)) == std::vector<T>{2, 12});
  CHECK(numbers(r.row(1)) == std::vector<T>{10, 11, 12});
  CHECK(ra::as_view(r.row(1)).contiguous());
  CHECK(numbers(r.col(2)) == std::vector<T>{2, 12});
  CHECK(numbers(m.row(1).tail(2)) == std::vector<T>{11, 12});
  CHECK(numbers(m.block(0, 1, 2, 2).col(0)) == std::vector<T>{1, 11});
  CHECK(numbers(m.diagonal()) == std::vector<T>{0, 11});
  ra::as_view(m.row(0))[2] = T(-1);
  CHECK(m(0, 2) == T(-1));
}

TEST_CASE_TEMPLATE("matrices are matrix views in either storage order", T, float, double) {
  matrix<T> m = table<T>();
  const row_major<T> r = m;
  const auto check = [&](const auto& v) {
    REQUIRE(v.rows() == 2);
    REQUIRE(v.cols() == 3);
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        CHECK(v(i, j) == m(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
  };
  check(ra::as_matrix(m));
  check(ra::as_matrix(r));
  CHECK(ra::as_matrix(r).row(1).contiguous());
  CHECK(ra::as_matrix(m.transpose())(2, 1) == T(12));
  CHECK(ra::as_matrix(m.block(0, 1, 2, 2))(1, 0) == T(11));
  ra::as_matrix(m)(1, 0) = T(5);
  CHECK(m(1, 0) == T(5));
  const vector<T> x = vector<T>::Ones(4);
  CHECK(ra::as_matrix(x).rows() == 4);
  CHECK(ra::as_matrix(x.transpose()).cols() == 4);
}

TEST_CASE_TEMPLATE("an expression is evaluated into what is returned", T, float, double) {
  const matrix<T> m = table<T>();
  CHECK(numbers(m.row(0) + m.row(1)) == std::vector<T>{10, 12, 14});
  CHECK(numbers(m.row(1).reverse()) == std::vector<T>{12, 11, 10});
  CHECK(numbers((m.row(0).array() * T(2)).matrix()) == std::vector<T>{0, 2, 4});
  CHECK(numbers(m * m.row(0).transpose()) == std::vector<T>{5, 35});
  CHECK(numbers(m.rowwise().sum()) == std::vector<T>{3, 33});
  const auto held = ra::as_view(m.col(0) + m.col(1));
  const ra::vector_view<const T> v = held;
  CHECK(v.contiguous());
  CHECK(v[1] == T(21));
  vector<T> x(2);
  x << 1, 3;
  CHECK(ra::weights(x / T(4))[1] == doctest::Approx(0.75));
  ra::random_generator g(3);
  CHECK(ra::draw(g, x - vector<T>::Ones(2)) == 1);
}

TEST_CASE("an expression is evaluated once") {
  int calls = 0;
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(4, 1, 4);
  const auto v = ra::as_view(x.unaryExpr(counted{&calls}));
  for (int pass = 0; pass < 3; ++pass)
    for (std::size_t i = 0; i < 4; ++i) CHECK(v[i] == doctest::Approx(2.0 * static_cast<double>(i + 1)));
  CHECK(calls == 4);
}

TEST_CASE_TEMPLATE("vectors, rows and functions that return expressions are policies", T, float, double) {
  const matrix<T> m = table<T>();
  std::vector<T> row(3);
  const std::span<T> out(row);
  ra::evaluate<T>(vector<T>(m.row(0).transpose()), 0, out);
  CHECK(row == std::vector<T>{0, 1, 2});
  ra::evaluate<T>(m.row(1), 0, out);
  CHECK(row == std::vector<T>{10, 11, 12});
  const auto linear = [&m](const vector<T>& s) { return m.transpose() * s; };
  vector<T> s(2);
  s << 1, 2;
  ra::evaluate<T>(linear, s, out);
  CHECK(row == std::vector<T>{20, 23, 26});
  ra::evaluate<T>(ra::as_probs(Eigen::Array<T, 3, 1>::Constant(T(1))), s, out);
  CHECK(row == std::vector<T>{0, 0, 0});
}

TEST_CASE_TEMPLATE("mixes write into wrapped rows, held by value or not", T, float, double) {
  const matrix<T> m = table<T>();
  matrix<T> out = matrix<T>::Zero(2, 3);
  const ra::weights w{0.5, 0.5};
  std::vector<T> p(3), l(3);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, ra::as_probs(p)).status == ra::status::ok);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, l).status == ra::status::ok);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, ra::as_probs(out.row(0))).status == ra::status::ok);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, ra::as_log_probs(out.row(1))).status == ra::status::ok);
  for (std::size_t a = 0; a < 3; ++a) {
    CHECK(ra::as_view(out.row(0))[a] == doctest::Approx(p[a]).epsilon(1e-6));
    CHECK(ra::as_view(out.row(1))[a] == doctest::Approx(l[a]).epsilon(1e-6));
  }
  out.setZero();
  auto row = ra::as_probs(out.row(1));
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, row).status == ra::status::ok);
  CHECK(ra::as_view(out.row(1))[2] == doctest::Approx(p[2]).epsilon(1e-6));
  // neither const rows nor expressions can be written to
  using constant = decltype(ra::as_probs(m.row(0)));
  using expression = decltype(ra::as_probs(m.row(0) + m.row(1)));
  CHECK(!ra::mix::detail::output<constant>);
  CHECK(!ra::mix::detail::output<expression>);
  CHECK(!ra::mix::detail::output<const vector<T>&>);
}

TEST_CASE_TEMPLATE("mixes read matrices and write rows; limits look into rows", T, float, double) {
  const matrix<T> m = table<T>();
  const row_major<T> r = m;
  matrix<T> out = matrix<T>::Zero(2, 3);
  const ra::weights w{0.5, 0.5};
  std::vector<T> expected(3);
  REQUIRE(ra::mix::geometric(ra::as_matrix(r), w, expected).status == ra::status::ok);
  REQUIRE(ra::mix::geometric(ra::as_matrix(m), w, out.row(1)).status == ra::status::ok);
  for (std::size_t a = 0; a < 3; ++a)
    CHECK(ra::as_view(out.row(1))[a] == doctest::Approx(expected[a]).epsilon(1e-6));
  CHECK(out.row(0).isZero());
  CHECK(ra::at_most(m.row(1), 0.5).cost(2) == 12);
  CHECK(ra::at_least((m.row(1) * T(2)).eval(), 0.5).size() == 3);
}
