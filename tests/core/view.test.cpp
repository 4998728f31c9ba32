// SPDX-License-Identifier: MIT
#include <realign/core/view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <list>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ra = realign;

namespace {

// An array type of someone else: every third number is its own.
struct every_third {
  std::vector<double> numbers;
};
// Looks contiguous, but is not: it tells a stride, so it must not be taken as a plain vector.
struct strided {
  double* data();
  std::size_t size();
  std::ptrdiff_t stride();
};
struct table_like {
  double* data();
  std::size_t size();
  std::size_t rows();
};

// Arrays of other libraries without an adaptor: shape, steps or extents give them away.
struct with_shape {
  long rows();
  long cols();
  with_shape& derived();
  double* data();
  long size();
};
struct with_steps {
  double* data();
  std::size_t size();
  std::size_t* strides();
};
struct with_extents {
  int extents();
  int mapping();
};
// A table with an adaptor for matrices: columns behind one another.
struct columns {
  std::vector<double> numbers;
};

}  // namespace

template <>
struct realign::matrix_traits<columns> {
  static realign::matrix_view<double> view(columns& x) noexcept {
    return {x.numbers.data(), 2, x.numbers.size() / 2, 1, 2};
  }
};
template <>
struct realign::view_traits<every_third> {
  static realign::vector_view<double> view(every_third& x) {
    return {x.numbers.data(), (x.numbers.size() + 2) / 3, 3};
  }
};

static_assert(ra::vector_like<std::vector<float>> && ra::vector_like<const std::vector<double>&>);
static_assert(ra::vector_like<std::span<const float>> && ra::vector_like<std::array<double, 3>>);
static_assert(ra::vector_like<double[4]> && ra::vector_like<const float (&)[4]>);
static_assert(ra::vector_like<every_third&>);
static_assert(!ra::vector_like<std::vector<int>> && !ra::vector_like<std::list<double>>);
static_assert(!ra::vector_like<double> && !ra::vector_like<std::string>);
static_assert(!ra::vector_like<std::vector<std::vector<double>>>);
static_assert(!ra::vector_like<strided> && !ra::vector_like<table_like>);
static_assert(ra::foreign_array<with_shape> && ra::foreign_array<with_steps> && ra::foreign_array<with_extents>);
static_assert(!ra::vector_like<with_shape> && !ra::vector_like<with_steps> && !ra::vector_like<with_extents>);
static_assert(!ra::foreign_array<std::vector<float>> && !ra::foreign_array<strided> && !ra::foreign_array<table_like>);
static_assert(!ra::foreign_array<std::span<const double>> && !ra::foreign_array<int>);
static_assert(ra::matrix_like<columns&> && ra::matrix_like<ra::matrix_view<const float>>);
static_assert(!ra::matrix_like<const columns> && !ra::matrix_like<with_shape>);
static_assert(std::same_as<ra::scalar_of<std::vector<float>>, float>);
static_assert(std::same_as<ra::scalar_of<const double (&)[2]>, double>);
static_assert(ra::vector_of<std::span<const float>, float> &&
              !ra::vector_of<std::span<float>, double>);
static_assert(std::is_convertible_v<ra::vector_view<float>, ra::vector_view<const float>>);
static_assert(!std::is_convertible_v<ra::vector_view<const float>, ra::vector_view<float>>);
static_assert(!std::is_convertible_v<ra::vector_view<float>, ra::vector_view<const double>>);
static_assert(std::is_convertible_v<ra::matrix_view<double>, ra::matrix_view<const double>>);
static_assert(!std::is_convertible_v<ra::matrix_view<const double>, ra::matrix_view<double>>);

TEST_CASE_TEMPLATE("a vector view reads and writes with its stride", T, float, double) {
  std::vector<T> x{0, 1, 2, 3, 4, 5, 6};
  const ra::vector_view<T> even(x.data(), 4, 2);
  CHECK(even.size() == 4);
  CHECK_FALSE(even.contiguous());
  CHECK(even[3] == T(6));
  even[1] = T(-2);
  CHECK(x[2] == T(-2));
  const ra::vector_view<const T> backwards(x.data() + 6, 7, -1);
  CHECK(backwards[0] == T(6));
  CHECK(backwards[6] == T(0));
  CHECK(ra::vector_view<T>(x.data(), 1, 5).contiguous());
  CHECK(ra::vector_view<T>().empty());
  CHECK(ra::vector_view<T>(std::span<T>(x)).contiguous());
}

TEST_CASE_TEMPLATE("a matrix view steps along rows and columns", T, float, double) {
  const std::vector<T> x{0, 1, 2, 3, 4, 5};
  const ra::matrix_view<const T> m(x.data(), 2, 3);
  CHECK(m(1, 2) == T(5));
  CHECK(m.row(1).size() == 3);
  CHECK(m.row(1)[0] == T(3));
  CHECK(m.row(0).contiguous());
  // the transpose, by exchanging the steps
  const ra::matrix_view<const T> t(x.data(), 3, 2, 1, 3);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 3; ++j) CHECK(t(j, i) == m(i, j));
  CHECK(t.row(2).stride() == 3);
  CHECK(t.row(2)[1] == T(5));
  CHECK(ra::matrix_view<T>().rows() == 0);
}

TEST_CASE_TEMPLATE("arrays become views", T, float, double) {
  std::vector<T> v{1, 2};
  const std::vector<T> c{3, 4, 5};
  T raw[2] = {6, 7};
  ra::as_view(v)[0] = T(9);
  ra::as_view(raw)[1] = T(8);
  CHECK(v[0] == T(9));
  CHECK(raw[1] == T(8));
  static_assert(std::same_as<decltype(ra::as_view(c)), ra::vector_view<const T>>);
  static_assert(
      std::same_as<decltype(ra::as_view(std::span<const T>(c))), ra::vector_view<const T>>);
  CHECK(ra::as_view(c).size() == 3);
  CHECK(ra::as_view(std::array<T, 0>{}).empty());
  const auto same = ra::as_view(ra::vector_view<T>(v.data(), 1, 7));
  CHECK(same.stride() == 7);
}

TEST_CASE("a matrix of another library joins through its traits") {
  columns x{{0, 1, 10, 11, 20, 21}};
  const auto m = ra::as_matrix(x);
  CHECK(m.cols() == 3);
  CHECK(m(1, 2) == 21.0);
  CHECK(m.row(0)[1] == 10.0);
  static_assert(noexcept(ra::as_matrix(x)) && !noexcept(ra::as_view(std::declval<every_third&>())));
  const ra::matrix_view<const double> same = ra::as_matrix(m);
  CHECK(same.data() == x.numbers.data());
}

TEST_CASE("an array of another library joins through its traits") {
  every_third x{{0, 1, 2, 3, 4, 5, 6}};
  const auto v = ra::as_view(x);
  CHECK(v.size() == 3);
  CHECK(v[1] == 3.0);
  CHECK(v[2] == 6.0);
}

TEST_CASE("a view is made of any array that outlives it, for reading or writing") {
  const auto sum = [](ra::vector_view<const double> v) {
    double s = 0;
    for (std::size_t i = 0; i < v.size(); ++i) s += v[i];
    return s;
  };
  const auto set = [](ra::vector_view<double> v) { v[v.size() - 1] = 7; };
  std::vector<double> numbers{1, 2, 3};
  const std::vector<double> constant{1, 2, 3};
  std::array<double, 3> array{1, 2, 3};
  double plain[3] = {1, 2, 3};
  every_third spread{{1, 0, 0, 2, 0, 0, 3}};
  CHECK(sum(constant) == 6);
  CHECK(sum(spread) == 6);
  CHECK(sum(std::span(constant)) == 6);
  for (const auto& each : {sum(numbers), sum(array), sum(plain), sum(std::span(numbers)), sum(std::span(array))}) CHECK(each == 6);
  set(numbers);
  set(array);
  set(plain);
  for (const auto& each : {sum(numbers), sum(array), sum(plain)}) CHECK(each == 10);
  // neither of what may not be written, nor of another type, nor of what is about to go
  static_assert(!std::is_constructible_v<ra::vector_view<double>, const std::vector<double>&>);
  static_assert(!std::is_constructible_v<ra::vector_view<const double>, std::vector<float>&>);
  static_assert(!std::is_convertible_v<std::vector<double>, ra::vector_view<const double>>);
  static_assert(!std::is_convertible_v<ra::vector_view<const double>, ra::vector_view<double>>);
}
