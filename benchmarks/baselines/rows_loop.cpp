// SPDX-License-Identifier: MIT
// Rows of logits by plain loops. In a wider type they are the reference of all others.
#include "rows.hpp"

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "loop.hpp"

namespace bench::BENCH_LOOP {
namespace {

template <class T>
inline constexpr T never = -std::numeric_limits<T>::infinity();

template <class T>
T log_sum_exp_of(const T* x, std::size_t n, std::span<const unsigned char> allowed) {
  const auto possible = [&](std::size_t a) { return allowed.empty() || allowed[a] != 0; };
  T top = std::numeric_limits<T>::lowest();
  for (std::size_t a = 0; a < n; ++a)
    if (possible(a) && x[a] > top) top = x[a];
  T sum = 0;
  for (std::size_t a = 0; a < n; ++a)
    if (possible(a)) sum += std::exp(x[a] - top);
  return top + std::log(sum);
}

template <class T>
void normalize(const rows<T>& in, const T* x, T* out) {
  const T log_z = log_sum_exp_of(x, in.choices, in.allowed);
  for (std::size_t a = 0; a < in.choices; ++a) out[a] = in.possible(a) ? x[a] - log_z : never<T>;
}

template <class T>
void log_sum_exp(const rows<T>& in, std::size_t set) {
  in.out[0] = log_sum_exp_of(in.row(set, 0), in.choices, in.allowed);
}

template <class T>
void log_softmax(const rows<T>& in, std::size_t set) {
  for (std::size_t i = 0; i < in.count; ++i)
    normalize(in, in.row(set, i), in.out + i * in.choices);
}

template <class T>
void arithmetic_probs(const rows<T>& in, std::size_t set) {
  T* p = in.out;
  for (std::size_t a = 0; a < in.choices; ++a) p[a] = 0;
  for (std::size_t i = 0; i < in.count; ++i) {
    const T* x = in.row(set, i);
    const T log_z = log_sum_exp_of(x, in.choices, {});
    const T w = in.weight(i);
    for (std::size_t a = 0; a < in.choices; ++a) p[a] += w * std::exp(x[a] - log_z);
  }
  if (in.allowed.empty()) return;
  T total = 0;
  for (std::size_t a = 0; a < in.choices; ++a) {
    if (!in.possible(a)) p[a] = 0;
    total += p[a];
  }
  for (std::size_t a = 0; a < in.choices; ++a) p[a] /= total;
}

template <class T>
void arithmetic_log_probs(const rows<T>& in, std::size_t set) {
  arithmetic_probs(in, set);
  for (std::size_t a = 0; a < in.choices; ++a) in.out[a] = std::log(in.out[a]);
}

/// out_a = sum_i w_i logits_ia
template <class T>
void weighted_sum(const rows<T>& in, std::size_t set, T* out) {
  for (std::size_t a = 0; a < in.choices; ++a) out[a] = in.weight(0) * in.row(set, 0)[a];
  for (std::size_t i = 1; i < in.count; ++i) {
    const T* x = in.row(set, i);
    const T w = in.weight(i);
    for (std::size_t a = 0; a < in.choices; ++a) out[a] += w * x[a];
  }
}

template <class T>
void geometric_log_probs(const rows<T>& in, std::size_t set) {
  weighted_sum(in, set, in.out);
  normalize(in, in.out, in.out);
}

template <class T>
action geometric_log_z(const rows<T>& problem) {
  return [in = problem, sum = std::vector<T>(problem.choices)](std::size_t set) mutable {
    weighted_sum(in, set, sum.data());
    in.out[0] = log_sum_exp_of(sum.data(), in.choices, in.allowed);
  };
}

/// From softmax of x: the exponentials go to `e`.
template <class T>
std::size_t draw(const T* x, std::size_t n, T* e, double u) {
  T top = x[0], sum = 0;
  for (std::size_t a = 1; a < n; ++a) top = x[a] > top ? x[a] : top;
  for (std::size_t a = 0; a < n; ++a) sum += e[a] = std::exp(x[a] - top);
  return walk(e, n, static_cast<T>(u) * sum);
}
template <class T>
action draw_row(const draws<T>& problem) {
  return [in = problem, u = uniform_numbers()](std::size_t set) mutable {
    *in.choice = draw(in.row(set, 0), in.choices, in.out, u());
  };
}
template <class T>
action draw_arithmetic(const draws<T>& problem) {
  return [in = problem, u = uniform_numbers()](std::size_t set) mutable {
    const std::size_t i = draw_policy(in, u);
    *in.choice = draw(in.row(set, i), in.choices, in.out, u());
  };
}
template <class T>
action draw_geometric(const draws<T>& problem) {
  return [in = problem, u = uniform_numbers()](std::size_t set) mutable {
    weighted_sum(in, set, in.out);
    *in.choice = draw<T>(in.out, in.choices, in.out, u());
  };
}

template <class T>
void offer_draws() {
  const unsigned able = exact ? infinities : plain;
  offer<draws<T>>("draw_row", name, draw_row<T>, able);
  offer<draws<T>>("draw_arithmetic", name, draw_arithmetic<T>, able);
  offer<draws<T>>("draw_geometric", name, draw_geometric<T>, able);
}

template <class T>
void offer_all() {
  const unsigned able = exact ? infinities | masks : plain;
  offer<rows<T>>("log_sum_exp", name, repeat<log_sum_exp<T>>, able);
  offer<rows<T>>("log_softmax", name, repeat<log_softmax<T>>, able);
  offer<rows<T>>("arithmetic_probs", name, repeat<arithmetic_probs<T>>, able);
  offer<rows<T>>("arithmetic_log_probs", name, repeat<arithmetic_log_probs<T>>, able);
  offer<rows<T>>("geometric_log_probs", name, repeat<geometric_log_probs<T>>, able);
  offer<rows<T>>("geometric_log_z", name, geometric_log_z<T>, able);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  offer_draws<float>();
  offer_draws<double>();
  if constexpr (exact) offer_all<long double>();
  return true;
}();

}  // namespace
}  // namespace bench::BENCH_LOOP
