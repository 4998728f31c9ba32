// SPDX-License-Identifier: MIT
// What all benchmarks share: test data, references of higher precision, checked registration,
// counters.
#ifndef REALIGN_BENCHMARKS_HARNESS_HPP
#define REALIGN_BENCHMARKS_HARNESS_HPP

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>

namespace bench {

inline constexpr std::size_t row_sizes[] = {4, 16, 64, 1024, 32000, 128256};
inline constexpr std::size_t policy_counts[] = {2, 4, 8};

/// What references are computed in: double for float, the longest type for double.
template <class T>
using wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

template <class T>
inline constexpr const char* type_name = std::is_same_v<T, float> ? "f32" : "f64";

/// Registers the cases of a program; every program defines it.
void register_cases();

/// How many cases gave a wrong result so far.
inline std::size_t& failures() {
  static std::size_t count = 0;
  return count;
}

template <class T>
[[nodiscard]] std::vector<T> normals(std::size_t n, double scale, std::uint64_t seed) {
  realign::random_generator random(seed);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(scale * realign::normal(random));
  return x;
}

template <class T>
[[nodiscard]] std::vector<T> uniforms(std::size_t n, std::uint64_t seed) {
  realign::random_generator random(seed);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(realign::uniform(random));
  return x;
}

/// Every other choice on average; the first is always allowed.
[[nodiscard]] inline std::vector<unsigned char> half_mask(std::size_t n, std::uint64_t seed) {
  realign::random_generator random(seed);
  std::vector<unsigned char> mask(n);
  for (unsigned char& m : mask) m = static_cast<unsigned char>(random() & 1U);
  mask[0] = 1;
  return mask;
}

template <class To, class From>
[[nodiscard]] std::vector<To> converted(const std::vector<From>& x) {
  return std::vector<To>(x.begin(), x.end());
}

/// The values that are kept, one store for each type.
template <class Value>
std::map<std::string, Value>& store() {
  static std::map<std::string, Value> values;
  return values;
}

/// Makes a value once for each key and keeps it: inputs and references are shared by all
/// contenders.
template <class Value, class Make>
const Value& cached(const std::string& key, const Make& make) {
  auto& values = store<Value>();
  const auto found = values.find(key);
  return found != values.end() ? found->second : values.emplace(key, make()).first->second;
}

/// Largest |x - expected| / (1 + |expected|). Infinite where only one is infinite or NaN came out.
template <class T, class W>
[[nodiscard]] double largest_error(std::span<const T> x, std::span<const W> expected) {
  constexpr double wrong = std::numeric_limits<double>::infinity();
  if (x.size() != expected.size()) return wrong;
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto e = static_cast<double>(expected[i]);
    if (realign::is_finite(e) != realign::is_finite(x[i]) || realign::is_nan(x[i])) return wrong;
    if (!realign::is_finite(e)) continue;
    const W d = std::abs(static_cast<W>(x[i]) - expected[i]) / (1 + std::abs(expected[i]));
    worst = (std::max)(worst, static_cast<double>(d));
  }
  return worst;
}

/// One contender in a case: `run()` is what is timed, `error()` judges what it left behind.
template <class J>
concept job = requires(J& j) {
  j.run();
  { j.error() } -> std::convertible_to<double>;
  { j.tolerance } -> std::convertible_to<double>;
  { j.elements } -> std::convertible_to<double>;  // numbers read, each counted once
  { j.bytes } -> std::convertible_to<double>;     // read and written, each counted once
};

/// Registers a contender. Its result is checked before anything is measured; a wrong one is an
/// error.
///
/// Counters: `per_elem` CPU time per element, `bytes` per second, `error` against the reference,
/// and `passes` over the choices for those who count them. CPU time throughout.
///
/// @param make  makes the job, once for each repetition
template <class Make>
void add(const std::string& name, Make make) {
  benchmark::RegisterBenchmark(name.c_str(), [name, make](benchmark::State& state) {
    job auto j = make();
    j.run();
    const double error = j.error();
    if (!(error <= j.tolerance)) {
      ++failures();
      const std::string message = "wrong result: error " + std::to_string(error) + ", tolerance " +
                                  std::to_string(j.tolerance);
      state.SkipWithError(message.c_str());
      return;
    }
    for ([[maybe_unused]] const auto iteration : state) {
      j.run();
      benchmark::ClobberMemory();
    }
    using benchmark::Counter;
    state.counters["per_elem"] =
        Counter(j.elements, Counter::kIsIterationInvariantRate | Counter::kInvert);
    state.counters["bytes"] = Counter(j.bytes, Counter::kIsIterationInvariantRate);
    state.counters["error"] = Counter(error);
    if constexpr (requires { j.passes(); })
      if (j.passes() > 0) state.counters["passes"] = Counter(static_cast<double>(j.passes()));
  });
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_HARNESS_HPP
