// SPDX-License-Identifier: MIT
#include <realign/simd/top_k.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>

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
struct selection {
  std::vector<std::size_t> choices;
  std::vector<T> values;
  friend bool operator==(const selection&, const selection&) = default;

  explicit selection(std::size_t k) : choices(k, 12345), values(k, T(7)) {}
  void keep(std::size_t found) {
    choices.resize(found);
    values.resize(found);
  }
};

template <class T>
selection<T> top_k(ra::vector_view<const T> x, std::size_t k, const mask& allowed = {}) {
  selection<T> s(k);
  s.keep(simd::top_k(x, std::span<std::size_t>(s.choices), std::span<T>(s.values), allowed));
  return s;
}
template <class T>
ra::vector_view<const T> view(const std::vector<T>& x) {
  return {x.data(), x.size()};
}

/// By sorting everything.
template <class T>
selection<T> expected(ra::vector_view<const T> x, std::size_t k, const mask& allowed = {}) {
  std::vector<std::size_t> order;
  for (std::size_t a = 0; a < x.size(); ++a)
    if (simd::detail::alive(allowed, a, x[a])) order.push_back(a);
  const auto better = [&](std::size_t a, std::size_t b) { return x[a] > x[b] || (!(x[a] < x[b]) && a < b); };
  k = (std::min)(k, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(), better);
  selection<T> s(0);
  for (std::size_t i = 0; i < k; ++i) {
    s.choices.push_back(order[i]);
    s.values.push_back(x[order[i]]);
  }
  return s;
}

template <class T>
std::vector<T> random_row(ra::random_generator& g, std::size_t n, double steps, double masked) {
  std::vector<T> x(n);
  for (T& v : x)
    v = ra::uniform(g) < masked ? ra::neg_infinity<T>() : static_cast<T>(std::floor(steps * ra::normal(g)) / steps);
  return x;
}

/// The likeliest choices of the first of some rows, and of their geometric mean.
struct likeliest {
  std::vector<std::size_t> choices;
  std::vector<float> values;
  std::vector<double> best;

  template <class T>
  likeliest(ra::matrix_view<const T> x, std::span<const double> c, const mask& allowed) {
    for (const std::size_t k : {1U, 5U, 40U, 300U}) {
      add(k, [&](auto to, auto numbers) { return simd::top_k(x.row(0), to, numbers, allowed); });
      add(k, [&](auto to, auto numbers) { return simd::geometric_top_k(x, c, to, numbers, allowed); });
    }
    add(simd::argmax(x.row(0), allowed));
    add(simd::geometric_argmax(x, c, allowed));
  }
  template <class F>
  void add(std::size_t k, const F& f) {
    selection<float> s(k);
    s.keep(f(std::span<std::size_t>(s.choices), std::span<float>(s.values)));
    choices.insert(choices.end(), s.choices.begin(), s.choices.end());
    values.insert(values.end(), s.values.begin(), s.values.end());
  }
  void add(const simd::extreme& e) {
    choices.push_back(e.choice);
    best.push_back(e.value);
  }
  bool operator==(const likeliest& other) const {
    return choices == other.choices && same(values, other.values) && same(best, other.best);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("top_k is the head of the sorted row, ties to the lowest choice", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(1);
    for (const std::size_t n : {1U, 2U, 3U, 4U, 7U, 15U, 16U, 17U, 33U, 70U, 129U, 300U, 1039U})
      for (const std::size_t k : {1U, 2U, 3U, 10U, 40U, 2000U})
        for (const double steps : {1.0, 1e6})  // many equal numbers, hardly any
          for (const double masked : {0.0, 0.5}) {
            CAPTURE(n);
            CAPTURE(k);
            // not aligned
            const auto x = random_row<T>(g, n + 1, steps, masked);
            const ra::vector_view<const T> row(x.data() + 1, n);
            CHECK(top_k(row, k) == expected(row, k));
            mask allowed(n);
            for (unsigned char& b : allowed) b = ra::uniform(g) < 0.7 ? 1 : 0;
            CHECK(top_k(row, k, allowed) == expected(row, k, allowed));
          }
  });
}

TEST_CASE_TEMPLATE("long rows: the limit is found among groups of choices", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(2);
    for (const std::size_t n : {5003U, 40000U}) {
      auto x = random_row<T>(g, n, 1e6, 0.1);
      x[17] = T(1e30);  // far from the rest
      x[18] = T(-1e30);
      const mask none;
      for (const std::size_t k : {31U, 32U, 100U, 448U, 449U, 1500U, 4000U}) {
        CAPTURE(n);
        CAPTURE(k);
        CHECK(top_k(view(x), k) == expected(view(x), k));
        const auto equal = random_row<T>(g, n, 0.5, 0.1);
        CHECK(top_k(view(equal), k) == expected(view(equal), k));
        // next to nothing can be selected
        const auto sparse = random_row<T>(g, n, 1e6, 0.99);
        CHECK(top_k(view(sparse), k) == expected(view(sparse), k));
      }
    }
    std::vector<T> rising(30000), lowest(30000, std::numeric_limits<T>::lowest());
    for (std::size_t a = 0; a < rising.size(); ++a) rising[a] = static_cast<T>(a);
    CHECK(top_k(view(rising), 100) == expected(view(rising), 100));
    CHECK(top_k(view(lowest), 100) == expected(view(lowest), 100));
  });
}

TEST_CASE_TEMPLATE("argmax", T, float, double) {
  on_every_isa([] {
    for (const std::size_t n : {1U, 5U, 40U, 1000U}) {
      std::vector<T> x(n, T(-1));
      CHECK(simd::argmax(view(x)).choice == 0);
      x[n / 2] = x[n - 1] = T(2);
      const simd::extreme best = simd::argmax(view(x));
      CHECK(best.choice == n / 2);
      CHECK(best.value == 2);
      mask allowed(n, 1);
      allowed[n / 2] = 0;
      CHECK(simd::argmax(view(x), allowed).choice == (n == 1 ? 1 : n - 1));
    }
    const std::vector<T> none(20, ra::neg_infinity<T>());
    CHECK(simd::argmax(view(none)).choice == 20);
    CHECK(ra::is_neg_inf(simd::argmax(view(none)).value));
  });
}

TEST_CASE_TEMPLATE("sums of rows: likeliest choices of a geometric mean", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(3);
    for (const std::size_t n : {3U, 40U, 700U})
      for (const std::size_t count : {1U, 2U, 5U, 18U}) {
        std::vector<T> x = random_row<T>(g, count * n, 2, 0.05), sum(n);
        std::vector<double> c(count);
        for (double& v : c) v = std::floor(4 * ra::uniform(g)) / 4;  // exact sums
        c[0] = 0.5;
        const ra::matrix_view<const T> m(x.data(), count, n);
        for (std::size_t a = 0; a < n; ++a)
          sum[a] = static_cast<T>(simd::reference::geometric_logit(m, std::span<const double>(c), {}, a));
        selection<T> got(9);
        got.keep(simd::geometric_top_k(m, std::span<const double>(c), std::span<std::size_t>(got.choices),
                                       std::span<T>(got.values)));
        CHECK(got == expected(view(sum), 9));
        CHECK(simd::geometric_argmax(m, std::span<const double>(c)).choice == simd::argmax(view(sum)).choice);
      }
  });
  // negative coefficients
  const std::vector<T> two{0, 1, 2, 3, 4, 0, 0, 2, 4, 5};
  const std::vector<double> c{1.5, -0.5};
  const ra::matrix_view<const T> m(two.data(), 2, 5);
  CHECK(simd::geometric_argmax(m, std::span<const double>(c)).value == 3.5);
}

TEST_CASE_TEMPLATE("NaN and plus infinity stand alone; strides; nothing asked for", T, float, double) {
  on_every_isa([] {
    for (const std::size_t n : {3U, 20U, 300U, 6000U})
      for (const T bad : {ra::not_a_number<T>(), -ra::not_a_number<T>(), ra::pos_infinity<T>()})
        for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
          std::vector<T> x(n, T(1));
          x[at] = bad;
          const auto got = top_k(view(x), 40);
          REQUIRE(got.choices == std::vector<std::size_t>{at});
          CHECK(ra::is_nan(got.values[0]));
          CHECK(ra::is_nan(simd::argmax(view(x)).value));
          mask allowed(n, 1);
          allowed[at] = 0;
          CHECK(top_k(view(x), 2, allowed).choices.size() == 2);
        }
  });
  const std::vector<T> wide{1, 9, 3, 9, 2, 9};
  CHECK(top_k(ra::vector_view<const T>(wide.data(), 3, 2), 2).choices == std::vector<std::size_t>{1, 2});
  CHECK(top_k(view(wide), 0).choices.empty());
  CHECK(top_k(ra::vector_view<const T>(), 3).choices.empty());
}

TEST_CASE_TEMPLATE("of rows of 16 bits the same choices are selected as of their floats", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    realign_tests::each_half_mix<H>([](const half_rows<H>& x, std::span<const double> c, const mask& allowed) {
      CHECK(likeliest(x.halves(), c, allowed) == likeliest(x.floats(), c, allowed));
    });
  });
  ra::random_generator g(8);
  const half_rows<H> x(realign_tests::some_logits(g, 1, 600, 2.0), 1), finite({1, 2, 3, 4, 0, -1}, 2);
  const std::vector<double> c{0.5, 0.25}, beyond{1.5, -0.5};
  CHECK(likeliest(ra::matrix_view<const H>(x.halves().data(), 2, 300, 1, 2), c, {}) ==
        likeliest(ra::matrix_view<const float>(x.floats().data(), 2, 300, 1, 2), c, {}));
  CHECK(likeliest(finite.halves(), beyond, {}) == likeliest(finite.floats(), beyond, {}));
}
