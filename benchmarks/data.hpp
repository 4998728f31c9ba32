// SPDX-License-Identifier: MIT
// Test data, and how results are judged.
#ifndef REALIGN_BENCHMARKS_DATA_HPP
#define REALIGN_BENCHMARKS_DATA_HPP

#include <algorithm>
#include <cmath>
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

/// What references are computed in: double for float, the longest type for double.
template <class T>
using wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

template <class T>
inline constexpr const char* type_name = std::is_same_v<T, float> ? "f32" : "f64";

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

[[nodiscard]] inline std::vector<std::size_t> indices(std::size_t n, std::size_t below, std::uint64_t seed) {
  realign::random_generator random(seed);
  std::vector<std::size_t> x(n);
  for (std::size_t& i : x) i = realign::uniform_index(random, below);
  return x;
}

template <class To, class From>
[[nodiscard]] std::vector<To> converted(const std::vector<From>& x) {
  return std::vector<To>(x.begin(), x.end());
}

/// Weights 1 : 2 : ... : n.
[[nodiscard]] inline std::vector<double> rising_weights(std::size_t n) {
  std::vector<double> w(n);
  for (std::size_t i = 0; i < n; ++i)
    w[i] = 2 * static_cast<double>(i + 1) / static_cast<double>(n * (n + 1));
  return w;
}

/// Makes a value once for each key and keeps it: for inputs that several cases share.
template <class Value, class Make>
const Value& cached(const std::string& key, const Make& make) {
  static std::map<std::string, Value> values;
  const auto found = values.find(key);
  return found != values.end() ? found->second : values.emplace(key, make()).first->second;
}

/// How a result is compared with what it should be.
enum class compare : unsigned char {
  absolute,  ///< |x - e| / (1 + |e|): logarithms
  relative,  ///< |x - e| / |e|: probabilities
  largest,   ///< |x - e| / max |e|: gradients
};

/// The largest error; infinite where only one of the two is infinite, or NaN came out.
template <class T, class W>
[[nodiscard]] double largest_error(std::span<const T> x, std::span<const W> expected, compare by) {
  constexpr double wrong = std::numeric_limits<double>::infinity();
  if (x.size() != expected.size()) return wrong;
  W size = 0;
  for (const W& e : expected)
    if (realign::is_finite(static_cast<double>(e))) size = (std::max)(size, std::abs(e));
  W worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool finite = realign::is_finite(static_cast<double>(expected[i]));
    if (finite != realign::is_finite(x[i]) || realign::is_nan(x[i])) return wrong;
    if (!finite) continue;
    const W e = std::abs(expected[i]);
    const W unit = by == compare::absolute ? 1 + e : by == compare::relative ? e : size;
    const W d = std::abs(static_cast<W>(x[i]) - expected[i]);
    if (d > 0) worst = (std::max)(worst, d / unit);
  }
  return static_cast<double>(worst);
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_DATA_HPP
