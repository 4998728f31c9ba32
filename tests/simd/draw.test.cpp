// SPDX-License-Identifier: MIT
#include <realign/simd/draw.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
ra::vector_view<const T> view(const std::vector<T>& x) {
  return {x.data(), x.size()};
}
/// The rows start one number into the storage, so that they are not aligned.
template <class T>
ra::matrix_view<const T> rows(const std::vector<T>& x, std::size_t n) {
  return {x.data() + 1, n, (x.size() - 1) / n};
}
template <class T>
std::vector<T> random_rows(ra::random_generator& g, std::size_t numbers, double size, double masked) {
  std::vector<T> x(1 + numbers);
  for (T& v : x) v = ra::uniform(g) < masked ? ra::neg_infinity<T>() : static_cast<T>(size * ra::normal(g));
  return x;
}
mask random_mask(ra::random_generator& g, std::size_t n) {
  mask m(n);
  for (unsigned char& b : m) b = ra::uniform(g) < 0.5 ? 1 : 0;
  return m;
}

/// Gives the same 64 bits for ever.
struct stuck {
  std::uint64_t bits;
  std::uint64_t operator()() const noexcept { return bits; }
};

/// Probabilities of the geometric mean, by the definition, in double; above zero for every choice that can be made.
template <class T>
std::vector<double> distribution(ra::matrix_view<const T> x, const std::vector<double>& c, const mask& allowed) {
  std::vector<double> p(x.cols());
  double top = -1e300, sum = 0;
  const auto logit = [&](std::size_t a) {
    return simd::reference::geometric_logit(x, std::span<const double>(c), allowed, a);
  };
  for (std::size_t a = 0; a < p.size(); ++a)
    if (const double l = logit(a); !ra::is_neg_inf(l) && l > top) top = l;
  for (std::size_t a = 0; a < p.size(); ++a) {
    const double l = logit(a);
    sum += p[a] = ra::is_neg_inf(l) ? 0 : std::exp(l - top);
  }
  for (std::size_t a = 0; a < p.size(); ++a)
    p[a] = ra::is_neg_inf(logit(a)) ? 0 : (std::max)(p[a] / sum, 1e-300);
  return p;
}

/// u lies in the choice's part of [0, 1), up to rounding, and the choice has probability.
void check_quantile(const std::vector<double>& p, std::size_t choice, double u, double rounding) {
  double below = 0, all = 0;
  for (std::size_t a = 0; a < p.size(); ++a) {
    if (a < choice) below += p[a];
    all += p[a];
  }
  if (all == 0) {
    CHECK(choice == p.size());
    return;
  }
  REQUIRE(choice < p.size());
  CHECK(p[choice] > 0);
  CHECK(below <= u + rounding);
  CHECK(u <= below + p[choice] + rounding);
}

/// Pearson's statistic of draws against expected frequencies, in standard deviations above its mean. Choices are put
/// into bins by `bin`.
template <class Draw, class Bin>
double excess(const std::vector<double>& p, std::size_t bins, const Bin& bin, std::size_t draws, const Draw& draw) {
  std::vector<double> expected(bins, 0.0), got(bins, 0.0);
  for (std::size_t a = 0; a < p.size(); ++a) expected[bin(a)] += p[a] * static_cast<double>(draws);
  for (std::size_t i = 0; i < draws; ++i) got[bin(draw())] += 1;
  double statistic = 0, freedom = -1;
  for (std::size_t b = 0; b < bins; ++b) {
    if (expected[b] == 0) {
      CHECK(got[b] == 0);
      continue;
    }
    statistic += (got[b] - expected[b]) * (got[b] - expected[b]) / expected[b];
    freedom += 1;
  }
  return (statistic - freedom) / std::sqrt(2 * freedom);
}

/// What is drawn from the first of some rows, and from their geometric mean.
struct draws {
  std::vector<std::size_t> choices;
  std::vector<double> log_z;

  template <class T>
  draws(ra::matrix_view<const T> x, std::span<const double> c, const mask& allowed) {
    for (const double u : {0.0, 0.3, 0.8, 1 - 0x1p-53}) {
      add(simd::draw_at(x.row(0), u, allowed));
      add(simd::geometric_draw_at(x, c, u, allowed));
    }
    ra::random_generator g(12);
    for (int i = 0; i < 3; ++i) {
      choices.push_back(simd::draw(x.row(0), g, allowed));
      choices.push_back(simd::geometric_draw(x, c, g, allowed));
    }
  }
  void add(const simd::drawn& d) {
    choices.push_back(d.choice);
    log_z.push_back(d.log_z);
  }
  bool operator==(const draws& other) const { return choices == other.choices && same(log_z, other.log_z); }
};

template <class T>
constexpr double rounding = 40 * static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace

TEST_CASE_TEMPLATE("draw_at is the inverse of the distribution function, on every instruction set", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(1);
    for (const std::size_t n : {1U, 2U, 3U, 4U, 5U, 7U, 15U, 16U, 17U, 31U, 33U, 70U, 255U, 256U, 257U, 520U, 1039U})
      for (const double size : {0.0, 2.0, 1e3})
        for (const double masked : {0.0, 0.5})
          for (const std::size_t count : {1U, 2U, 4U, 7U}) {
            CAPTURE(n);
            CAPTURE(count);
            const auto x = random_rows<T>(g, count * n, size, masked / static_cast<double>(count));
            const mask allowed = masked > 0 && n % 2 == 1 ? random_mask(g, n) : mask{};
            std::vector<double> c(count, 0.7 / static_cast<double>(count));
            if (count > 2) c[1] = 0;
            const double bound = rounding<T> * (1 + size);
            const auto m = rows(x, count);
            const auto p = distribution(m, c, allowed);
            for (const double u : {0.0, 0.3, ra::uniform(g), 1 - 0x1p-53}) {
              const simd::drawn got = simd::geometric_draw_at(m, std::span<const double>(c), u, allowed);
              check_quantile(p, got.choice, u, bound);
              const double log_z = simd::reference::geometric_log_z(m, std::span<const double>(c), allowed);
              if (got.choice < n)
                CHECK(got.log_z == doctest::Approx(log_z).epsilon(bound));
              else
                CHECK(ra::is_neg_inf(got.log_z));
              if (count > 1) continue;
              const simd::drawn one = simd::draw_at(m.row(0), u, allowed);
              check_quantile(distribution(m, {1}, allowed), one.choice, u, bound);
            }
          }
  });
}

TEST_CASE_TEMPLATE("blocks of more than one chunk, and logits that rise along the row", T, float, double) {
  on_every_isa([] {
    constexpr std::size_t n = 300001;  // blocks of three chunks
    ra::random_generator g(2);
    std::vector<T> x = random_rows<T>(g, n, 1, 0.1);
    for (std::size_t a = 0; a <= n; ++a) x[a] += static_cast<T>(1e-4 * static_cast<double>(a));
    x[n - 700] = T(33);  // a late giant: what came before nearly vanishes
    const auto p = distribution(rows(x, 1), {1}, {});
    for (const double u : {0.0, 0.2, 0.9, 1 - 0x1p-53}) {
      const simd::drawn got = simd::draw_at(rows(x, 1).row(0), u);
      check_quantile(p, got.choice, u, rounding<T> * 4);
      const double log_p = static_cast<double>(x[1 + got.choice]) - got.log_z;
      CHECK(log_p == doctest::Approx(std::log(p[got.choice])).epsilon(1e-4));
    }
    const auto fifth = [](std::size_t a) { return a * 5 / n; };
    CHECK(excess(p, 5, fifth, 100, [&] { return simd::draw(rows(x, 1).row(0), g); }) < 5);
  });
}

TEST_CASE_TEMPLATE("draws follow the softmax: bounds, rejections and all", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(3);
    constexpr std::size_t n = 1500;
    for (const double size : {0.0, 1.0, 4.0}) {
      CAPTURE(size);
      auto x = random_rows<T>(g, n, size, 0.2);
      // blocks whose bounds are far from their masses: one peak among low choices; and a block of nothing
      for (std::size_t a = 257; a < 512; ++a) x[a] = T(-3);
      x[300] = T(2.5 * size + 1);
      for (std::size_t a = 1025; a < 1281; ++a) x[a] = ra::neg_infinity<T>();
      const auto row = rows(x, 1).row(0);
      const auto p = distribution(rows(x, 1), {1}, {});
      const auto place = [](std::size_t a) { return a == 299 ? std::size_t{20} : a * 20 / n; };
      CHECK(excess(p, 21, place, 6000, [&] { return simd::draw(row, g); }) < 5);
      // by size of the logit within their surroundings
      const auto kind = [&](std::size_t a) {
        if (ra::is_neg_inf(row[a])) return std::size_t{0};
        return static_cast<std::size_t>(1 + (a / 256) * 2 + (static_cast<double>(row[a]) > size ? 1 : 0));
      };
      CHECK(excess(p, 13, kind, 6000, [&] { return simd::draw(row, g); }) < 5);
    }
  });
}

TEST_CASE_TEMPLATE("draws from geometric means follow it: pairs, masks, many rows, rows of weight zero", T, float,
                   double) {
  on_every_isa([] {
    ra::random_generator g(4);
    constexpr std::size_t n = 700;
    for (const std::size_t count : {1U, 2U, 3U, 6U})
      for (const bool masked : {false, true}) {
        CAPTURE(count);
        CAPTURE(masked);
        auto x = random_rows<T>(g, count * n, 2, 0.05);
        std::vector<double> c(count);
        for (double& v : c) v = 0.2 + ra::uniform(g);
        if (count == 3) {
          c[1] = 0;
          for (std::size_t a = 0; a < n; ++a) x[1 + n + a] = ra::not_a_number<T>();
        }
        const mask allowed = masked ? random_mask(g, n) : mask{};
        const auto m = rows(x, count);
        const auto p = distribution(m, c, allowed);
        const auto place = [](std::size_t a) { return a * 14 / n; };
        CHECK(excess(p, 14, place, 6000, [&] {
                return simd::geometric_draw(m, std::span<const double>(c), g, allowed);
              }) < 5);
      }
  });
}

TEST_CASE_TEMPLATE("no choice without probability is drawn, whatever the generator gives", T, float, double) {
  on_every_isa([] {
    const T never = ra::neg_infinity<T>();
    for (const std::size_t n : {6U, 40U, 256U, 600U, 2000U}) {
      CAPTURE(n);
      // only the second and the last but one can be made; e^-1000 counts as nothing
      std::vector<T> x(n, never);
      x[1] = x[n - 2] = T(-5);
      x[0] = x[n - 1] = T(-1005);
      stuck least{0}, most{~std::uint64_t{0}};
      CHECK(simd::draw(view(x), least) == 1);
      CHECK(simd::draw(view(x), most) == n - 2);
      CHECK(simd::draw_at(view(x), 0.0).choice == 1);
      CHECK(simd::draw_at(view(x), 0.49).choice == 1);
      CHECK(simd::draw_at(view(x), 0.51).choice == n - 2);
      CHECK(simd::draw_at(view(x), 1 - 0x1p-53).choice == n - 2);
      mask allowed(n, 1);
      allowed[1] = 0;
      CHECK(simd::draw(view(x), least, allowed) == n - 2);
    }
  });
}

TEST_CASE_TEMPLATE("nothing to draw, and bad logits", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(5);
    for (const std::size_t n : {1U, 3U, 5U, 40U, 300U, 1000U}) {
      CAPTURE(n);
      std::vector<T> x(n, ra::neg_infinity<T>());
      CHECK(simd::draw(view(x), g) == n);
      CHECK(simd::draw_at(view(x), 0.5).choice == n);
      CHECK(ra::is_neg_inf(simd::draw_at(view(x), 0.5).log_z));
      const mask none(n, 0);
      x.assign(n, T(1));
      CHECK(simd::draw(view(x), g, none) == n);
      for (const T bad : {ra::not_a_number<T>(), -ra::not_a_number<T>(), ra::pos_infinity<T>()})
        for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
          x.assign(n, T(1));
          x[at] = bad;
          CHECK(simd::draw(view(x), g) == n);
          const simd::drawn got = simd::draw_at(view(x), 0.5);
          CHECK(got.choice == n);
          CHECK(ra::is_nan(got.log_z));
          const std::vector<double> c{0.5, 0.5};
          std::vector<T> two(x);
          two.insert(two.end(), n, T(0));
          const ra::matrix_view<const T> m(two.data(), 2, n);
          CHECK(simd::geometric_draw(m, std::span<const double>(c), g) == n);
          // masked, it is not seen
          mask allowed(n, 1);
          allowed[at] = 0;
          CHECK((simd::draw(view(x), g, allowed) < n) == (n > 1));
        }
    }
    CHECK(simd::draw(ra::vector_view<const T>(), g) == 0);
  });
}

TEST_CASE_TEMPLATE("strided rows, negative coefficients and extreme logits", T, float, double) {
  ra::random_generator g(6);
  std::vector<T> wide(2 * 500);
  for (T& v : wide) v = static_cast<T>(ra::normal(g));
  const ra::vector_view<const T> strided(wide.data(), 500, 2);
  std::vector<T> x(500);
  for (std::size_t a = 0; a < x.size(); ++a) x[a] = wide[2 * a];
  const auto p = distribution(ra::matrix_view<const T>(x.data(), 1, 500), {1}, {});
  for (const double u : {0.0, 0.4, 0.99}) check_quantile(p, simd::draw_at(strided, u).choice, u, 1e-12);
  CHECK(simd::draw(strided, g) < 500);

  const std::vector<T> two{0, 1, 2, 3, 0, 0, 2, ra::neg_infinity<T>(), 0, 0};
  const ra::matrix_view<const T> m(two.data(), 2, 5);
  const std::vector<double> c{1.5, -0.5};
  const auto q = distribution(m, c, {1, 1, 0, 1, 1});
  for (const double u : {0.0, 0.4, 0.99}) {
    const mask allowed{1, 1, 0, 1, 1};
    check_quantile(q, simd::geometric_draw_at(m, std::span<const double>(c), u, allowed).choice, u, 1e-12);
  }

  const T big = (std::numeric_limits<T>::max)();
  std::vector<T> far(300, -big);
  CHECK(simd::draw(view(far), g) < 300);
  far[280] = T(1e4);
  far[281] = T(-1e4);
  CHECK(simd::draw(view(far), g) == 280);
  CHECK(simd::draw_at(view(far), 0.999).log_z == doctest::Approx(1e4));
}

TEST_CASE_TEMPLATE("from rows of 16 bits the same choices are drawn as from their floats", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    realign_tests::each_half_mix<H>([](const half_rows<H>& x, std::span<const double> c, const mask& allowed) {
      CHECK(draws(x.halves(), c, allowed) == draws(x.floats(), c, allowed));
    });
  });
  ra::random_generator g(8);
  const half_rows<H> x(realign_tests::some_logits(g, 1, 600, 2.0), 1), finite(std::vector<float>(600, 1.5F), 1);
  const std::vector<double> c{0.5, 0.25}, beyond{1.5, -0.5};
  CHECK(draws(ra::matrix_view<const H>(x.halves().data(), 2, 300, 1, 2), c, {}) ==
        draws(ra::matrix_view<const float>(x.floats().data(), 2, 300, 1, 2), c, {}));
  CHECK(draws(ra::matrix_view<const H>(finite.halves().data(), 2, 300), beyond, {}) ==
        draws(ra::matrix_view<const float>(finite.floats().data(), 2, 300), beyond, {}));
}

TEST_CASE_TEMPLATE("long rows of 16 bits: blocks of more than one chunk", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    ra::random_generator g(9);
    const half_rows<H> x(realign_tests::some_logits(g, 2, 140001, 3.0), 2, 1);
    const std::vector<double> c{0.5, 0.5};
    CHECK(draws(x.halves(), c, {}) == draws(x.floats(), c, {}));
    const mask allowed = realign_tests::some_mask(g, 140001);
    CHECK(draws(x.halves(), c, allowed) == draws(x.floats(), c, allowed));
  });
}
