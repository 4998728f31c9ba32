// SPDX-License-Identifier: MIT
// The program that every compiler, flag and processor must get right: the row kernels, on every instruction set that
// there is, against plain sums in long double; the rules, scalarizations and tables on top; and one refusal.
//
// With CORE_CHECKS defined as a name there is no main(): a function of that name, which prints nothing, does the work.
#if __has_include("realign_core.hpp")
#include "realign_core.hpp"
#else
#include <realign/core.hpp>
#endif

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#ifndef CORE_CHECKS
#define CORE_CHECKS core_checks
#define CORE_MAIN
#endif

/// Number of wrong results. The first `room` results on the portable kernels go to `trace`.
int CORE_CHECKS(double* trace, std::size_t room);

// Its own name in each object file that is built from this one.
namespace CORE_CHECKS_parts {
namespace {

namespace ra = realign;

struct checks {
  double* trace = nullptr;
  std::size_t room = 0;
  int wrong = 0;

  void is(bool right) { wrong += right ? 0 : 1; }
  /// Within the rounding of rows of T.
  template <class T>
  void near(double got, long double expected) {
    const long double off = std::abs(static_cast<long double>(got) - expected);
    is(off <= (sizeof(T) == 4 ? 2e-6L : 1e-13L) * (1 + std::abs(expected)));
    if (room == 0) return;
    *trace++ = got;
    --room;
  }
};

template <class T>
struct rows {
  std::size_t n;
  std::vector<T> logits = std::vector<T>(3 * n);
  std::vector<unsigned char> allowed = std::vector<unsigned char>(n, 1);
  std::vector<double> w{0.5, 0.3, 0.2};

  explicit rows(std::size_t size) : n(size) {
    ra::random_generator g(size);
    for (T& x : logits) x = static_cast<T>(6 * ra::uniform(g) - 3);
    if (n < 3) return;
    allowed[n / 2] = 0;
    logits[n - 1] = ra::neg_infinity<T>();
  }
  ra::vector_view<const T> row(std::size_t i) const { return {logits.data() + i * n, n}; }
  ra::matrix_view<const T> all() const { return {logits.data(), 3, n}; }
  bool never(std::size_t i, std::size_t a) const { return allowed[a] == 0 || ra::is_neg_inf(logits[i * n + a]); }
  long double logit(std::size_t i, std::size_t a) const { return static_cast<long double>(logits[i * n + a]); }
  long double z(std::size_t i) const {
    long double sum = 0;
    for (std::size_t a = 0; a < n; ++a)
      if (!ra::is_neg_inf(logits[i * n + a])) sum += std::exp(logit(i, a));
    return sum;
  }
};

template <class T>
void softmax(const rows<T>& r, checks& c) {
  long double z = 0;
  for (std::size_t a = 0; a < r.n; ++a) z += r.never(0, a) ? 0 : std::exp(r.logit(0, a));
  std::vector<T> p(r.n), l(r.n);
  c.near<T>(ra::simd::log_sum_exp(r.row(0), r.allowed), std::log(z));
  c.near<T>(ra::simd::softmax(r.row(0), ra::vector_view<T>(p.data(), r.n), r.allowed), std::log(z));
  c.near<T>(ra::simd::log_softmax(r.row(0), ra::vector_view<T>(l.data(), r.n), r.allowed), std::log(z));
  for (std::size_t a = 0; a < r.n; ++a) {
    if (r.never(0, a)) {
      c.is(!(p[a] > 0) && ra::is_neg_inf(l[a]));
    } else {
      c.near<T>(static_cast<double>(p[a]), std::exp(r.logit(0, a)) / z);
      c.near<T>(static_cast<double>(l[a]), r.logit(0, a) - std::log(z));
    }
  }
}

/// Both rules against the sums they stand for.
template <class T>
void mixes(const rows<T>& r, checks& c) {
  std::vector<long double> mean(r.n), product(r.n);
  const long double norm[3] = {r.z(0), r.z(1), r.z(2)};
  long double mass = 0, z = 0;
  for (std::size_t a = 0; a < r.n; ++a) {
    long double power = 0;
    bool never = false;
    for (std::size_t i = 0; i < 3 && r.allowed[a] != 0; ++i) {
      never = never || r.never(i, a);
      if (r.never(i, a)) continue;
      mean[a] += static_cast<long double>(r.w[i]) * std::exp(r.logit(i, a)) / norm[i];
      power += static_cast<long double>(r.w[i]) * r.logit(i, a);
    }
    product[a] = never || r.allowed[a] == 0 ? 0 : std::exp(power);
    mass += mean[a];
    z += product[a];
  }
  std::vector<T> p(r.n), q(r.n);
  c.is(ra::mix::arithmetic(r.all(), r.w, ra::as_probs(p), r.allowed).status == ra::status::ok);
  c.is(ra::mix::geometric(r.all(), r.w, ra::as_probs(q), r.allowed).status == ra::status::ok);
  for (std::size_t a = 0; a < r.n; ++a) {
    c.near<T>(static_cast<double>(p[a]), mean[a] / mass);
    c.near<T>(static_cast<double>(q[a]), product[a] / z);
  }
}

template <class T>
void tilt(const rows<T>& r, checks& c) {
  const ra::simd::tilt_rows<T> t{r.row(0), {r.logits.data() + r.n, 2, r.n}, r.allowed};
  const std::vector<double> u{0.4, -0.7};
  std::vector<double> mean(2), cov(4);
  const ra::simd::tilt_normalizer got = ra::simd::tilt_moments(t, u, mean, cov);
  long double z = 0, m[2] = {};
  for (std::size_t a = 0; a < r.n; ++a) {
    if (r.never(0, a)) continue;
    const long double e = std::exp(r.logit(0, a) + 0.4L * r.logit(1, a) - 0.7L * r.logit(2, a));
    z += e;
    for (std::size_t k = 0; k < 2; ++k) m[k] += e * r.logit(k + 1, a);
  }
  c.near<T>(t.score(u, 1, got.mode) + got.log_sum, std::log(z));
  for (std::size_t k = 0; k < 2; ++k) c.near<T>(mean[k], m[k] / z);
  std::vector<T> log_probs(r.n), probs(r.n);
  std::vector<double> seen(1);
  const std::vector<ra::vector_view<const T>> rows_seen{r.row(1)};
  (void)ra::simd::tilt_emit(t, std::span<const double>(u), got, r.row(0), std::span<const ra::vector_view<const T>>(rows_seen),
                            std::span<T>(log_probs), std::span<T>(probs), std::span<double>(seen));
  c.near<T>(seen[0], m[0] / z);
  for (std::size_t a = 0; a < r.n; ++a) {
    if (r.never(0, a))
      c.is(!(probs[a] > 0));
    else
      c.near<T>(static_cast<double>(probs[a]), std::exp(r.logit(0, a) + 0.4L * r.logit(1, a) - 0.7L * r.logit(2, a)) / z);
  }
}

/// A draw lies where its number does, and nothing that may be chosen is above the likeliest.
template <class T>
void choices(const rows<T>& r, checks& c) {
  long double z = 0, below = 0;
  std::size_t best = r.n;
  for (std::size_t a = 0; a < r.n; ++a) {
    if (r.never(0, a)) continue;
    z += std::exp(r.logit(0, a));
    if (best == r.n || r.logits[a] > r.logits[best]) best = a;
  }
  const ra::simd::drawn got = ra::simd::draw_at(r.row(0), 0.37, r.allowed);
  c.near<T>(got.log_z, std::log(z));
  c.is(got.choice < r.n && !r.never(0, got.choice));
  for (std::size_t a = 0; a < got.choice && a < r.n; ++a) below += r.never(0, a) ? 0 : std::exp(r.logit(0, a)) / z;
  c.is(below < 0.37L + 1e-6L && below + std::exp(r.logit(0, got.choice % r.n)) / z > 0.37L - 1e-6L);
  c.is(ra::simd::argmax(r.row(0), r.allowed).choice == best);
}

inline void objects(checks& c) {
  ra::tabular_policy<float> table(2, 3);
  table.row(1)[2] = 1.5F;
  std::vector<float> out(3);
  ra::evaluate<float>(table, std::size_t{1}, std::span<float>(out));
  c.near<double>(static_cast<double>(out[2]), 1.5L);

  const ra::weights w = ra::weights::proportional_to(std::vector<double>{1, 3});
  const std::vector<double> gains{2, 4};
  c.near<double>(ra::scalarize::value(ra::scalarize::nash{}, gains, w), 0.25L * std::log(2.0L) + 0.75L * std::log(4.0L));
  c.near<double>(ra::scalarize::value(ra::scalarize::alpha_fair{.alpha = 2}, gains, w), -0.25L / 2 - 0.75L / 4);
  c.near<double>(ra::scalarize::value(ra::scalarize::power_mean{.p = -1}, gains, w), 1 / (0.25L / 2 + 0.75L / 4));
  c.near<double>(ra::scalarize::value(ra::scalarize::softmin{.tau = 1}, gains, w),
         -std::log(0.25L * std::exp(-2.0L) + 0.75L * std::exp(-4.0L)));
#if REALIGN_EXCEPTIONS
  try {
    const ra::weights none{0.5, 0.6};
    c.is(none.size() == 0);
  } catch (const ra::contract_error& e) {
    c.is(std::string_view(e.what()).starts_with("weights: expected a sum of 1, got 1.1"));
  }
#endif
}

template <class T>
void kernels(checks& c) {
  for (const std::size_t n : {1U, 3U, 4U, 15U, 16U, 17U, 70U, 1000U}) {
    const rows<T> r(n);
    softmax(r, c);
    mixes(r, c);
    tilt(r, c);
    choices(r, c);
  }
}

}  // namespace
}  // namespace CORE_CHECKS_parts

int CORE_CHECKS(double* trace, std::size_t room) {
  using namespace CORE_CHECKS_parts;
  checks c{trace, room};
  const ra::simd::isa before = ra::simd::active();
  for (const ra::simd::isa set : {ra::simd::isa::portable, ra::simd::isa::avx2, ra::simd::isa::avx512}) {
    if (!ra::simd::supported(set)) continue;
    ra::simd::force(set);
    kernels<float>(c);
    kernels<double>(c);
    c.room = 0;
  }
  ra::simd::force(before);
  objects(c);
  return c.wrong;
}

#ifdef CORE_MAIN
#include <cstdio>
#include <cstdlib>

int main() {
  const int wrong = CORE_CHECKS(nullptr, 0);
  if (wrong != 0) {
    std::printf("%d results are wrong\n", wrong);
    return 1;
  }
#if REALIGN_EXCEPTIONS
  std::puts("ok");
#else
  // Without exceptions the handler is told instead.
  realign::set_failure_handler([](const char* message) {
    std::puts(std::string_view(message).starts_with("weights: expected a sum of 1") ? "ok" : message);
    std::exit(0);
  });
  const realign::weights none{0.5, 0.6};
  std::puts("nothing was refused");
  return 1;
#endif
}
#endif
