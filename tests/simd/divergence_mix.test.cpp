// SPDX-License-Identifier: MIT
#include <realign/simd/divergence_mix.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/simd/log_sum_exp.hpp>

#include "every_isa.hpp"

namespace ra = realign;
namespace simd = realign::simd;
namespace reference = realign::simd::reference;
using realign_tests::on_every_isa;
using simd::barrier_divergence;

namespace {

constexpr barrier_divergence divergences[] = {{1, false}, {0.5, false}, {0.05, false}, {4, false}, {1, true}};

template <class T>
constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());

/// Policies whose rows do not lie aligned; the last one is the reference.
template <class T>
struct problem {
  std::vector<T> numbers;
  std::vector<double> c, log_z;
  std::vector<unsigned char> allowed;
  std::size_t n;

  problem(ra::random_generator& g, std::size_t rows, std::size_t choices, double size, double masked)
      : numbers(1 + rows * choices), c(rows), allowed(masked > 0 ? choices : 0), n(choices) {
    for (T& x : numbers) x = ra::uniform(g) < masked ? ra::neg_infinity<T>() : static_cast<T>(size * ra::normal(g));
    for (std::size_t i = 0; i < rows; ++i) numbers[1 + i * n] = T(0);
    for (std::size_t i = 0; i < rows; ++i) log_z.push_back(simd::log_sum_exp(view().row(i)));
    for (double& x : c) x = 0.05 + ra::uniform(g);
    if (rows > 3) c[1] = 0;
    for (unsigned char& b : allowed) b = ra::uniform(g) < 0.8 ? 1 : 0;
    if (!allowed.empty()) allowed[0] = 1;
  }
  [[nodiscard]] std::size_t last() const { return c.size() - 1; }
  [[nodiscard]] ra::matrix_view<const T> view() const { return {numbers.data() + 1, numbers.size() / n, n}; }
};

/// Equal infinities, or close.
template <class T>
bool same(const T& got, const T& right, double room) {
  if (!ra::is_finite(right))
    return ra::is_neg_inf(got) == ra::is_neg_inf(right) && ra::is_pos_inf(got) == ra::is_pos_inf(right);
  return ra::is_finite(got) && std::fabs(static_cast<double>(got) - static_cast<double>(right)) <= room;
}
template <class T>
bool same(const std::vector<T>& got, const std::vector<T>& right, double room) {
  bool all = true;
  for (std::size_t a = 0; a < got.size(); ++a) all = all && same(got[a], right[a], room);
  return all;
}

template <class F>
void for_problems(const F& f) {
  ra::random_generator g(1);
  for (const std::size_t n : {1U, 3U, 4U, 5U, 15U, 16U, 17U, 33U, 70U, 1030U})
    for (const std::size_t rows : {2U, 3U, 6U, 20U})
      for (const double size : {1.0, 40.0, 1e4})
        for (const double masked : {0.0, 0.1}) f(g, rows, n, size, masked);
}

}  // namespace

TEST_CASE_TEMPLATE("every stage agrees with plain code", T, float, double) {
  on_every_isa([] {
    for_problems([](ra::random_generator& g, std::size_t rows, std::size_t n, double size, double masked) {
      const problem<T> p(g, rows, n, size, masked);
      for (const barrier_divergence& d : divergences) {
        CAPTURE(n);
        CAPTURE(rows);
        CAPTURE(size);
        CAPTURE(d.alpha);
        // rounding of the terms, which are as large as the logits
        const double room = 2 * epsilon<T> * (1 + 10 * size) * (1 + d.alpha) * (1 + static_cast<double>(rows));
        std::vector<T> level(n, T(7)), distance(n, T(7)), right_level(n), right_distance(n);
        const T least =
            simd::divergence_statistics<T>(p.view(), p.last(), p.c, p.log_z, d, p.allowed, level, distance);
        const T right_least = reference::divergence_statistics<T>(p.view(), p.last(), p.c, p.log_z, d, p.allowed,
                                                                  right_level, right_distance);
        CHECK(same(least, right_least, room));
        CHECK(same(level, right_level, room));
        CHECK(same(distance, right_distance, room));
        if (!ra::is_finite(least)) continue;

        right_level = level;
        right_distance = distance;
        const T low = simd::divergence_distances<T>(d, least, level, distance);
        const T right_low = reference::divergence_distances<T>(d, least, right_level, right_distance);
        CHECK(same(level, right_level, room));
        for (std::size_t a = 0; a < n; ++a)  // of what is ruled out nobody reads a distance
          if (ra::is_neg_inf(level[a])) right_distance[a] = distance[a];
        CHECK(same(distance, right_distance, room));
        CHECK(same(low, right_low, room));

        for (const double part : {1.0, 0.7, 0.2, 0.0}) {
          const auto tau = static_cast<double>(static_cast<T>(part * static_cast<double>(low)));
          const simd::trial got = simd::divergence_mass<T>(level, distance, d, tau);
          const simd::trial right = reference::divergence_mass<T>(level, distance, d, tau);
          const double loss = room / d.alpha + 1e-30;
          CHECK(std::fabs(got.mass - right.mass) <= loss * (right.mass + 1e-30));
          if (right.mass > 1e-30) CHECK(std::fabs(got.slope - right.slope) <= 4 * loss * (1 - right.slope));
          std::vector<T> out(n, T(7)), right_out(n);
          simd::divergence_emit<T>(level, distance, d, tau, 0.25, ra::vector_view<T>(out.data(), n));
          reference::divergence_emit<T>(level, distance, d, tau, 0.25, ra::vector_view<T>(right_out.data(), n));
          CHECK(same(out, right_out, loss));
        }
      }
    });
  });
}

TEST_CASE_TEMPLATE("rows without effect are not read; strides", T, float, double) {
  on_every_isa([] {
    ra::random_generator g(2);
    problem<T> p(g, 4, 40, 2, 0);
    const barrier_divergence d;
    std::vector<T> level(40), distance(40), other_level(40), other_distance(40);
    const T least = simd::divergence_statistics<T>(p.view(), p.last(), p.c, p.log_z, d, {}, level, distance);
    for (std::size_t a = 0; a < 40; ++a) p.numbers[1 + 40 + a] = ra::not_a_number<T>();
    p.log_z[1] = ra::not_a_number<double>();
    p.c[3] = 17;
    CHECK(least == simd::divergence_statistics<T>(p.view(), p.last(), p.c, p.log_z, d, {}, other_level, other_distance));
    CHECK(level == other_level);
    CHECK(distance == other_distance);

    std::vector<T> wide(160);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t a = 0; a < 40; ++a) wide[4 * a + i] = p.view()(i, a);
    const ra::matrix_view<const T> by_columns(wide.data(), 4, 40, 1, 4);
    (void)simd::divergence_statistics<T>(by_columns, p.last(), p.c, p.log_z, d, {}, other_level, other_distance);
    CHECK(same(other_level, level, 64 * epsilon<T>));
    CHECK(same(other_distance, distance, 64 * epsilon<T>));

    (void)simd::divergence_distances<T>(d, least, level, distance);
    std::vector<T> out(40), spread(80, T(7));
    simd::divergence_emit<T>(level, distance, d, -1, 0, ra::vector_view<T>(out.data(), 40));
    simd::divergence_emit<T>(level, distance, d, -1, 0, ra::vector_view<T>(spread.data(), 40, 2));
    for (std::size_t a = 0; a < 40; ++a) {
      CHECK(same(spread[2 * a], out[a], 64 * epsilon<T>));
      CHECK(spread[2 * a + 1] == T(7));
    }
  });
}

TEST_CASE("tau and nu are one number") {
  for (const barrier_divergence& d : divergences)
    for (const double nu : {-0.3, 0.0, 0.4}) {
      const double least = d.jensen_shannon ? -0.5 : 0.7;
      const double tau = simd::divergence_tau(d, least, 0.9, nu);
      CHECK(simd::divergence_nu(d, least, 0.9, tau) == doctest::Approx(nu));
    }
  // forward KL, S = 1/2: 1 / x = S - sum c + 1 + nu is negative
  CHECK(ra::is_nan(simd::divergence_tau({1, false}, std::log(0.5), 1, -2)));
  CHECK(ra::is_nan(simd::divergence_tau({1, true}, 0, 1, -2)));  // S = 1
}
