// SPDX-License-Identifier: MIT
// Row kernels on numbers of 16 bits do what they do on the same numbers as floats.
#include <realign/simd/log_sum_exp.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "every_isa.hpp"
#include "half_rows.hpp"

namespace ra = realign;
namespace simd = realign::simd;
using realign_tests::close;
using realign_tests::half_rows;
using realign_tests::on_every_isa;
using realign_tests::same;

namespace {

using floats = std::vector<float>;
using mask = std::vector<unsigned char>;

ra::vector_view<float> view(floats& x) { return {x.data(), x.size()}; }

/// What the kernels of one row say of it.
struct answers {
  double log_z, of_log_softmax, of_softmax;
  floats log_probs, probs;

  template <class T>
  answers(ra::vector_view<const T> x, const mask& allowed)
      : log_z(simd::log_sum_exp(x, allowed)), log_probs(x.size(), 7.0F), probs(x.size(), 7.0F) {
    of_log_softmax = simd::log_softmax(x, view(log_probs), allowed);
    of_softmax = simd::softmax(x, view(probs), allowed);
  }
};
bool alike(const answers& x, const answers& y) {
  return close(x.log_z, y.log_z) && close(x.of_log_softmax, y.log_z) && close(x.of_softmax, y.log_z) &&
         close(x.log_probs, y.log_probs) && close(x.probs, y.probs);
}

/// The rows of a batch, each `pitch` numbers behind the one before, normalised into rows that lie the same way.
struct batch_answer {
  bool sound;
  floats log_probs;

  template <class T>
  batch_answer(const T* x, std::size_t rows, std::size_t n, std::size_t pitch) : log_probs(rows * pitch, 7.0F) {
    const auto step = static_cast<std::ptrdiff_t>(pitch);
    sound = simd::log_softmax(ra::matrix_view<const T>(x, rows, n, step, 1),
                              ra::matrix_view<float>(log_probs.data(), rows, n, step, 1));
  }
  /// Long rows of bfloat16 are summed in another order.
  bool alike(const batch_answer& other, bool another_order) const {
    return sound == other.sound &&
           (another_order ? close(log_probs, other.log_probs) : same(log_probs, other.log_probs));
  }
};

}  // namespace

TEST_CASE_TEMPLATE("every bit pattern is read as its float", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    std::vector<H> x;
    floats wide, out(65536), expected(65536);
    for (std::size_t b = 0; b < 65536; ++b) {
      x.push_back(H::from_bits(static_cast<std::uint16_t>(b)));
      wide.push_back(x.back());
    }
    simd::normalize_logits(ra::vector_view<const H>(x.data(), x.size()), 0.0, {}, view(out));
    simd::normalize_logits(ra::vector_view<const float>(wide.data(), wide.size()), 0.0, {}, view(expected));
    std::size_t wrong = 0;
    for (std::size_t b = 0; b < 65536; ++b)
      wrong += ra::is_nan(out[b]) == ra::is_nan(expected[b]) &&
                       (ra::is_nan(out[b]) || ra::detail::bits(out[b]) == ra::detail::bits(expected[b]))
                   ? 0U
                   : 1U;
    CHECK(wrong == 0);
  });
}

TEST_CASE_TEMPLATE("rows of any length and address, with and without a mask", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    ra::random_generator g(5);
    for (std::size_t n = 1; n <= 300; ++n)
      for (const double spread : {1.0, 200.0}) {
        CAPTURE(n);
        const half_rows<H> x(realign_tests::some_logits(g, 1, n, spread), 1, n % 5);
        CHECK(alike(answers(x.halves().row(0), {}), answers(x.floats().row(0), {})));
        const mask allowed = realign_tests::some_mask(g, n);
        CHECK(alike(answers(x.halves().row(0), allowed), answers(x.floats().row(0), allowed)));
      }
  });
}

TEST_CASE_TEMPLATE("long rows: sums of many blocks, an outlier anywhere", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    ra::random_generator g(6);
    constexpr std::size_t n = 20011;
    floats x(n);
    for (float& v : x) v = static_cast<float>(ra::normal(g));
    for (const std::size_t at : {std::size_t{0}, n / 2, n - 1})
      for (const float big : {1.0F, 20.0F, 40.0F, 90.0F, 6e4F, -6e4F}) {
        CAPTURE(big);
        floats y = x;
        y[at] = big;
        const half_rows<H> rows(y, 1);
        CHECK(alike(answers(rows.halves().row(0), {}), answers(rows.floats().row(0), {})));
        CHECK(close(simd::log_sum_exp(rows.halves().row(0)), simd::reference::log_sum_exp(rows.floats().row(0), {})));
      }
  });
}

TEST_CASE_TEMPLATE("NaN and plus infinity come out as NaN, no choice as minus infinity", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    for (const std::size_t n : {1U, 3U, 16U, 40U, 300U})
      for (const float bad : {ra::not_a_number<float>(), ra::pos_infinity<float>()})
        for (std::size_t at = 0; at < n; at += 1 + n / 7) {
          floats x(n, 2.0F), untouched(n, 7.0F), y = untouched;
          x[at] = bad;
          const half_rows<H> rows(x, 1);
          const auto row = rows.halves().row(0);
          CHECK(ra::is_nan(simd::log_sum_exp(row)));
          CHECK(ra::is_nan(simd::log_softmax(row, view(y))));
          CHECK(ra::is_nan(simd::softmax(row, view(y))));
          mask all_but(n, 1);
          all_but[at] = 0;
          if (n > 1) CHECK(ra::is_finite(simd::log_sum_exp(row, all_but)));
          CHECK(ra::is_neg_inf(simd::softmax(row, view(y), mask(n, 0))));
          CHECK(y == untouched);
        }
    const half_rows<H> never(floats(33, ra::neg_infinity<float>()), 1);
    CHECK(ra::is_neg_inf(simd::log_sum_exp(never.halves().row(0))));
  });
}

TEST_CASE_TEMPLATE("rows with steps run on scalar code", H, ra::float16, ra::bfloat16) {
  ra::random_generator g(8);
  const half_rows<H> x(realign_tests::some_logits(g, 50, 3, 5.0), 50);
  const ra::vector_view<const H> column(x.halves().data(), 50, 3);
  const ra::vector_view<const float> same(x.floats().data(), 50, 3);
  CHECK(alike(answers(column, {}), answers(same, {})));
  CHECK(realign_tests::same(simd::log_sum_exp(column), simd::reference::log_sum_exp(same, {})));
}

TEST_CASE_TEMPLATE("rows of a batch become what their floats become", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    ra::random_generator g(10);
    for (const std::size_t rows : {1U, 4U, 16U, 37U})
      for (std::size_t n = 1; n <= 300; n += n < 70 ? 1 : 62)
        for (const float number : {0.0F, ra::not_a_number<float>(), ra::pos_infinity<float>()}) {
          CAPTURE(rows);
          CAPTURE(n);
          floats numbers = realign_tests::some_logits(g, rows, n, n % 2 == 0 ? 2.0 : 100.0);
          numbers[ra::uniform_index(g, numbers.size())] = number;
          if (rows > 4)
            for (std::size_t a = 0; a < n; ++a) numbers[3 * n + a] = ra::neg_infinity<float>();
          const half_rows<H> x(numbers, rows, n % 3);
          const H* const halves = x.halves().data();
          const float* const wide = x.floats().data();
          const bool another_order = std::same_as<H, ra::bfloat16> && n >= 32;
          const batch_answer got(halves, rows, n, n);
          CHECK(got.alike(batch_answer(wide, rows, n, n), another_order));
          CHECK(got.sound == (rows <= 4 && ra::is_finite(number)));
          if (n > 1)
            CHECK(batch_answer(halves, rows, n - 1, n).alike(batch_answer(wide, rows, n - 1, n), another_order));
        }
  });
  // in columns
  ra::random_generator g(11);
  const half_rows<H> x(realign_tests::some_logits(g, 1, 60, 3.0), 1);
  floats got(60), expected(60);
  CHECK(simd::log_softmax(ra::matrix_view<const H>(x.halves().data(), 3, 20, 1, 3),
                          ra::matrix_view<float>(got.data(), 3, 20)));
  CHECK(simd::log_softmax(ra::matrix_view<const float>(x.floats().data(), 3, 20, 1, 3),
                          ra::matrix_view<float>(expected.data(), 3, 20)));
  CHECK(same(got, expected));
}
