// SPDX-License-Identifier: MIT
#include <realign/simd/discount.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <realign/core/random.hpp>

namespace ra = realign;
namespace simd = realign::simd;

namespace {

template <class X>
ra::vector_view<const X> in(const std::vector<X>& x) {
  return {x.data(), x.size()};
}
template <class X>
ra::vector_view<X> out(std::vector<X>& x) {
  return {x.data(), x.size()};
}

template <class F>
void on_every_set(const F& f) {
  for (const simd::isa set : {simd::isa::portable, simd::isa::avx2, simd::isa::avx512}) {
    if (!simd::supported(set)) continue;
    CAPTURE(simd::to_string(set));
    const simd::isa held = simd::force(set);
    f();
    simd::force(held);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("discounted sums by hand", T, float, double) {
  const std::vector<T> x{1, 2, 4, 8}, less{1, 1, 1, 1};
  const std::vector<unsigned char> exists{1, 0, 1, 1};
  CHECK(simd::discounted_sum(in(x), {}, {}, 0.5) == 4.0);
  CHECK(simd::discounted_sum(in(x), in(less), {}, 1.0) == 11.0);
  CHECK(simd::discounted_sum(in(x), in(less), in(exists), 0.5) == 0.75 + 0.875);
  CHECK(simd::discounted_sum(in(x), {}, {}, 0.0) == 1.0);
  CHECK(simd::discounted_sum(in(std::vector<T>{}), {}, {}, 0.5) == 0.0);
  std::vector<T> y{1, 1, 1, 1};
  simd::add_discounted(8.0, in(exists), 0.5, out(y));
  CHECK(y == std::vector<T>{9, 1, 3, 2});
}

TEST_CASE_TEMPLATE("as on scalar code, on every instruction set", T, float, double) {
  on_every_set([] {
    ra::random_generator g(41);
    for (std::size_t n = 0; n <= 70; ++n)
      for (const double gamma : {0.0, 0.3, 0.99, 1.0})
        for (const bool relative : {false, true})
          for (const bool masked : {false, true}) {
            CAPTURE(n);
            CAPTURE(gamma);
            std::vector<T> x(n), less(relative ? n : 0), y(n, T(2)), z(n, T(2));
            std::vector<unsigned char> exists(masked ? n : 0);
            for (T& v : x) v = static_cast<T>(ra::normal(g));
            for (T& v : less) v = static_cast<T>(ra::normal(g));
            for (auto& m : exists) m = ra::uniform(g) < 0.6 ? 1 : 0;
            CHECK(simd::discounted_sum(in(x), in(less), in(exists), gamma) ==
                  doctest::Approx(simd::reference::discounted_sum(in(x), in(less), in(exists), gamma)).epsilon(1e-13));
            simd::add_discounted(0.7, in(exists), gamma, out(y));
            simd::reference::add_discounted(0.7, in(exists), gamma, out(z));
            for (std::size_t t = 0; t < n; ++t)
              CHECK(std::fabs(static_cast<double>(y[t] - z[t])) <=
                    2 * static_cast<double>(std::numeric_limits<T>::epsilon()));
          }
  });
}

TEST_CASE_TEMPLATE("what does not count may be no number; what counts is seen", T, float, double) {
  on_every_set([] {
    const T nan = ra::not_a_number<T>();
    for (std::size_t n = 1; n <= 40; ++n)
      for (std::size_t at = 0; at < n; ++at) {
        std::vector<T> x(n, T(1)), zeros(n, T(0));
        std::vector<unsigned char> exists(n, 1);
        x[at] = nan;
        CHECK(ra::is_nan(simd::discounted_sum(in(x), {}, {}, 0.9)));
        CHECK(ra::is_nan(simd::discounted_sum(in(zeros), in(x), {}, 0.9)));
        CHECK(ra::is_nan(simd::discounted_sum(in(x), {}, {}, 0.0)) == (at == 0));
        exists[at] = 0;
        CHECK(ra::is_finite(simd::discounted_sum(in(x), {}, in(exists), 0.9)));
        CHECK(ra::is_finite(simd::discounted_sum(in(zeros), in(x), in(exists), 0.9)));
        x[at] = ra::neg_infinity<T>();
        CHECK(ra::is_neg_inf(simd::discounted_sum(in(x), {}, {}, 0.9)));
      }
  });
}

TEST_CASE_TEMPLATE("views with strides", T, float, double) {
  std::vector<T> x(40, T(5)), y(40, T(1));
  std::vector<unsigned char> exists(40, 0);
  for (std::size_t t = 0; t < 20; ++t) {
    x[2 * t] = static_cast<T>(t);
    exists[2 * t] = 1;
  }
  const ra::vector_view<const T> every_other(x.data(), 20, 2);
  CHECK(simd::discounted_sum(every_other, {}, simd::step_mask(exists.data(), 20, 2), 1.0) == 190.0);
  simd::add_discounted(1.0, {}, 1.0, ra::vector_view<T>(y.data(), 20, 2));
  for (std::size_t i = 0; i < 40; ++i) CHECK(y[i] == (i % 2 == 0 ? T(2) : T(1)));
}
