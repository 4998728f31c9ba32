// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/contract.hpp>
#include <realign/preference/segment.hpp>

#include <span>
#include <vector>

namespace ra = realign;

TEST_CASE_TEMPLATE("steps are counted by the mask", T, float, double) {
  const std::vector<T> l{-1, -2, -3};
  const std::vector<unsigned char> holes{1, 0, 255}, none{0, 0, 0};
  ra::segment<T> s{.log_probs = ra::as_view(l)};
  CHECK(s.size() == 3);
  CHECK(s.steps() == 3);
  CHECK(s.exists(1));
  s.mask = std::span<const unsigned char>(holes);
  CHECK(s.steps() == 2);
  CHECK_FALSE(s.exists(1));
  CHECK(s.exists(2));
  s.mask = std::span<const unsigned char>(none);
  CHECK(s.steps() == 0);
  CHECK(ra::segment<T>{}.steps() == 0);
}

TEST_CASE_TEMPLATE("columns of a time-major array are segments", T, float, double) {
  const std::vector<T> by_time{-1, -10, -2, -20, -3, -30};
  const ra::segment<T> s{.log_probs = {by_time.data() + 1, 3, 2}};
  CHECK(s.log_probs[2] == T(-30));
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("shapes that do not fit are contract errors", T, float, double) {
  const std::vector<T> l{-1, -2}, r{-1};
  const std::vector<unsigned char> m{1};
  const ra::segment<T> short_mask[] = {{ra::as_view(l), {}, std::span<const unsigned char>(m)}};
  const ra::segment<T> short_reference[] = {{ra::as_view(l), ra::as_view(r), {}}};
  const ra::segment<T> no_reference[] = {{ra::as_view(l), {}, {}}};
  using many = std::span<const ra::segment<T>>;
  CHECK_THROWS_WITH_AS(ra::detail::check_segments(many(short_mask), false),
                       "mask: expected one byte per step, got 1 for 2 steps in segment 0",
                       ra::contract_error);
  CHECK_THROWS_AS(ra::detail::check_segments(many(short_reference), true), ra::contract_error);
  CHECK_THROWS_AS(ra::detail::check_segments(many(no_reference), true), ra::contract_error);
  CHECK_NOTHROW(ra::detail::check_segments(many(no_reference), false));
}

TEST_CASE("bad pairs are contract errors") {
  const double nan = ra::not_a_number<double>();
  const auto check = [](ra::preference_pair p) { ra::detail::check_pairs({&p, 1}, 2); };
  CHECK_NOTHROW(check({0, 1, 0.0, 0.0}));
  CHECK_NOTHROW(check({1, 0, 0.5, -3.0}));
  CHECK_THROWS_AS(check({0, 2, 1.0, 0.0}), ra::contract_error);
  CHECK_THROWS_AS(check({0, 1, 1.1, 0.0}), ra::contract_error);
  CHECK_THROWS_AS(check({0, 1, -0.1, 0.0}), ra::contract_error);
  CHECK_THROWS_AS(check({0, 1, nan, 0.0}), ra::contract_error);
  CHECK_THROWS_AS(check({0, 1, 1.0, ra::pos_infinity<double>()}), ra::contract_error);
}
#endif
