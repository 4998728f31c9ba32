// SPDX-License-Identifier: MIT
#include <realign/simd/softmax_rows.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>

namespace ra = realign;
namespace simd = realign::simd;

namespace {

/// What a logit is.
enum class kind { plain, half_never, wide, far_up, far_down };
constexpr kind every_kind[] = {kind::plain, kind::half_never, kind::wide, kind::far_up, kind::far_down};

template <class T>
T draw(ra::random_generator& g, kind k) {
  if (k == kind::half_never && ra::uniform(g) < 0.5) return ra::neg_infinity<T>();
  const double x = 3 * ra::normal(g);
  return static_cast<T>(k == kind::wide ? 3000 * x : k == kind::far_up ? x + 1e4 : k == kind::far_down ? x - 1e4 : x);
}

template <class T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}
/// The same one by one, or both NaN, or zeros of either sign.
template <class T>
bool same_numbers(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](T x, T y) {
    return same_bits(x, y) || (ra::is_nan(x) && ra::is_nan(y)) || (x == 0 && y == 0);
  });
}

/// Rows with `gap` numbers between them that nobody may touch, where the first does not begin on a vector; choices,
/// derivatives, and what comes of them.
template <class T, class Index>
struct batch {
  std::size_t rows, choices, stride;
  std::vector<T> logits, d_log_probs, log_probs, scratch;
  std::vector<T> d_logits, replaced, scaled;  // added to; replaced; the same, of exponentials that were kept there
  std::vector<Index> chosen;
  static constexpr T guard = T(77), before = T(0.25);

  batch(ra::random_generator& g, std::size_t n, std::size_t a, kind k, std::size_t gap = 0)
      : rows(n), choices(a), stride(a + gap), log_probs(n), scratch(simd::chosen_scratch<T>::size(n, a)),
        d_logits(1 + n * stride, guard), replaced(d_logits), scaled(d_logits) {
    logits.assign(1 + rows * stride, guard);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t c = 0; c < choices; ++c) {
        logits[1 + i * stride + c] = draw<T>(g, k);
        d_logits[1 + i * stride + c] = before;
        replaced[1 + i * stride + c] = scaled[1 + i * stride + c] = ra::not_a_number<T>();
      }
      chosen.push_back(static_cast<Index>(ra::uniform_index(g, choices)));
      d_log_probs.push_back(i % 5 == 3 ? T(0) : static_cast<T>(2 * ra::uniform(g) - 1));
    }
  }
  ra::matrix_view<const T> x() const {
    return {logits.data() + 1, rows, choices, static_cast<std::ptrdiff_t>(stride), 1};
  }
  ra::matrix_view<T> dx(std::vector<T>& d) {
    return {d.data() + 1, rows, choices, static_cast<std::ptrdiff_t>(stride), 1};
  }
  void run() {
    std::vector<T> sum = d_logits;
    simd::chosen_scratch<T> kept{scratch};
    simd::chosen_log_probs(x(), std::span<const Index>(chosen), std::span<T>(log_probs), kept);
    const std::span<const T> dl(d_log_probs);
    simd::add_chosen_gradients(x(), std::span<const Index>(chosen), dl, kept, dx(d_logits));
    simd::chosen_gradients(x(), std::span<const Index>(chosen), dl, kept, dx(replaced));

    kept.exps = dx(scaled);
    std::vector<T> same(rows);
    simd::chosen_log_probs(x(), std::span<const Index>(chosen), std::span<T>(same), kept);
    simd::add_chosen_gradients(x(), std::span<const Index>(chosen), dl, kept, dx(sum));
    simd::chosen_gradients(x(), std::span<const Index>(chosen), dl, kept, dx(scaled));
    CHECK(same_numbers(same, log_probs));
    CHECK(same_numbers(scaled, replaced));
    CHECK(same_numbers(sum, d_logits));
  }
  void run_reference() {
    simd::reference::chosen_log_probs(x(), std::span<const Index>(chosen), std::span<T>(log_probs));
    const std::span<const T> dl(d_log_probs);
    simd::reference::add_chosen_gradients(x(), std::span<const Index>(chosen), dl, dx(d_logits));
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t c = 0; c < choices; ++c) dx(replaced)(i, c) = T(0);
    simd::reference::add_chosen_gradients(x(), std::span<const Index>(chosen), dl, dx(replaced));
  }
};

/// The largest difference, in rounding errors of numbers of order one; infinite when numbers and others meet.
template <class T>
double distance(const std::vector<T>& found, const std::vector<T>& expected) {
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (ra::is_neg_inf(expected[i]) && ra::is_neg_inf(found[i])) continue;
    const double e = static_cast<double>(expected[i]);
    const double d = std::fabs(static_cast<double>(found[i]) - e) / (std::max)(1.0, std::fabs(e));
    worst = ra::is_finite(d) ? (std::max)(worst, d) : ra::pos_infinity<double>();
  }
  return worst / static_cast<double>(std::numeric_limits<T>::epsilon());
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

TEST_CASE_TEMPLATE("log-probabilities of choices and derivatives of logits, by hand", T, float, double) {
  on_every_set([] {
    // (1/4, 3/4) and (1/2, 1/4, never, 1/4) less a constant
    const std::vector<T> two{T(0), static_cast<T>(std::log(3.0))};
    const std::vector<T> four{static_cast<T>(std::log(2.0) - 7), T(-7), ra::neg_infinity<T>(), T(-7)};
    for (const auto& row : {two, four}) {
      std::vector<T> scratch(simd::chosen_scratch<T>::size(1, row.size())), d(row.size(), T(1)), l(1);
      simd::chosen_scratch<T> kept{scratch};
      const ra::matrix_view<const T> x(row.data(), 1, row.size());
      const std::vector<std::size_t> chosen{1};
      const std::vector<T> dl{T(2)};
      simd::chosen_log_probs(x, std::span<const std::size_t>(chosen), std::span<T>(l), kept);
      simd::add_chosen_gradients(x, std::span<const std::size_t>(chosen), std::span<const T>(dl), kept,
                                 ra::matrix_view<T>(d.data(), 1, row.size()));
      const std::vector<double> p = row.size() == 2 ? std::vector<double>{0.25, 0.75}
                                                    : std::vector<double>{0.5, 0.25, 0, 0.25};
      CHECK(static_cast<double>(l[0]) == doctest::Approx(std::log(p[1])).epsilon(1e-6));
      for (std::size_t a = 0; a < row.size(); ++a)
        CHECK(static_cast<double>(d[a]) == doctest::Approx(1 + 2 * ((a == 1 ? 1 : 0) - p[a])).epsilon(1e-6));
    }
  });
}

TEST_CASE_TEMPLATE("as on scalar code, on every instruction set", T, float, double) {
  on_every_set([] {
    ra::random_generator g(31);
    for (std::size_t choices = 1; choices <= 70; ++choices)
      for (const std::size_t rows : {1U, 16U, 37U})
        for (const std::size_t gap : {0U, 3U})
          for (const kind k : every_kind) {
            CAPTURE(choices);
            CAPTURE(rows);
            CAPTURE(gap);
            CAPTURE(static_cast<int>(k));
            batch<T, std::size_t> b(g, rows, choices, k, gap), expected = b;
            b.run();
            expected.run_reference();
            CHECK(distance(b.log_probs, expected.log_probs) <= 4);
            CHECK(distance(b.d_logits, expected.d_logits) <= 8);
            CHECK(distance(b.replaced, expected.replaced) <= 8);
          }
    for (const std::size_t choices : {128U, 1000U, 1024U, 1031U})
      for (const kind k : every_kind) {
        CAPTURE(choices);
        batch<T, std::size_t> b(g, 19, choices, k), expected = b;
        b.run();
        expected.run_reference();
        CHECK(distance(b.log_probs, expected.log_probs) <= 4);
        CHECK(distance(b.d_logits, expected.d_logits) <= 8);
        CHECK(distance(b.replaced, expected.replaced) <= 8);
      }
  });
}

TEST_CASE_TEMPLATE("choices come as integers of 4 or 8 bytes", Index, std::int32_t, std::uint32_t, std::int64_t) {
  on_every_set([] {
    ra::random_generator g(32), same(32);
    for (const std::size_t choices : {2U, 3U, 4U, 7U, 8U, 12U, 33U, 100U}) {
      batch<float, Index> b(g, 37, choices, kind::plain);
      batch<float, std::size_t> expected(same, 37, choices, kind::plain);
      b.run();
      expected.run();
      CHECK(b.log_probs == expected.log_probs);
      CHECK(b.d_logits == expected.d_logits);
      CHECK(b.replaced == expected.replaced);
    }
  });
}

TEST_CASE_TEMPLATE("columns with a stride run on scalar code", T, float, double) {
  ra::random_generator g(33);
  batch<T, std::size_t> expected(g, 7, 10, kind::half_never);
  std::vector<T> x(2 * 70, T(9)), d(2 * 70, T(9)), l(7), scratch(simd::chosen_scratch<T>::size(7, 10));
  for (std::size_t i = 0; i < 70; ++i) {
    x[2 * i] = expected.logits[1 + i];
    d[2 * i] = expected.before;
  }
  const ra::matrix_view<const T> logits(x.data(), 7, 10, 20, 2);
  const ra::matrix_view<T> d_logits(d.data(), 7, 10, 20, 2);
  simd::chosen_scratch<T> kept{scratch};
  const std::span<const std::size_t> chosen(expected.chosen);
  simd::chosen_log_probs(logits, chosen, std::span<T>(l), kept);
  simd::add_chosen_gradients(logits, chosen, std::span<const T>(expected.d_log_probs), kept, d_logits);
  expected.run();
  CHECK(distance(l, expected.log_probs) <= 4);
  for (std::size_t i = 0; i < 70; ++i) {
    CHECK(std::fabs(static_cast<double>(d[2 * i] - expected.d_logits[1 + i])) < 1e-5);
    CHECK(d[2 * i + 1] == T(9));
    d[2 * i] = ra::not_a_number<T>();
  }
  simd::chosen_gradients(logits, chosen, std::span<const T>(expected.d_log_probs), kept, d_logits);
  for (std::size_t i = 0; i < 70; ++i)
    CHECK(std::fabs(static_cast<double>(d[2 * i] - expected.replaced[1 + i])) < 1e-5);
}

TEST_CASE_TEMPLATE("a row without choices, and a choice that is impossible", T, float, double) {
  on_every_set([] {
    ra::random_generator g(34);
    for (const std::size_t choices : {1U, 2U, 3U, 4U, 8U, 11U, 20U, 90U}) {
      CAPTURE(choices);
      batch<T, std::size_t> b(g, 20, choices, kind::plain);
      for (std::size_t a = 0; a < choices; ++a) b.logits[1 + 6 * choices + a] = ra::neg_infinity<T>();
      b.logits[1 + 9 * choices + b.chosen[9]] = ra::neg_infinity<T>();
      b.run();
      for (const std::size_t i : {6U, 9U}) {
        CHECK(ra::is_neg_inf(b.log_probs[i]));
        // finite, so that the choice can be mended
        CHECK(b.dx(b.d_logits)(i, b.chosen[i]) == b.before + b.d_log_probs[i]);
      }
      for (std::size_t a = 0; a < choices; ++a)
        if (a != b.chosen[6]) CHECK(b.dx(b.d_logits)(6, a) == b.before);
    }
  });
}

TEST_CASE_TEMPLATE("NaN and plus infinity stay in their row, which is NaN; without a derivative it is not read", T,
                   float, double) {
  on_every_set([] {
    ra::random_generator g(35);
    for (const T bad : {ra::not_a_number<T>(), ra::pos_infinity<T>()})
      for (const std::size_t choices : {1U, 2U, 3U, 4U, 7U, 8U, 13U, 16U, 21U, 64U, 65U, 131U})
        for (const std::size_t at : {std::size_t{0}, choices / 2, choices - 1}) {
          CAPTURE(choices);
          CAPTURE(at);
          batch<T, std::size_t> b(g, 18, choices, kind::plain), clean = b;
          b.logits[1 + 4 * choices + at] = bad;
          b.logits[1 + 3 * choices + at] = bad;  // row 3 has no derivative
          b.run();
          clean.run();
          for (std::size_t i = 0; i < 18; ++i) {
            if (i == 3 || i == 4)
              CHECK(ra::is_nan(b.log_probs[i]));
            else
              CHECK(b.log_probs[i] == clean.log_probs[i]);
            for (std::size_t a = 0; a < choices; ++a)
              if (i == 4)
                CHECK(ra::is_nan(b.dx(b.d_logits)(i, a)));
              else
                CHECK(b.dx(b.d_logits)(i, a) == clean.dx(clean.d_logits)(i, a));
          }
        }
  });
}

TEST_CASE_TEMPLATE("each row is done alone: to the bit, whatever stands beside it", T, float, double) {
  on_every_set([] {
    ra::random_generator g(36);
    for (const std::size_t choices : {2U, 3U, 4U, 8U, 10U, 16U, 18U, 40U, 80U, 300U}) {
      batch<T, std::size_t> b(g, 53, choices, kind::plain);
      for (std::size_t i = 0; i < 53; ++i)
        for (std::size_t a = 0; a < choices; ++a)
          b.logits[1 + i * choices + a] = draw<T>(g, every_kind[ra::uniform_index(g, 5)]);
      b.run();
      for (std::size_t i = 0; i < 53; ++i) {
        batch<T, std::size_t> one(g, 1, choices, kind::plain);
        for (std::size_t a = 0; a < choices; ++a) one.logits[1 + a] = b.x()(i, a);
        one.chosen[0] = b.chosen[i];
        one.d_log_probs[0] = b.d_log_probs[i];
        one.run();
        CHECK(same_bits(one.log_probs[0], b.log_probs[i]));
        for (std::size_t a = 0; a < choices; ++a) CHECK(same_bits(one.dx(one.d_logits)(0, a), b.dx(b.d_logits)(i, a)));
      }
    }
  });
}

TEST_CASE_TEMPLATE("derivatives of any size", T, float, double) {
  on_every_set([] {
    ra::random_generator g(37);
    for (const std::size_t choices : {4U, 32U, 100U})
      for (const double size : {1e-30, 1e30}) {
        batch<T, std::size_t> b(g, 16, choices, kind::wide);
        for (T& d : b.d_log_probs) d *= static_cast<T>(size);
        std::fill(b.d_logits.begin(), b.d_logits.end(), T(0));
        batch<T, std::size_t> expected = b;
        b.run();
        expected.run_reference();
        for (T& d : b.d_logits) d /= static_cast<T>(size);
        for (T& d : expected.d_logits) d /= static_cast<T>(size);
        CHECK(distance(b.d_logits, expected.d_logits) <= 8);
      }
  });
}

TEST_CASE("indices in range") {
  on_every_set([] {
    for (std::size_t n = 0; n < 70; ++n) {
      std::vector<std::size_t> x(n, 6);
      std::vector<std::int32_t> y(n, 6);
      CHECK(simd::all_below(std::span<const std::size_t>(x), 7));
      CHECK(simd::all_below(std::span<const std::int32_t>(y), 7));
      CHECK(simd::all_below(std::span<const std::int32_t>(y), std::size_t{1} << 40));
      CHECK(simd::all_below(std::span<const std::size_t>(x), 6) == (n == 0));
      CHECK(simd::all_below(std::span<const std::size_t>(x), 0) == (n == 0));
      for (std::size_t i = 0; i < n; ++i) {
        for (const std::size_t bad : {std::size_t{7}, std::size_t{1} << 33, ~std::size_t{0}}) {
          x[i] = bad;
          CHECK_FALSE(simd::all_below(std::span<const std::size_t>(x), 7));
        }
        x[i] = 0;
        for (const std::int32_t bad : {7, -1, (std::numeric_limits<std::int32_t>::min)()}) {
          y[i] = bad;
          CHECK_FALSE(simd::all_below(std::span<const std::int32_t>(y), 7));
        }
        y[i] = 0;
      }
    }
  });
}
