// SPDX-License-Identifier: MIT
// What one would write instead of the row kernels and mixes: plain loops, and Eigen array
// expressions.
#ifndef REALIGN_BENCHMARKS_MIX_BASELINES_HPP
#define REALIGN_BENCHMARKS_MIX_BASELINES_HPP

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace bench {

/// Rows of N policies over V choices, their weights, and a mask or nothing.
template <class T>
struct mix_input {
  const T* logits;
  std::size_t policies;
  std::size_t choices;
  std::span<const double> weights;
  std::span<const unsigned char> allowed;

  [[nodiscard]] std::span<const T> row(std::size_t i) const {
    return {logits + i * choices, choices};
  }
  [[nodiscard]] bool possible(std::size_t a) const { return allowed.empty() || allowed[a] != 0; }
};

/// Loops over one number type. In a wider type they are the reference.
namespace loop {

template <class T>
T log_sum_exp(std::span<const T> x, std::span<const unsigned char> allowed) {
  T top = -std::numeric_limits<T>::infinity();
  for (std::size_t a = 0; a < x.size(); ++a)
    if ((allowed.empty() || allowed[a] != 0) && x[a] > top) top = x[a];
  T sum = 0;
  for (std::size_t a = 0; a < x.size(); ++a)
    if (allowed.empty() || allowed[a] != 0) sum += std::exp(x[a] - top);
  return top + std::log(sum);
}

struct log_sum_exp_of_row {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    out[0] = log_sum_exp(in.row(0), in.allowed);
  }
};

struct log_softmax {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    const T log_z = log_sum_exp(in.row(0), in.allowed);
    for (std::size_t a = 0; a < in.choices; ++a)
      out[a] = in.possible(a) ? in.logits[a] - log_z : -std::numeric_limits<T>::infinity();
  }
};

template <bool Logs>
struct arithmetic {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    for (T& p : out) p = 0;
    for (std::size_t i = 0; i < in.policies; ++i) {
      const std::span<const T> x = in.row(i);
      const T log_z = log_sum_exp(x, {});
      const T w = static_cast<T>(in.weights[i]);
      for (std::size_t a = 0; a < in.choices; ++a) out[a] += w * std::exp(x[a] - log_z);
    }
    T total = 0;
    for (std::size_t a = 0; a < in.choices; ++a) {
      if (!in.possible(a)) out[a] = 0;
      total += out[a];
    }
    for (T& p : out) p = Logs ? std::log(p / total) : p / total;
  }
};

struct geometric {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    for (T& g : out) g = 0;
    for (std::size_t i = 0; i < in.policies; ++i) {
      const T w = static_cast<T>(in.weights[i]);
      for (std::size_t a = 0; a < in.choices; ++a) out[a] += w * in.row(i)[a];
    }
    const T log_z = log_sum_exp(std::span<const T>(out), in.allowed);
    for (std::size_t a = 0; a < in.choices; ++a)
      out[a] = in.possible(a) ? out[a] - log_z : -std::numeric_limits<T>::infinity();
  }
};

}  // namespace loop

/// Array expressions.
namespace eigen {

template <class T>
using array = Eigen::Array<T, Eigen::Dynamic, 1>;
template <class T>
using const_map = Eigen::Map<const array<T>>;
template <class T>
using map = Eigen::Map<array<T>>;

template <class T>
[[nodiscard]] const_map<T> see(std::span<const T> x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}
template <class T>
[[nodiscard]] map<T> see_out(std::span<T> x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}

template <class T>
T log_sum_exp(std::span<const T> row, std::span<const unsigned char> allowed) {
  const const_map<T> x = see(row);
  if (allowed.empty()) {
    const T top = x.maxCoeff();
    return top + std::log((x - top).exp().sum());
  }
  const const_map<unsigned char> mask = see(allowed);
  const T top = (mask != 0).select(x, std::numeric_limits<T>::lowest()).maxCoeff();
  return top + std::log(((x - top).min(T(0)).exp() * mask.template cast<T>()).sum());
}

template <class T>
void subtract(std::span<const T> row, T log_z, std::span<const unsigned char> allowed,
              std::span<T> out) {
  if (allowed.empty())
    see_out(out) = see(row) - log_z;
  else
    see_out(out) =
        (see(allowed) != 0).select(see(row) - log_z, -std::numeric_limits<T>::infinity());
}

struct log_sum_exp_of_row {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    out[0] = log_sum_exp(in.row(0), in.allowed);
  }
};

struct log_softmax {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    subtract(in.row(0), log_sum_exp(in.row(0), in.allowed), in.allowed, out);
  }
};

template <class T, bool Logs>
struct arithmetic {
  array<T> terms = {};

  void operator()(const mix_input<T>& in, std::span<T> out) {
    map<T> p = see_out(out);
    p.setZero();
    for (std::size_t i = 0; i < in.policies; ++i) {
      const const_map<T> x = see(in.row(i));
      terms = (x - x.maxCoeff()).exp();
      p += static_cast<T>(in.weights[i]) / terms.sum() * terms;
    }
    if (!in.allowed.empty()) p *= see(in.allowed).template cast<T>();
    const T total = p.sum();
    if constexpr (Logs)
      p = (p / total).log();
    else
      p /= total;
  }
};

struct geometric {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    map<T> g = see_out(out);
    g = static_cast<T>(in.weights[0]) * see(in.row(0));
    for (std::size_t i = 1; i < in.policies; ++i)
      g += static_cast<T>(in.weights[i]) * see(in.row(i));
    subtract(std::span<const T>(out), log_sum_exp(std::span<const T>(out), in.allowed), in.allowed,
             out);
  }
};

}  // namespace eigen
}  // namespace bench

#endif  // REALIGN_BENCHMARKS_MIX_BASELINES_HPP
