// SPDX-License-Identifier: MIT
#include <realign/adapt/mdspan.hpp>

#include <doctest/doctest.h>

#include <version>

#if defined(__cpp_lib_mdspan)
#include <mdspan>
#define REALIGN_TEST_STD_MDSPAN
#endif
#if __has_include(<mdspan/mdspan.hpp>)
#include <mdspan/mdspan.hpp>
#define REALIGN_TEST_KOKKOS_MDSPAN
#endif

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include <realign/core/weights.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/policy/policy.hpp>

namespace ra = realign;

namespace {

/// As much of the interface of an mdspan as an implementation must have, for any number of axes.
template <class E, std::size_t Rank, bool Strided = true, class Reference = E&>
class small_mdspan {
 public:
  using element_type = E;
  using value_type = std::remove_cv_t<E>;
  using reference = Reference;
  using index_type = int;
  using extents_type = std::array<int, Rank>;
  struct mapping_type {
    static constexpr bool is_always_strided() noexcept { return Strided; }
  };

  small_mdspan(E* data, extents_type extents, extents_type strides)
      : data_(data), extents_(extents), strides_(strides) {}

  static constexpr std::size_t rank() noexcept { return Rank; }
  E* data_handle() const noexcept { return data_; }
  const extents_type& extents() const noexcept { return extents_; }
  mapping_type mapping() const noexcept { return {}; }
  int extent(std::size_t r) const noexcept { return extents_[r]; }
  int stride(std::size_t r) const noexcept { return strides_[r]; }

 private:
  E* data_;
  extents_type extents_, strides_;
};

/// An mdspan of another layout or accessor is refused, not read wrongly.
template <class E, bool Strided, class Reference = E&>
using odd_mdspan = small_mdspan<E, 1, Strided, Reference>;

/// Row 1 of a 2 x 3 table, its column 2, and all of it, whoever the implementation is from.
template <class T, class Row, class Column, class Table>
void check_views(const Row& row, const Column& column, const Table& table) {
  CHECK(ra::as_view(row).contiguous());
  CHECK(ra::as_view(row).size() == 3);
  CHECK(ra::as_view(row)[2] == T(12));
  CHECK(ra::as_view(column).stride() == 3);
  CHECK(ra::as_view(column).size() == 2);
  CHECK(ra::as_view(column)[1] == T(12));
  const auto m = ra::as_matrix(table);
  CHECK(m.rows() == 2);
  CHECK(m.cols() == 3);
  CHECK(m(0, 1) == T(1));
  CHECK(m.row(1)[2] == T(12));
  std::vector<T> out(3);
  ra::evaluate<T>(row, 0, std::span<T>(out));
  CHECK(out == std::vector<T>{10, 11, 12});
  CHECK(ra::mix::geometric(m, ra::weights{0.5, 0.5}, out).status == ra::status::ok);
}

}  // namespace

static_assert(ra::vector_like<small_mdspan<const float, 1>> && ra::vector_like<const small_mdspan<double, 1>&>);
static_assert(!ra::vector_like<small_mdspan<float, 2>> && ra::matrix_like<small_mdspan<float, 2>>);
static_assert(!ra::matrix_like<small_mdspan<float, 3>> && !ra::vector_like<small_mdspan<float, 0>>);
static_assert(!ra::vector_like<small_mdspan<int, 1>>);
static_assert(!ra::vector_like<odd_mdspan<float, false>> && !ra::vector_like<odd_mdspan<float, true, float>>);
static_assert(ra::foreign_array<odd_mdspan<float, false>>);
static_assert(std::same_as<ra::scalar_of<small_mdspan<const float, 1>>, float>);

TEST_CASE_TEMPLATE("one axis is a row, two are a matrix, seen in place", T, float, double) {
  std::array<T, 6> x{0, 1, 2, 10, 11, 12};
  const small_mdspan<T, 1> row(x.data() + 3, {3}, {1});
  check_views<T>(row, small_mdspan<const T, 1>(x.data() + 2, {2}, {3}), small_mdspan<const T, 2>(x.data(), {2, 3}, {3, 1}));
  ra::as_view(row)[0] = T(5);
  CHECK(x[3] == T(5));
  const small_mdspan<T, 2> left(x.data(), {3, 2}, {1, 3});
  CHECK(ra::as_matrix(left)(2, 1) == T(12));
}

#ifdef REALIGN_TEST_STD_MDSPAN
TEST_CASE_TEMPLATE("std::mdspan", T, float, double) {
  const std::array<T, 6> x{0, 1, 2, 10, 11, 12};
  using axis = std::dextents<std::size_t, 1>;
  const std::array<std::size_t, 1> step{3};
  check_views<T>(std::mdspan(x.data() + 3, 3),
                 std::mdspan(x.data() + 2, std::layout_stride::mapping<axis>(axis(2), step)),
                 std::mdspan<const T, std::extents<int, 2, 3>>(x.data()));
}
#endif

#ifdef REALIGN_TEST_KOKKOS_MDSPAN
TEST_CASE_TEMPLATE("the mdspan of Kokkos", T, float, double) {
  const std::array<T, 6> x{0, 1, 2, 10, 11, 12};
  using axis = Kokkos::dextents<std::size_t, 1>;
  const std::array<std::size_t, 1> step{3};
  check_views<T>(Kokkos::mdspan<const T, axis>(x.data() + 3, 3),
                 Kokkos::mdspan<const T, axis, Kokkos::layout_stride>(
                     x.data() + 2, Kokkos::layout_stride::mapping<axis>(axis(2), step)),
                 Kokkos::mdspan<const T, Kokkos::extents<int, 2, 3>>(x.data()));
}
#endif
