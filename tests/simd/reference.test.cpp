// SPDX-License-Identifier: MIT
// Every kernel of every instruction set against the scalar reference.
#include <realign/simd/reference.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/mix.hpp>
#include <realign/simd/tilt.hpp>

namespace {

namespace ra = realign;
namespace simd = ra::simd;

// lengths around every vector width, block and tail
constexpr std::array<std::size_t, 20> lengths{1,  2,  3,  4,  5,  7,   8,   9,   15,  16,
                                              17, 31, 33, 64, 71, 127, 128, 129, 300, 1039};

/// Runs `body` on every instruction set of this processor.
template <class Body>
void on_every_isa(const Body& body) {
  const simd::isa before = simd::active();
  for (const simd::isa set : {simd::isa::portable, simd::isa::avx2, simd::isa::avx512}) {
    if (!simd::supported(set)) continue;
    simd::force(set);
    CAPTURE(simd::to_string(set));
    body();
  }
  simd::force(before);
}

/// Rounding of an exponent or a logarithm of this size, in the number type.
template <class T>
double rounding(double size) {
  return 6 * static_cast<double>(std::numeric_limits<T>::epsilon()) * (1 + std::fabs(size));
}

/// One number more than asked for in front, so that rows are not aligned.
template <class T>
struct rows_of {
  std::vector<T> numbers;
  std::size_t count, n;
  rows_of(ra::random_generator& g, std::size_t rows, std::size_t length, double size, double masked)
      : numbers(1 + rows * length), count(rows), n(length) {
    for (T& x : numbers)
      x = ra::uniform(g) < masked ? ra::neg_infinity<T>() : static_cast<T>(size * ra::normal(g));
  }
  [[nodiscard]] ra::matrix_view<const T> view() const { return {numbers.data() + 1, count, n}; }
  [[nodiscard]] ra::vector_view<const T> row(std::size_t i) const { return view().row(i); }
};

std::vector<unsigned char> random_mask(ra::random_generator& g, std::size_t n, bool any) {
  std::vector<unsigned char> m;
  for (std::size_t a = 0; any && a < n; ++a) m.push_back(ra::uniform(g) < 0.5 ? 1 : 0);
  return m;
}

template <class T>
void check_logs(const std::vector<T>& got, const std::vector<T>& expected, double size) {
  bool same = true;
  for (std::size_t a = 0; a < got.size(); ++a) {
    if (ra::is_neg_inf(expected[a])) {
      same = same && ra::is_neg_inf(got[a]);
    } else {
      const double e = static_cast<double>(expected[a]);
      same = same && std::fabs(static_cast<double>(got[a]) - e) <= rounding<T>(size + std::fabs(e));
    }
  }
  CHECK(same);
}

template <class T>
void check_probs(const std::vector<T>& got, const std::vector<T>& expected, double size) {
  bool same = true;
  for (std::size_t a = 0; a < got.size(); ++a) {
    const double e = static_cast<double>(expected[a]);
    same = same && std::fabs(static_cast<double>(got[a]) - e) <= rounding<T>(size) * (e + 1e-30);
    if (e == 0) same = same && got[a] == 0;
  }
  CHECK(same);
}

}  // namespace

TEST_CASE_TEMPLATE("log_sum_exp and normalising agree with the reference", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(1);
    for (const std::size_t n : lengths)
      for (const double size : {0.5, 5.0, 1e4})
        for (const double masked : {0.0, 0.5}) {
          const rows_of<T> x(g, 1, n, size, masked);
          const auto mask = random_mask(g, n, masked > 0 && n % 2 == 0);
          const double expected = simd::reference::log_sum_exp(x.row(0), mask);
          const double got = simd::log_sum_exp(x.row(0), mask);
          if (ra::is_neg_inf(expected)) {
            CHECK(ra::is_neg_inf(got));
            continue;
          }
          CHECK(std::fabs(got - expected) <= rounding<T>(expected));
          std::vector<T> l(n), p(n), rl(n), rp(n);
          const auto out = [](std::vector<T>& v) { return ra::vector_view<T>(v.data(), v.size()); };
          simd::normalize_logits(x.row(0), expected, mask, out(l));
          simd::reference::normalize_logits(x.row(0), expected, mask, out(rl));
          check_logs(l, rl, 0);
          simd::exponentiate_logits(x.row(0), expected, mask, out(p));
          simd::reference::exponentiate_logits(x.row(0), expected, mask, out(rp));
          // e^-87 and below: zero here, denormal there
          for (T& v : rp) v = v < std::numeric_limits<T>::min() * 4 ? T(0) : v;
          for (T& v : p) v = v < std::numeric_limits<T>::min() * 4 ? T(0) : v;
          check_probs(p, rp, 60);
        }
  });
}

TEST_CASE_TEMPLATE("specials: nothing, NaN, plus infinity, a late giant", T, float, double) {
  on_every_isa([] {
    for (const std::size_t n : lengths) {
      const auto lse = [&](const std::vector<T>& x) { return simd::log_sum_exp(ra::vector_view<const T>(x.data(), n)); };
      std::vector<T> x(n, ra::neg_infinity<T>());
      CHECK(ra::is_neg_inf(lse(x)));
      x[n - 1] = ra::not_a_number<T>();
      CHECK(ra::is_nan(lse(x)));
      x.assign(n, T(1));
      x[n / 2] = ra::not_a_number<T>();
      CHECK(ra::is_nan(lse(x)));
      x[n / 2] = ra::pos_infinity<T>();
      CHECK(ra::is_nan(lse(x)));
      x.assign(n, T(-1e4));
      x[n - 1] = T(1e4);
      CHECK(lse(x) == doctest::Approx(1e4));
      const std::vector<unsigned char> none(n, 0);
      CHECK(ra::is_neg_inf(simd::log_sum_exp(ra::vector_view<const T>(x.data(), n), none)));
    }
  });
}

/// p against the exponentials of log p: relative to 1 plus the size of the logits.
template <class T>
void check_exponentials(const std::vector<T>& p, const std::vector<T>& log_p, double size) {
  for (std::size_t a = 0; a < p.size(); ++a) {
    if (ra::is_neg_inf(log_p[a])) {
      CHECK(p[a] == T(0));
      continue;
    }
    CHECK(std::fabs(static_cast<double>(p[a]) - std::exp(static_cast<double>(log_p[a]))) <= rounding<T>(size));
  }
}
template <class T>
void check_probs(ra::matrix_view<const T> rows, const std::vector<double>& w, ra::mask_view mask, std::span<T> room,
                 const std::vector<T>& log_p, double size) {
  std::vector<T> p(rows.cols(), T(7));
  CHECK(simd::arithmetic_mix(rows, std::span<const double>(w), mask, false, room,
                             ra::vector_view<T>(p.data(), p.size())) == rows.rows());
  check_exponentials(p, log_p, size);
}

TEST_CASE_TEMPLATE("mixes agree with the reference, tails included", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(2);
    for (const std::size_t n : lengths)
      for (const std::size_t rows : {1U, 2U, 5U})
        for (const double size : {1.0, 40.0, 1e4})
          for (const double masked : {0.0, 0.3}) {
            const rows_of<T> x(g, rows, n, size, masked);
            const auto mask = random_mask(g, n, masked > 0);
            std::vector<double> w(rows), z(rows);
            bool usable = true;
            for (std::size_t i = 0; i < rows; ++i) {
              w[i] = i == 1 ? 0.0 : 0.25 + ra::uniform(g);
              z[i] = simd::reference::log_sum_exp(x.row(i), {});
              usable = usable && (!(w[i] > 0) || ra::is_finite(z[i]));
            }
            if (!usable) continue;
            std::vector<T> got(n), expected(n);
            const ra::vector_view<T> out(got.data(), n), ref(expected.data(), n);
            simd::arithmetic_mix(x.view(), std::span<const double>(w), std::span<const double>(z), mask, out);
            simd::reference::arithmetic_mix(x.view(), std::span<const double>(w), std::span<const double>(z), mask, ref);
            check_logs(got, expected, 0);
            for (const std::size_t room : {std::size_t{0}, rows * n}) {
              std::vector<T> numbers(room), again(n, T(7));
              CHECK(simd::arithmetic_mix(x.view(), std::span<const double>(w), mask, true, std::span<T>(numbers),
                                         ra::vector_view<T>(again.data(), n)) == rows);
              check_logs(again, expected, size);  // the reference rounds its normalisers
              check_probs(x.view(), w, mask, std::span<T>(numbers), expected, size);
            }
            const double log_z = simd::reference::geometric_log_z(x.view(), std::span<const double>(w), mask);
            const double fast = simd::geometric_log_z(x.view(), std::span<const double>(w), mask);
            if (ra::is_neg_inf(log_z)) {
              CHECK(ra::is_neg_inf(fast));
              continue;
            }
            CHECK(std::fabs(fast - log_z) <= rounding<T>(size * 6));
            simd::reference::geometric_mix(x.view(), std::span<const double>(w), log_z, mask, ref);
            CHECK(std::fabs(simd::geometric_mix(x.view(), std::span<const double>(w), mask, true, out) - log_z) <=
                  rounding<T>(size * 6));
            check_logs(got, expected, size * 6);
            (void)simd::geometric_mix(x.view(), std::span<const double>(w), mask, false, out);
            check_exponentials(got, expected, size * 6);
          }
  });
}

TEST_CASE_TEMPLATE("probabilities of a mix are the exponentials of its logs", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(3);
    for (const std::size_t n : lengths) {
      const rows_of<T> x(g, 3, n, 2, 0.2);
      std::vector<double> w{0.2, 0.5, 0.3}, z(3);
      for (std::size_t i = 0; i < 3; ++i) z[i] = simd::log_sum_exp(x.row(i));
      if (!ra::is_finite(z[0]) || !ra::is_finite(z[1]) || !ra::is_finite(z[2])) continue;
      std::vector<T> l(n), p(n);
      const auto view = [](std::vector<T>& v) { return ra::vector_view<T>(v.data(), v.size()); };
      simd::arithmetic_mix(x.view(), std::span<const double>(w), std::span<const double>(z), {}, view(l));
      simd::arithmetic_mix_probs(x.view(), std::span<const double>(w), std::span<const double>(z), {}, view(p));
      double sum = 0, worst = 0;
      for (std::size_t a = 0; a < n; ++a) {
        const double e = ra::is_neg_inf(l[a]) ? 0.0 : std::exp(static_cast<double>(l[a]));
        worst = (std::max)(worst, std::fabs(static_cast<double>(p[a]) - e));
        sum += static_cast<double>(p[a]);
      }
      CHECK(worst <= rounding<T>(0));
      CHECK(std::fabs(sum - 1) <= rounding<T>(0));
    }
  });
}

TEST_CASE_TEMPLATE("tilts agree with the reference", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(4);
    for (const std::size_t n : lengths)
      for (const std::size_t k : {0U, 1U, 2U, 4U, 8U, 9U}) {
        rows_of<T> x(g, 1 + k, n, 3, 0);
        for (std::size_t a = 0; a < n; ++a)
          if (ra::uniform(g) < 0.2) x.numbers[1 + a] = ra::neg_infinity<T>();
        const auto mask = random_mask(g, n, n % 3 == 0);
        const simd::tilt_rows<T> rows{x.row(0), {x.numbers.data() + 1 + n, k, n}, mask};
        std::vector<double> u(k), mean(k, 7), cov(k * k, 7), ref_mean(k, 7), ref_cov(k * k, 7);
        for (double& v : u) v = 3 * ra::normal(g);
        for (const double t : {1.0, 0.01}) {
          const auto z = simd::tilt_moments(rows, std::span<const double>(u), mean, cov, t);
          const auto e = simd::reference::tilt_moments(rows, std::span<const double>(u), ref_mean, ref_cov, t);
          REQUIRE(z.mode == e.mode);
          if (z.mode == n) continue;
          CHECK(z.log_sum == doctest::Approx(e.log_sum).epsilon(1e-12));
          for (std::size_t i = 0; i < k; ++i) CHECK(mean[i] == doctest::Approx(ref_mean[i]).epsilon(1e-11));
          for (std::size_t i = 0; i < k * k; ++i)
            CHECK(cov[i] == doctest::Approx(ref_cov[i]).epsilon(1e-9).scale(1));
        }
      }
  });
}

TEST_CASE("exp and log hold 1.1 units in the last place through the kernels") {
  on_every_isa([] {
    // exp(x - 0) through exponentiate, log through a mix of one row whose normaliser is 0
    const std::size_t n = 4096;
    double worst_exp = 0, worst_log = 0;
    std::vector<float> x(n), y(n);
    for (std::size_t round = 0; round < 40; ++round) {
      for (std::size_t i = 0; i < n; ++i)
        x[i] = -87.0F * static_cast<float>(i + n * round) / static_cast<float>(40 * n);
      simd::exponentiate_logits(ra::vector_view<const float>(x.data(), n), 0.0, {}, ra::vector_view<float>(y.data(), n));
      for (std::size_t i = 0; i < n; ++i) {
        const double e = std::exp(static_cast<double>(x[i]));
        const double ulp = std::ldexp(1.0, std::ilogb(static_cast<float>(e)) - 23);
        worst_exp = (std::max)(worst_exp, std::fabs(static_cast<double>(y[i]) - e) / ulp);
      }
      const std::array<double, 1> w{1}, z{0};
      simd::arithmetic_mix(ra::matrix_view<const float>(x.data(), 1, n), std::span<const double>(w),
                           std::span<const double>(z), {}, ra::vector_view<float>(y.data(), n));
      for (std::size_t i = 0; i < n; ++i)  // log(exp(x)) = x within the rounding of exp and log
        worst_log = (std::max)(worst_log, std::fabs(static_cast<double>(y[i] - x[i])) /
                                              (1.2e-7 * (1 + std::fabs(static_cast<double>(x[i])))));
    }
    CHECK(worst_exp < 1.1);
    CHECK(worst_log < 2);
  });
}

TEST_CASE_TEMPLATE("a fused mix names the row that is at fault and writes nothing", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(9);
    for (const std::size_t n : lengths)
      for (const bool nothing : {true, false}) {
        rows_of<T> x(g, 3, n, 2, 0);
        for (std::size_t a = 0; a < n; ++a)
          if (nothing || a == n / 2)
            x.numbers[1 + n + a] = nothing ? ra::neg_infinity<T>() : ra::not_a_number<T>();
        std::vector<double> w{0.5, 0.25, 0.25};
        for (const std::size_t room : {std::size_t{0}, 3 * n}) {
          std::vector<T> numbers(room), out(n, T(7));
          const ra::vector_view<T> to(out.data(), n);
          CHECK(simd::arithmetic_mix(x.view(), std::span<const double>(w), {}, true, std::span<T>(numbers), to) == 1);
          for (const T& y : out) CHECK(y == T(7));
          const double z = simd::geometric_mix(x.view(), std::span<const double>(w), {}, true, to);
          CHECK(nothing == ra::is_neg_inf(z));
          CHECK(nothing != ra::is_nan(z));
          for (const T& y : out) CHECK((!nothing || y == T(7)));
        }
        w[1] = 0;
        std::vector<T> out(n);
        CHECK(simd::arithmetic_mix(x.view(), std::span<const double>(w), {}, true, std::span<T>(),
                                   ra::vector_view<T>(out.data(), n)) == 3);
      }
  });
}

TEST_CASE_TEMPLATE("a row that rises without end is stored about its largest logit", T, float, double) {
  on_every_isa([] {
    for (const std::size_t n : {300U, 1000U}) {
      std::vector<T> x(n), room(n), p(n);
      for (std::size_t a = 0; a < n; ++a) x[a] = static_cast<T>(a);
      const std::array<double, 1> w{1};
      CHECK(simd::arithmetic_mix(ra::matrix_view<const T>(x.data(), 1, n), std::span<const double>(w), {}, false,
                                 std::span<T>(room), ra::vector_view<T>(p.data(), n)) == 1);
      const double share = 1 - std::exp(-1.0);
      for (std::size_t k = 0; k < 20; ++k)
        CHECK(static_cast<double>(p[n - 1 - k]) ==
              doctest::Approx(share * std::exp(-static_cast<double>(k))).epsilon(1e-5));
    }
  });
}
