// SPDX-License-Identifier: MIT
#include <realign/simd/support.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include "every_isa.hpp"

namespace ra = realign;
namespace simd = realign::simd;

namespace {

template <class T>
struct row {
  std::vector<T> numbers;
  std::vector<unsigned char> allowed;

  ra::vector_view<const T> view() const { return {numbers.data(), numbers.size()}; }
};
template <class T>
row<T> random_row(std::size_t n, ra::random_generator& g) {
  row<T> r;
  for (std::size_t a = 0; a < n; ++a) {
    r.numbers.push_back(static_cast<T>(ra::normal(g)));
    r.allowed.push_back(static_cast<unsigned char>(ra::normal(g) > 0 ? 1 + 254 * (a % 2) : 0));
  }
  return r;
}

}  // namespace

TEST_CASE_TEMPLATE("keep_finite marks what is allowed and finite, and counts it", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(3);
    for (std::size_t n = 1; n < 70; ++n) {
      row<T> r = random_row<T>(n, g);
      r.numbers[n / 2] = ra::neg_infinity<T>();
      std::vector<unsigned char> alive(n, 9), in_place = r.allowed;
      const simd::row_support s = simd::keep_finite(r.view(), r.allowed, std::span(alive));
      std::size_t left = 0;
      for (std::size_t a = 0; a < n; ++a) {
        CHECK(alive[a] == (r.allowed[a] != 0 && a != n / 2 ? 1 : 0));
        left += alive[a];
      }
      CHECK(s.choices == left);
      CHECK(s.minus_infinity == (r.allowed[n / 2] != 0));
      CHECK_FALSE(s.plus_infinity);
      CHECK_FALSE(s.nan);
      CHECK(simd::keep_finite(r.view(), in_place, std::span(in_place)).choices == left);
      CHECK(in_place == alive);
      CHECK(simd::keep_finite(r.view(), {}, std::span(alive)).choices == n - 1);
    }
  });
}

TEST_CASE_TEMPLATE("keep_finite tells NaN and the infinities apart, and overlooks them where nothing is allowed", T, float,
                   double) {
  realign_tests::on_every_isa([] {
    for (const std::size_t n : {1U, 4U, 17U, 40U})
      for (std::size_t at = 0; at < n; ++at) {
        row<T> r{std::vector<T>(n, T(-3e4)), std::vector<unsigned char>(n, 1)};
        std::vector<unsigned char> alive(n);
        const auto found = [&](T x) {
          r.numbers[at] = x;
          return simd::keep_finite(r.view(), r.allowed, std::span(alive));
        };
        CHECK(found(ra::not_a_number<T>()).nan);
        CHECK(found(-ra::not_a_number<T>()).nan);
        CHECK(found(ra::pos_infinity<T>()).plus_infinity);
        CHECK(found(ra::neg_infinity<T>()).minus_infinity);
        CHECK_FALSE(found(ra::neg_infinity<T>()).nan);
        CHECK(alive[at] == 0);
        CHECK(found(T(0)).choices == n);
        r.allowed[at] = 0;
        CHECK_FALSE(found(ra::not_a_number<T>()).nan);
        CHECK_FALSE(found(ra::pos_infinity<T>()).plus_infinity);
        CHECK(found(T(0)).choices == n - 1);
      }
  });
}

TEST_CASE_TEMPLATE("copy_kept copies the choices alive, and finds their range", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(4);
    for (std::size_t n = 1; n < 70; ++n) {
      row<T> r = random_row<T>(n, g);
      r.allowed[n - 1] = 1;
      if (n > 2) {  // what is not alive may be anything
        r.numbers[0] = ra::not_a_number<T>();
        r.numbers[1] = ra::pos_infinity<T>();
        r.allowed[0] = r.allowed[1] = 0;
      }
      std::vector<T> out(n, T(77));
      const simd::row_range range = simd::copy_kept(r.view(), ra::mask_view(r.allowed), T(-5), std::span(out));
      double least = static_cast<double>(r.numbers[n - 1]), largest = least;
      for (std::size_t a = 0; a < n; ++a) {
        CHECK(out[a] == (r.allowed[a] != 0 ? r.numbers[a] : T(-5)));
        if (r.allowed[a] == 0) continue;
        if (static_cast<double>(r.numbers[a]) < least) least = static_cast<double>(r.numbers[a]);
        if (static_cast<double>(r.numbers[a]) > largest) largest = static_cast<double>(r.numbers[a]);
      }
      CHECK(range.least == least);
      CHECK(range.largest == largest);
      CHECK(simd::range_of_kept(r.view(), ra::mask_view(r.allowed)).largest == largest);
    }
  });
}

TEST_CASE_TEMPLATE("shift_kept adds in double, and leaves what can never be made", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(5);
    for (std::size_t n = 1; n < 70; ++n) {
      row<T> r = random_row<T>(n, g);
      std::vector<T> base(n, T(0.5)), expected(n);
      if (n > 2) {
        r.numbers[1] = ra::not_a_number<T>();
        base[1] = ra::neg_infinity<T>();
      }
      for (std::size_t a = 0; a < n; ++a)
        expected[a] = n > 2 && a == 1 ? ra::neg_infinity<T>()
                                      : static_cast<T>(0.5 + 3.5 * (static_cast<double>(r.numbers[a]) - 0.25));
      simd::shift_kept(r.view(), 3.5, 0.25, std::span(base));
      for (std::size_t a = 0; a < n; ++a) {
        if (ra::is_neg_inf(expected[a]))
          CHECK(ra::is_neg_inf(base[a]));
        else
          CHECK(static_cast<double>(base[a]) == doctest::Approx(static_cast<double>(expected[a])).epsilon(1e-7));
      }
    }
  });
}

TEST_CASE_TEMPLATE("a shift stays within the range of the numbers", T, float, double) {
  realign_tests::on_every_isa([] {
    const double most = static_cast<double>((std::numeric_limits<T>::max)());
    for (const std::size_t n : {1U, 20U}) {
      const std::vector<T> row(n, T(3));
      std::vector<T> up(n, T(1)), down(n, T(1));
      simd::shift_kept(ra::vector_view<const T>(row.data(), n), most, 0.0, std::span(up));
      simd::shift_kept(ra::vector_view<const T>(row.data(), n), -most, 0.0, std::span(down));
      for (std::size_t a = 0; a < n; ++a) {
        CHECK(static_cast<double>(up[a]) == most);
        CHECK(static_cast<double>(down[a]) == -most);
      }
      // what is beyond it stays beyond
      simd::shift_kept(ra::vector_view<const T>(row.data(), n), -1.0, most / 2, std::span(up));
      simd::shift_kept(ra::vector_view<const T>(row.data(), n), -most, 0.0, std::span(up));
      for (std::size_t a = 0; a < n; ++a) CHECK(static_cast<double>(up[a]) == most);
    }
  });
}

TEST_CASE("rows with steps between their numbers are looked through one by one") {
  const std::vector<double> x{1, 9, ra::neg_infinity<double>(), 9, 3, 9};
  const ra::vector_view<const double> row(x.data(), 3, 2);
  std::vector<unsigned char> alive(3);
  const simd::row_support s = simd::keep_finite(row, {}, std::span(alive));
  CHECK(s.choices == 2);
  CHECK(s.minus_infinity);
  std::vector<double> out(3);
  CHECK(simd::copy_kept(row, ra::mask_view(alive), -1.0, std::span(out)).largest == 3);
  CHECK(out == std::vector<double>{1, -1, 3});
  std::vector<double> base(3, 1.0);
  base[1] = ra::neg_infinity<double>();
  simd::shift_kept(row, 2.0, 1.0, std::span(base));
  CHECK(base[0] == 1);
  CHECK(ra::is_neg_inf(base[1]));
  CHECK(base[2] == 5);
}
