// SPDX-License-Identifier: MIT
// Loops at the limit of the machine, and the bound made of their rates.
#include "limits.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>

namespace bench {
namespace limits {
namespace {

#if defined(__GNUC__)
inline constexpr std::size_t lanes = 16;
using vec = float __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));
using ints = std::int32_t __attribute__((vector_size(lanes * sizeof(float))));

vec load(const float* x) {
  vec v;
  std::memcpy(&v, x, sizeof v);
  return v;
}
vec all(float x) { return x - vec{}; }
float total(vec v) {
  float s = 0;
  for (std::size_t i = 0; i < lanes; ++i) s += v[i];
  return s;
}

/// exp by a polynomial of degree 5 on half a binary order, within 2 ulp; x in [-87, 88].
vec exp(vec x) {
  const vec shift = all(0x1.8p23f);
  const vec n = x * all(1.44269504f) + shift;
  const vec whole = n - shift;
  const vec r = x - whole * all(0.693359375f) - whole * all(-2.12194440e-4f);
  vec p = all(0x1.10624p-7f);
  p = p * r + all(0x1.572a66p-5f);
  p = p * r + all(0x1.5557bp-3f);
  p = p * r + all(0x1.fffdfcp-2f);
  p = p * r + all(1.0f);
  p = p * r + all(1.0f);
  return std::bit_cast<vec>(std::bit_cast<ints>(p) + (std::bit_cast<ints>(n) << 23));
}
#else
inline constexpr std::size_t lanes = 1;
using vec = float;
vec load(const float* x) { return *x; }
vec all(float x) { return x; }
float total(vec v) { return v; }
vec exp(vec x) { return std::exp(x); }
#endif

/// Four chains side by side over the whole vectors of the array.
template <class Term>
float sum(const float* x, std::size_t n, const Term& term) {
  vec s[4] = {};
  for (std::size_t i = 0; i + 4 * lanes <= n; i += 4 * lanes)
    for (std::size_t u = 0; u < 4; ++u) s[u] += term(load(x + i + u * lanes));
  return total(s[0] + s[1] + (s[2] + s[3]));
}

}  // namespace

float read(const float* x, std::size_t n) {
  return sum(x, n, [](vec v) { return v; });
}

void copy(const float* x, float* to, std::size_t n) {
  for (std::size_t i = 0; i + 4 * lanes <= n; i += 4 * lanes)
    for (std::size_t u = 0; u < 4; ++u) {
      const vec v = load(x + i + u * lanes);
      std::memcpy(to + i + u * lanes, &v, sizeof v);
    }
}

float sum_exp(const float* x, std::size_t n) {
  return sum(x, n, [](vec v) { return exp(v - all(1.0f)); });
}

inline constexpr std::size_t chains = 12;

float multiply_add(std::size_t n) {
  vec s[chains];
  for (std::size_t u = 0; u < chains; ++u) s[u] = all(static_cast<float>(u));
  const vec a = all(0.999f), b = all(0.001f);
  for (std::size_t i = 0; i < n; ++i)
    for (vec& v : s) v = v * a + b;
  for (std::size_t u = 1; u < chains; ++u) s[0] += s[u];
  return total(s[0]);
}

std::size_t madd_lanes() { return chains * lanes; }

namespace {

using clock = std::chrono::steady_clock;
volatile float sink;

/// The shortest of several runs, in seconds; each run is long enough for the clock.
template <class Run>
double shortest(const Run& run) {
  const auto seconds = [&](std::size_t times) {
    const auto begin = clock::now();
    for (std::size_t i = 0; i < times; ++i) run();
    return std::chrono::duration<double>(clock::now() - begin).count() / static_cast<double>(times);
  };
  double best = seconds(1);  // warms up
  const auto times = static_cast<std::size_t>(std::clamp(5e-5 / best, 1.0, 1e5));
  double left = 3e-3;
  for (int trial = 0; trial < 3 || left > 0; ++trial) {
    best = (std::min)(best, seconds(times));
    left -= best * static_cast<double>(times);
  }
  return best;
}

/// A rate and when it was measured.
class rate {
 public:
  template <class Measure>
  double value(const Measure& measure) {
    if (seconds_ <= 0 || clock::now() - when_ > std::chrono::seconds(10)) {
      seconds_ = measure();
      when_ = clock::now();
    }
    return seconds_;
  }

 private:
  double seconds_ = 0;
  clock::time_point when_ = {};
};

struct alignas(64) line {
  float x[16];
};

/// Floats to read and write, on whole cache lines, never denormal; grows to the largest working set.
float* room(std::size_t n) {
  static std::vector<line> lines;
  if (lines.size() * 16 < n) {
    lines.resize((n + 15) / 16);
    for (line& l : lines) std::fill(l.x, l.x + 16, -0.5f);
  }
  return lines.front().x;
}

/// Working sets that differ by less than an eighth share a measurement.
std::size_t rounded(double bytes) {
  const double step = std::exp2(std::round(std::log2((std::max)(bytes, 4096.0)) * 8) / 8);
  return static_cast<std::size_t>(step);
}

/// Seconds per byte read.
double reading(double working_set) {
  static std::map<std::size_t, rate> rates;
  const std::size_t bytes = rounded(working_set), n = bytes / sizeof(float);
  return rates[bytes].value([&] {
    const float* x = room(n);
    return shortest([&] { sink = read(x, n); }) / static_cast<double>(bytes);
  });
}

/// Seconds per byte of a copy, read and written bytes both counted.
double copying(double working_set) {
  static std::map<std::size_t, rate> rates;
  const std::size_t bytes = rounded(working_set), n = bytes / sizeof(float) / 2;
  return rates[bytes].value([&] {
    float* x = room(2 * n);
    return shortest([&] { copy(x, x + n, n); }) / static_cast<double>(bytes);
  });
}

/// Seconds per exponential.
double exponential() {
  static rate one;
  constexpr std::size_t n = 2048;
  return one.value([&] {
    const float* x = room(n);
    return shortest([&] { sink = sum_exp(x, n); }) / static_cast<double>(n);
  });
}

/// Seconds per multiply-add.
double madd() {
  static rate one;
  static volatile std::size_t n = 256;  // volatile: one call must not do for all
  return one.value([&] {
    return shortest([&] { sink = multiply_add(n); }) / static_cast<double>(n * madd_lanes());
  });
}

}  // namespace
}  // namespace limits

namespace {

double bound(const pass& p) {
  using namespace limits;
  double longest = 0;
  if (p.exps > 0) longest += p.exps * exponential();
  if (p.madds > 0) longest += p.madds * madd();
  if (p.read > 0) longest = (std::max)(longest, p.read * reading(p.working_set));
  if (p.written > 0) longest = (std::max)(longest, 2 * p.written * copying(p.working_set));
  if (p.write_set > 0)
    longest = (std::max)(longest, p.written * (2 * copying(p.write_set) - reading(p.write_set)));
  return longest;
}

}  // namespace

double bound(const std::vector<pass>& passes) {
  double sum = 0;
  for (const pass& p : passes) sum += bound(p);
  return sum;
}

}  // namespace bench
