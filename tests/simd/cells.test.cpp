// SPDX-License-Identifier: MIT
#include <realign/simd/cells.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/simd/log_sum_exp.hpp>

#include "every_isa.hpp"
#include "half_rows.hpp"

namespace ra = realign;
namespace simd = realign::simd;
using realign_tests::half_rows;
using realign_tests::on_every_isa;
using realign_tests::same;

namespace {

using mask = std::vector<unsigned char>;

template <class T>
ra::vector_view<const T> view(const std::vector<T>& x) {
  return {x.data(), x.size()};
}
template <class T>
std::vector<T> random_numbers(ra::random_generator& g, std::size_t n) {
  std::vector<T> x(n);
  for (T& v : x) v = ra::uniform(g) < 0.1 ? ra::neg_infinity<T>() : static_cast<T>(2 * ra::normal(g));
  return x;
}
template <class Cell>
std::vector<Cell> random_ids(ra::random_generator& g, std::size_t n, std::size_t count) {
  std::vector<Cell> id(n);
  for (Cell& c : id) c = static_cast<Cell>(ra::uniform_index(g, count));
  return id;
}

void check_same(const std::vector<double>& got, const std::vector<double>& expected, double rounding) {
  bool same = true;
  for (std::size_t k = 0; k < got.size(); ++k)
    same = same && std::fabs(got[k] - expected[k]) <= rounding * (1e-3 + std::fabs(expected[k]));
  CHECK(same);
}

/// Exponentials in T, sums of n numbers in double.
template <class T>
double rounding(std::size_t n) {
  return 10 * static_cast<double>(std::numeric_limits<T>::epsilon()) + static_cast<double>(n) * 2e-16;
}

template <class T, class Cell>
void check_rows() {
  ra::random_generator g(1);
  for (const std::size_t n : {1U, 3U, 4U, 7U, 15U, 16U, 17U, 31U, 70U, 128U, 143U, 300U, 1023U, 1025U, 2600U})
    for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 30U, 256U, 257U, 900U}) {
      if (count > std::size_t{1} << (8 * sizeof(Cell))) continue;
      CAPTURE(n);
      CAPTURE(count);
      // not aligned
      const auto numbers = random_numbers<T>(g, n + 1);
      const auto ids = random_ids<Cell>(g, n + 1, count);
      const ra::vector_view<const T> x(numbers.data() + 1, n);
      const std::span<const Cell> cell(ids.data() + 1, n);
      mask allowed(n % 2 == 0 ? n : 0);
      for (unsigned char& b : allowed) b = ra::uniform(g) < 0.7 ? 1 : 0;
      std::vector<double> got(count, 0.5), expected(count, 0.5);
      simd::add_cell_masses(x, 1.5, cell, std::span<double>(got), allowed);
      simd::reference::add_cells([&](std::size_t a) { return simd::reference::plain_logit(x, allowed, a); }, 1.5, cell,
                                 expected.data());
      check_same(got, expected, rounding<T>(n));
    }
}

/// Masses of the cells of one row, then of a geometric mean.
template <class T, class Cell>
std::vector<double> masses(ra::matrix_view<const T> x, std::span<const double> c, const std::vector<Cell>& id,
                           std::size_t count, const mask& allowed) {
  std::vector<double> mass(2 * count, 0.0);
  const std::span<const Cell> cell(id);
  simd::add_cell_masses(x.row(0), 2.0, cell, std::span<double>(mass).first(count), allowed);
  simd::add_geometric_cell_masses(x, c, 1.0, cell, std::span<double>(mass).last(count), allowed);
  return mass;
}
template <class H, class Cell>
void check_half_rows(std::size_t rows, std::size_t count) {
  const std::vector<double> all{0.5, 0.0, 0.75};
  const std::span<const double> c(all.data(), rows);
  ra::random_generator g(4);
  realign_tests::each_half_rows<H>(rows, [&](const half_rows<H>& x, const mask& allowed) {
    const auto id = random_ids<Cell>(g, x.floats().cols(), count);
    CHECK(same(masses(x.halves(), c, id, count, allowed), masses(x.floats(), c, id, count, allowed)));
  });
}

}  // namespace

TEST_CASE_TEMPLATE("masses by cell agree with plain code", T, float, double) {
  on_every_isa([] {
    check_rows<T, std::uint8_t>();
    check_rows<T, std::uint16_t>();
    check_rows<T, std::uint32_t>();
  });
}

TEST_CASE_TEMPLATE("the masses of a long row add up to one, of a mixture too", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(2);
    constexpr std::size_t n = 131072;
    const auto x = random_numbers<T>(g, n), y = random_numbers<T>(g, n);
    for (const std::size_t count : {2U, 8U, 100U, 5000U}) {
      const auto id = random_ids<std::uint16_t>(g, n, count);
      std::vector<double> mass(count, 0.0);
      simd::add_cell_masses(view(x), simd::log_sum_exp(view(x)) - std::log(0.25), std::span<const std::uint16_t>(id),
                            std::span<double>(mass));
      simd::add_cell_masses(view(y), simd::log_sum_exp(view(y)) - std::log(0.75), std::span<const std::uint16_t>(id),
                            std::span<double>(mass));
      double sum = 0;
      for (const double m : mass) sum += m;
      CHECK(std::fabs(sum - 1) < (sizeof(T) == 4 ? 5e-7 : 1e-13));
    }
  });
}

TEST_CASE_TEMPLATE("cells of a geometric mean", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(3);
    for (const std::size_t n : {5U, 300U})
      for (const std::size_t rows : {1U, 2U, 5U, 17U}) {
        const auto numbers = random_numbers<T>(g, n * rows);
        const ra::matrix_view<const T> m(numbers.data(), rows, n);
        const std::vector<double> c(rows, 0.5);
        const std::span<const double> cs(c);
        const auto id = random_ids<std::uint8_t>(g, n, 6);
        std::vector<double> got(6, 0.0), expected(6, 0.0);
        simd::add_geometric_cell_masses(m, cs, 2.0, std::span<const std::uint8_t>(id), std::span<double>(got));
        simd::reference::add_cells([&](std::size_t a) { return simd::reference::geometric_logit(m, cs, {}, a); }, 2.0,
                                   std::span<const std::uint8_t>(id), expected.data());
        check_same(got, expected, 20 * rounding<T>(n));
      }
  });
}

TEST_CASE_TEMPLATE("an id that is no cell is refused with its place, and nothing is added", T, float, double) {
  on_every_isa([] {
    for (const std::size_t n : {1U, 5U, 40U, 300U})
      for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
        const std::vector<T> x(n, T(0));
        std::vector<std::uint8_t> id(n, 1);
        id[at] = 3;
        std::vector<double> mass(3, 7.0);
        CHECK_THROWS_WITH_AS(
            simd::add_cell_masses(view(x), 0.0, std::span<const std::uint8_t>(id), std::span<double>(mass)),
            ("cells: expected ids below the number of cells, got 3 of 3 at choice " + std::to_string(at)).c_str(),
            ra::contract_error);
        CHECK(mass == std::vector<double>(3, 7.0));
      }
  });
  const std::vector<T> x(4, T(0));
  const std::vector<std::uint32_t> id(3, 0);
  std::vector<double> mass(1);
  CHECK_THROWS_WITH_AS(simd::add_cell_masses(view(x), 0.0, std::span<const std::uint32_t>(id), std::span<double>(mass)),
                       "cells: expected one id per choice, got 3 for 4 choices", ra::contract_error);
}

TEST_CASE_TEMPLATE("strided rows, and NaN", T, float, double) {
  const std::vector<T> wide{0, 9, 0, 9, 0, 9, 0, 9};
  const std::vector<std::uint8_t> id{0, 1, 1, 0};
  std::vector<double> mass(2, 0.0);
  simd::add_cell_masses(ra::vector_view<const T>(wide.data(), 4, 2), std::log(4.0), std::span<const std::uint8_t>(id),
                        std::span<double>(mass));
  CHECK(mass[1] == doctest::Approx(0.5));
  on_every_isa([] {
    std::vector<T> x(50, T(0));
    x[20] = ra::not_a_number<T>();
    std::vector<std::uint8_t> cell(50, 0);
    for (std::size_t a = 0; a < 50; ++a) cell[a] = static_cast<std::uint8_t>(a % 12);
    std::vector<double> m(12, 0.0);
    simd::add_cell_masses(view(x), 1.0, std::span<const std::uint8_t>(cell), std::span<double>(m));
    CHECK(ra::is_nan(m[8]));
  });
}

TEST_CASE_TEMPLATE("rows of 16 bits have the masses of their floats", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    check_half_rows<H, std::uint8_t>(1, 3);
    check_half_rows<H, std::uint8_t>(3, 7);
    check_half_rows<H, std::uint16_t>(3, 30);
    check_half_rows<H, std::uint32_t>(3, 300);
  });
  ra::random_generator g(5);
  const half_rows<H> x(realign_tests::some_logits(g, 1, 100, 2.0), 1), finite({1, 2, 3, 4, 0, -1}, 2);
  const std::vector<double> c{0.5, 0.25}, beyond{1.5, -0.5};
  const auto id = random_ids<std::uint8_t>(g, 50, 5);
  CHECK(same(masses(ra::matrix_view<const H>(x.halves().data(), 2, 50, 1, 2), std::span<const double>(c), id, 5, {}),
             masses(ra::matrix_view<const float>(x.floats().data(), 2, 50, 1, 2), std::span<const double>(c), id, 5, {})));
  const std::vector<std::uint8_t> three{0, 1, 0};
  CHECK(same(masses(finite.halves(), std::span<const double>(beyond), three, 2, {}),
             masses(finite.floats(), std::span<const double>(beyond), three, 2, {})));
}
