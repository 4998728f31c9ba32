// SPDX-License-Identifier: MIT
#include <realign/core/libm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <concepts>
#include <initializer_list>

namespace libm = realign::libm;

TEST_CASE("the functions are those of <cmath>, in the precision of their argument") {
  const auto both = [](auto ours, auto theirs, double x) {
    CHECK(ours(x) == theirs(x));
    const auto single = static_cast<float>(x);
    CHECK(ours(single) == theirs(single));
    static_assert(std::same_as<decltype(ours(single)), float>);
    static_assert(std::same_as<decltype(ours(x)), double>);
  };
  for (const double x : {1e-6, 0.3, 1.0, 2.75, 60.0}) {
    CAPTURE(x);
    both([](auto v) { return libm::exp(v); }, [](auto v) { return std::exp(v); }, x);
    both([](auto v) { return libm::expm1(v); }, [](auto v) { return std::expm1(v); }, x);
    both([](auto v) { return libm::fabs(v); }, [](auto v) { return std::fabs(v); }, -x);
    both([](auto v) { return libm::log(v); }, [](auto v) { return std::log(v); }, x);
    both([](auto v) { return libm::log1p(v); }, [](auto v) { return std::log1p(v); }, x);
    both([](auto v) { return libm::sqrt(v); }, [](auto v) { return std::sqrt(v); }, x);
    both([](auto v) { return libm::tanh(v); }, [](auto v) { return std::tanh(v); }, x);
    CHECK(libm::pow(x, 1.7) == std::pow(x, 1.7));
    CHECK(libm::ilogb(x) == std::ilogb(x));
    CHECK(libm::ldexp(x, -3) == x / 8);
    CHECK(libm::fmax(x, 1.0) == (x > 1 ? x : 1.0));
  }
}
