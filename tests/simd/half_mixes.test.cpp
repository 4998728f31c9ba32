// SPDX-License-Identifier: MIT
// Mixes of rows of 16 bits do what they do on the same numbers as floats.
#include <realign/simd/mix.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <vector>

#include "every_isa.hpp"
#include "half_rows.hpp"

namespace ra = realign;
namespace simd = realign::simd;
using realign_tests::close;
using realign_tests::half_rows;
using realign_tests::on_every_isa;

namespace {

using floats = std::vector<float>;
using mask = std::vector<unsigned char>;

ra::vector_view<float> view(floats& x) { return {x.data(), x.size()}; }

/// What the kernels of several rows say of them.
struct mixes {
  double log_z, log_z_alone;
  std::size_t fused, roomy;
  floats geometric, product, logs, probs, apart, apart_probs;

  template <class T>
  mixes(const ra::matrix_view<const T>& x, const std::vector<double>& w, const mask& allowed)
      : geometric(x.cols()), product(x.cols()), logs(x.cols()), probs(x.cols()), apart(x.cols()), apart_probs(x.cols()) {
    log_z = simd::geometric_mix(x, w, allowed, true, view(geometric));
    (void)simd::geometric_mix(x, w, allowed, false, view(product));
    log_z_alone = simd::geometric_log_z(x, w, allowed);
    floats room(x.rows() * x.cols());
    fused = simd::arithmetic_mix(x, w, allowed, true, std::span<float>{}, view(logs));
    roomy = simd::arithmetic_mix(x, w, allowed, false, std::span<float>(room), view(probs));
    std::vector<double> log_norms(x.rows());
    for (std::size_t i = 0; i < x.rows(); ++i)
      if (w[i] > 0) log_norms[i] = simd::log_sum_exp(x.row(i));
    simd::arithmetic_mix(x, w, log_norms, allowed, view(apart));
    simd::arithmetic_mix_probs(x, w, log_norms, allowed, view(apart_probs));
  }
};
bool alike(const mixes& x, const mixes& y) {
  return close(x.log_z, y.log_z) && close(x.log_z_alone, y.log_z) && x.fused == y.fused && x.roomy == y.roomy &&
         close(x.geometric, y.geometric) && close(x.product, y.product) && close(x.logs, y.logs) &&
         close(x.probs, y.probs) && close(x.apart, y.apart) && close(x.apart_probs, y.apart_probs);
}

}  // namespace

TEST_CASE_TEMPLATE("mixes of rows of any length and address", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    ra::random_generator g(9);
    const std::vector<double> w{0.25, 0.0, 0.5, 0.125, 0.125};
    for (std::size_t n = 1; n <= 300; n += n < 80 ? 1 : 11)
      for (const std::size_t count : {1U, 3U, 5U})
        for (const double spread : {1.0, 100.0}) {
          CAPTURE(n);
          CAPTURE(count);
          floats x = realign_tests::some_logits(g, count, n, spread);
          if (count > 1) x[2 * n - 1] = ra::not_a_number<float>();  // of weight zero: not read
          const half_rows<H> rows(x, count, n % 3);
          const std::vector<double> some(w.begin(), w.begin() + static_cast<std::ptrdiff_t>(count));
          const mask allowed = realign_tests::some_mask(g, n);
          CHECK(alike(mixes(rows.halves(), some, {}), mixes(rows.floats(), some, {})));
          CHECK(alike(mixes(rows.halves(), some, allowed), mixes(rows.floats(), some, allowed)));
        }
  });
}

TEST_CASE_TEMPLATE("the fused mix names the row that has no distribution", H, ra::float16, ra::bfloat16) {
  on_every_isa([] {
    const std::vector<double> w{0.5, 0.25, 0.25};
    for (const std::size_t n : {3U, 20U, 200U})
      for (std::size_t bad = 0; bad < 3; ++bad)
        for (const float number : {ra::not_a_number<float>(), ra::pos_infinity<float>(), ra::neg_infinity<float>()}) {
          floats x(3 * n, 1.0F), out(n, 7.0F), room(3 * n);
          for (std::size_t a = 0; a < n; ++a)
            if (ra::is_neg_inf(number) || a == n / 2) x[bad * n + a] = number;
          const half_rows<H> rows(x, 3);
          CHECK(simd::arithmetic_mix(rows.halves(), w, {}, true, std::span<float>{}, view(out)) == bad);
          CHECK(simd::arithmetic_mix(rows.halves(), w, {}, false, std::span<float>(room), view(out)) == bad);
          CHECK(out == floats(n, 7.0F));
        }
  });
}
