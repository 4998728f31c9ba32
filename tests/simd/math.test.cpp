// SPDX-License-Identifier: MIT
#include <realign/simd/math.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <realign/core/random.hpp>

#include "every_isa.hpp"
#include "ulp.hpp"

namespace {

namespace ra = realign;
using realign_tests::on_every_isa;
using realign_tests::tested_functions;
using realign_tests::ulp_error;

template <class T>
using wider = std::conditional_t<sizeof(T) == 4, double, long double>;
template <class T>
constexpr auto& functions = tested_functions<T, wider<T>>;

template <class T>
ra::vector_view<const T> in(const std::vector<T>& x) {
  return {x.data(), x.size()};
}
template <class T>
ra::vector_view<T> out(std::vector<T>& x) {
  return {x.data(), x.size()};
}

template <class T>
T from_bits(std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> b) {
  T x;
  std::memcpy(&x, &b, sizeof x);
  return x;
}
/// A number of any bits that is finite.
template <class T>
T any_number(ra::random_generator& g) {
  for (;;) {
    const T x = from_bits<T>(static_cast<std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>(g()));
    if (ra::is_finite(x)) return x;
  }
}

/// Numbers of all sizes, and many where the functions bend.
template <class T>
std::vector<T> samples(std::size_t n) {
  ra::random_generator g(17);
  std::vector<T> x;
  while (x.size() < n) {
    x.push_back(any_number<T>(g));
    for (const double range : {1e-3, 1.0, 20.0, 90.0, 720.0})
      x.push_back(static_cast<T>(range * (2 * ra::uniform(g) - 1)));
    x.push_back(static_cast<T>(1 + ra::normal(g) * 1e-3));
  }
  return x;
}

/// One number through a function, among others.
template <class T, class F>
T at(const F& f, const T& x, std::size_t n) {
  std::vector<T> row(n, T(0.5)), y(n);
  row[n - 1] = x;
  f.run(in(row), out(y));
  return y[n - 1];
}

template <class T>
const auto& named(const std::string& name) {
  for (const auto& f : functions<T>)
    if (f.name == name) return f;
  throw name;
}

}  // namespace

TEST_CASE_TEMPLATE("the errors are as small as promised", T, float, double) {
  using W = wider<T>;
  // where no wider type exists, its own rounding counts
  const double slack = std::numeric_limits<W>::digits > std::numeric_limits<T>::digits ? 0 : 1;
  const std::vector<T> x = samples<T>(20000);
  std::vector<T> y(x.size());
  on_every_isa([&] {
    for (const auto& f : functions<T>) {
      f.run(in(x), out(y));
      double worst = 0;
      T where{};
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (!(x[i] > f.below)) continue;
        const double e = ulp_error(y[i], f.wide(static_cast<W>(x[i])), f.flushes);
        if (e > worst) {
          worst = e;
          where = x[i];
        }
      }
      CAPTURE(f.name);
      CAPTURE(where);
      CHECK(worst <= f.most_ulp + slack);
    }
  });
}

TEST_CASE_TEMPLATE("infinities, NaN and the ends of the range", T, float, double) {
  const T inf = ra::pos_infinity<T>(), never = ra::neg_infinity<T>(), nan = ra::not_a_number<T>();
  const T most = (std::numeric_limits<T>::max)(), least = (std::numeric_limits<T>::min)();
  on_every_isa([&] {
    for (const std::size_t n : {1U, 3U, 16U, 37U}) {
      CAPTURE(n);
      for (const auto& f : functions<T>) {
        CAPTURE(f.name);
        CHECK(ra::is_nan(at<T>(f, nan, n)));
        CHECK(ra::is_nan(at<T>(f, -nan, n)));
      }
      const auto& exp = named<T>("exp");
      CHECK(ra::is_pos_inf(at<T>(exp, inf, n)));
      CHECK(ra::is_pos_inf(at<T>(exp, most, n)));
      CHECK(at<T>(exp, never, n) == T(0));
      CHECK(at<T>(exp, -most, n) == T(0));
      CHECK(at<T>(exp, T(0), n) == T(1));
      const T top = sizeof(T) == 4 ? T(88.7228317F) : T(709.782712893383973);  // the last to stay finite
      CHECK(ra::is_finite(at<T>(exp, top, n)));
      CHECK(ra::is_pos_inf(at<T>(exp, std::nextafter(top, most), n)));

      const auto& log = named<T>("log");
      CHECK(ra::is_neg_inf(at<T>(log, T(0), n)));
      CHECK(ra::is_neg_inf(at<T>(log, T(-0.0), n)));
      CHECK(ra::is_pos_inf(at<T>(log, inf, n)));
      CHECK(at<T>(log, T(1), n) == T(0));
      for (const T x : {-least, T(-1), -most, never}) CHECK(ra::is_nan(at<T>(log, x, n)));

      const auto& log1p = named<T>("log1p");
      CHECK(ra::is_neg_inf(at<T>(log1p, T(-1), n)));
      CHECK(ra::is_pos_inf(at<T>(log1p, inf, n)));
      for (const T x : {T(-1.5), -most, never}) CHECK(ra::is_nan(at<T>(log1p, x, n)));

      const auto& softplus = named<T>("softplus");
      CHECK(ra::is_pos_inf(at<T>(softplus, inf, n)));
      CHECK(at<T>(softplus, most, n) == most);
      CHECK(at<T>(softplus, never, n) == T(0));
      CHECK(at<T>(softplus, -most, n) == T(0));

      const auto& sigmoid = named<T>("sigmoid");
      CHECK(at<T>(sigmoid, inf, n) == T(1));
      CHECK(at<T>(sigmoid, never, n) == T(0));
      CHECK(at<T>(sigmoid, T(0), n) == T(0.5));

      const auto& tanh = named<T>("tanh");
      CHECK(at<T>(tanh, inf, n) == T(1));
      CHECK(at<T>(tanh, never, n) == T(-1));
      CHECK(at<T>(tanh, -most, n) == T(-1));
    }
  });
}

TEST_CASE_TEMPLATE("nothing is lost near zero, and zero keeps its sign", T, float, double) {
  on_every_isa([&] {
    for (const std::size_t n : {1U, 16U, 37U})
      for (const char* const name : {"log1p", "tanh"}) {
        const auto& f = named<T>(name);
        for (const T x : {T(0.0), T(-0.0), std::numeric_limits<T>::denorm_min(), -std::numeric_limits<T>::denorm_min(),
                          (std::numeric_limits<T>::min)(), T(1e-30), T(-1e-30)}) {
          const T y = at<T>(f, x, n);
          CHECK(std::memcmp(&y, &x, sizeof x) == 0);
        }
      }
  });
}

TEST_CASE_TEMPLATE("log of denormals", T, float, double) {
  // 2^-149, 3 * 2^-149 (2^-1074, ...)
  const double unit = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
  on_every_isa([&] {
    for (const unsigned m : {1U, 3U, 1000U}) {
      const T x = from_bits<T>(m);
      const double exact = unit * 0.693147180559945309 + std::log(static_cast<double>(m));
      CHECK(static_cast<double>(at<T>(named<T>("log"), x, 16)) ==
            doctest::Approx(exact).epsilon(2 * static_cast<double>(std::numeric_limits<T>::epsilon())));
    }
  });
}

TEST_CASE_TEMPLATE("every length, in place, with strides; the neighbours are not touched", T, float, double) {
  ra::random_generator g(3);
  on_every_isa([&] {
    for (const auto& f : functions<T>) {
      bool same = true, untouched = true;
      for (std::size_t n = 0; n <= 70; ++n) {
        std::vector<T> row(n + 2), y(n + 2, T(7)), wide(2 * n + 1, T(7));
        for (T& x : row) x = static_cast<T>(0.1 + 3 * ra::uniform(g));
        f.run({row.data() + 1, n}, {y.data() + 1, n});
        untouched = untouched && y[0] == T(7) && y[n + 1] == T(7);
        for (std::size_t i = 0; i < n; ++i) wide[2 * i] = row[i + 1];
        const ra::vector_view<T> strided(wide.data(), n, 2);
        f.run(strided, strided);
        f.run({row.data() + 1, n}, {row.data() + 1, n});
        for (std::size_t i = 0; i < n; ++i) {
          same = same && row[i + 1] == y[i + 1] &&
                 ulp_error(wide[2 * i], static_cast<wider<T>>(y[i + 1]), false) <= f.most_ulp + 1;
          untouched = untouched && wide[2 * i + 1] == T(7);
        }
      }
      CAPTURE(f.name);
      CHECK(same);
      CHECK(untouched);
    }
  });
}
