// SPDX-License-Identifier: MIT
// Rows of logits by xtensor's expressions.
#include "rows.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "xtensor.hpp"

namespace bench::xtensor {
namespace {

template <class T>
T log_sum_exp_of(const T* row, std::size_t n) {
  const auto x = see(row, n);
  const T top = largest(x);
  return top + std::log(total(xt::exp(x - top)));
}

template <class T>
void log_sum_exp(const rows<T>& in, std::size_t set) {
  in.out[0] = log_sum_exp_of(in.row(set, 0), in.choices);
}

template <class T>
void log_softmax(const rows<T>& in, std::size_t set) {
  for (std::size_t i = 0; i < in.count; ++i) {
    const T* row = in.row(set, i);
    auto out = see(in.out + i * in.choices, in.choices);
    xt::noalias(out) = see(row, in.choices) - log_sum_exp_of(row, in.choices);
  }
}

template <class T>
void arithmetic_probs(const rows<T>& in, std::size_t set) {
  auto p = see(in.out, in.choices);
  p.fill(T(0));
  for (std::size_t i = 0; i < in.count; ++i) {
    const T* row = in.row(set, i);
    const T log_z = log_sum_exp_of(row, in.choices);
    xt::noalias(p) += in.weight(i) * xt::exp(see(row, in.choices) - log_z);
  }
}

template <class T>
void arithmetic_log_probs(const rows<T>& in, std::size_t set) {
  arithmetic_probs(in, set);
  auto p = see(in.out, in.choices);
  xt::noalias(p) = xt::log(p);
}

template <class T>
void weighted_sum(const rows<T>& in, std::size_t set, T* to) {
  auto out = see(to, in.choices);
  xt::noalias(out) = in.weight(0) * see(in.row(set, 0), in.choices);
  for (std::size_t i = 1; i < in.count; ++i)
    xt::noalias(out) += in.weight(i) * see(in.row(set, i), in.choices);
}

template <class T>
void geometric_log_probs(const rows<T>& in, std::size_t set) {
  weighted_sum(in, set, in.out);
  auto out = see(in.out, in.choices);
  const T log_z = log_sum_exp_of<T>(in.out, in.choices);
  xt::noalias(out) -= log_z;
}

template <class T>
action geometric_log_z(const rows<T>& problem) {
  return [in = problem, sum = std::vector<T>(problem.choices)](std::size_t set) mutable {
    weighted_sum(in, set, sum.data());
    in.out[0] = log_sum_exp_of<T>(sum.data(), in.choices);
  };
}

/// From softmax of x: the exponentials go to `e`.
template <class T>
std::size_t draw(const T* x, std::size_t n, T* e, double u) {
  const auto logits = see(x, n);
  auto terms = see(e, n);
  const T top = largest(logits);
  xt::noalias(terms) = xt::exp(logits - top);
  return walk(e, n, static_cast<T>(u) * total(terms));
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
void offer_all() {
  offer<rows<T>>("log_sum_exp", name, repeat<log_sum_exp<T>>, infinities);
  offer<rows<T>>("log_softmax", name, repeat<log_softmax<T>>, infinities);
  offer<rows<T>>("arithmetic_probs", name, repeat<arithmetic_probs<T>>, infinities);
  offer<rows<T>>("arithmetic_log_probs", name, repeat<arithmetic_log_probs<T>>, infinities);
  offer<rows<T>>("geometric_log_probs", name, repeat<geometric_log_probs<T>>, infinities);
  offer<rows<T>>("geometric_log_z", name, geometric_log_z<T>, infinities);
  offer<draws<T>>("draw_row", name, draw_row<T>, infinities);
  offer<draws<T>>("draw_arithmetic", name, draw_arithmetic<T>, infinities);
  offer<draws<T>>("draw_geometric", name, draw_geometric<T>, infinities);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  static const std::string about = std::to_string(XTENSOR_VERSION_MAJOR) + "." + std::to_string(XTENSOR_VERSION_MINOR) +
                                   "." + std::to_string(XTENSOR_VERSION_PATCH) + with_xsimd;
  note({name, about.c_str()});
  return true;
}();

}  // namespace
}  // namespace bench::xtensor
