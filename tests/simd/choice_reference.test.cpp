// SPDX-License-Identifier: MIT
#include <realign/simd/choice_reference.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ra = realign;
namespace reference = ra::simd::reference;

namespace {
template <class T>
ra::vector_view<const T> view(const std::vector<T>& x) {
  return {x.data(), x.size()};
}
}  // namespace

TEST_CASE_TEMPLATE("the choice at u, of hand values", T, float, double) {
  // probabilities 1/4, 0, 1/2, 1/4
  const std::vector<T> x{T(0), ra::neg_infinity<T>(), static_cast<T>(std::log(2.0)), T(0)};
  const auto at = [&](double u) { return reference::draw_at(view(x), u, {}).choice; };
  CHECK(at(0) == 0);
  CHECK(at(0.24) == 0);
  CHECK(at(0.26) == 2);
  CHECK(at(0.74) == 2);
  CHECK(at(0.76) == 3);
  CHECK(reference::draw_at(view(x), 0.5, {}).log_z == doctest::Approx(std::log(4.0)));
  const std::vector<unsigned char> allowed{0, 1, 0, 1};
  CHECK(reference::draw_at(view(x), 0.0, allowed).choice == 3);
  const std::vector<double> c{2};
  const ra::matrix_view<const T> m(x.data(), 1, 4);  // squared: 1/6, 0, 4/6, 1/6
  CHECK(reference::geometric_draw_at(m, std::span<const double>(c), 0.17, {}).choice == 2);
  CHECK(reference::geometric_draw_at(m, std::span<const double>(c), 0.84, {}).choice == 3);
}

TEST_CASE_TEMPLATE("the largest, of hand values", T, float, double) {
  const std::vector<T> x{1, 3, ra::neg_infinity<T>(), 3, 2};
  std::array<std::size_t, 3> choices{};
  std::array<T, 3> values{};
  ra::simd::detail::top_heap<T> heap{values.data(), choices.data(), 3};
  CHECK(reference::top_k(5, [&](std::size_t a) { return reference::plain_logit(view(x), {}, a); }, heap));
  heap.sort();
  CHECK(choices == std::array<std::size_t, 3>{1, 3, 4});
  CHECK(values == std::array<T, 3>{3, 3, 2});
}

TEST_CASE_TEMPLATE("masses by cell, of hand values", T, float, double) {
  const std::vector<T> x{0, 0, ra::neg_infinity<T>(), 0};
  const std::array<std::uint8_t, 4> cell{1, 0, 1, 1};
  std::array<double, 2> mass{};
  reference::add_cells([&](std::size_t a) { return reference::plain_logit(view(x), {}, a); }, std::log(3.0),
                       std::span<const std::uint8_t>(cell), mass.data());
  CHECK(mass[0] == doctest::Approx(1.0 / 3));
  CHECK(mass[1] == doctest::Approx(2.0 / 3));
}
