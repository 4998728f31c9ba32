// SPDX-License-Identifier: MIT
// Rows of logits by Eigen's array expressions.
#include "rows.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "eigen.hpp"

namespace bench::eigen {
namespace {

template <class T>
T log_sum_exp_of(const const_map<T>& x, std::span<const unsigned char> allowed) {
  if (allowed.empty()) {
    const T top = x.maxCoeff();
    return top + std::log((x - top).exp().sum());
  }
  const const_map<unsigned char> mask = see(allowed.data(), allowed.size());
  const T top = (mask != 0).select(x, std::numeric_limits<T>::lowest()).maxCoeff();
  return top + std::log(((x - top).min(T(0)).exp() * mask.template cast<T>()).sum());
}

template <class T>
void normalize(const rows<T>& in, const const_map<T>& x, T* out) {
  const T log_z = log_sum_exp_of(x, in.allowed);
  if (in.allowed.empty())
    see(out, in.choices) = x - log_z;
  else
    see(out, in.choices) = (see(in.allowed.data(), in.choices) != 0)
                               .select(x - log_z, -std::numeric_limits<T>::infinity());
}

template <class T>
const_map<T> row_of(const rows<T>& in, std::size_t set, std::size_t i) {
  return see(in.row(set, i), in.choices);
}

template <class T>
void log_sum_exp(const rows<T>& in, std::size_t set) {
  in.out[0] = log_sum_exp_of(row_of(in, set, 0), in.allowed);
}

template <class T>
void log_softmax(const rows<T>& in, std::size_t set) {
  for (std::size_t i = 0; i < in.count; ++i)
    normalize(in, row_of(in, set, i), in.out + i * in.choices);
}

template <class T>
void arithmetic_probs(const rows<T>& in, std::size_t set) {
  map<T> p = see(in.out, in.choices);
  p.setZero();
  for (std::size_t i = 0; i < in.count; ++i) {
    const const_map<T> x = row_of(in, set, i);
    p += in.weight(i) * (x - log_sum_exp_of(x, {})).exp();
  }
  if (in.allowed.empty()) return;
  p *= see(in.allowed.data(), in.choices).template cast<T>();
  p /= p.sum();
}

template <class T>
void arithmetic_log_probs(const rows<T>& in, std::size_t set) {
  arithmetic_probs(in, set);
  map<T> p = see(in.out, in.choices);
  p = p.log();
}

/// The rows as a matrix, so that the weighted sum reads each of them once.
template <class T>
void weighted_sum(const rows<T>& in, std::size_t set, T* out) {
  const auto n = static_cast<Eigen::Index>(in.count), v = static_cast<Eigen::Index>(in.choices);
  const Eigen::Map<const row_major<T>> logits(in.row(set, 0), n, v);
  const Eigen::Matrix<T, 1, Eigen::Dynamic, Eigen::RowMajor, 1, 16> w =
      Eigen::Map<const Eigen::RowVectorXd>(in.weights.data(), n).template cast<T>();
  Eigen::Map<Eigen::Matrix<T, 1, Eigen::Dynamic>>(out, v).noalias() = w * logits;
}

template <class T>
void geometric_log_probs(const rows<T>& in, std::size_t set) {
  weighted_sum(in, set, in.out);
  normalize(in, see(static_cast<const T*>(in.out), in.choices), in.out);
}

template <class T>
action geometric_log_z(const rows<T>& problem) {
  return [in = problem, sum = std::vector<T>(problem.choices)](std::size_t set) mutable {
    weighted_sum(in, set, sum.data());
    in.out[0] = log_sum_exp_of(see(std::as_const(sum).data(), in.choices), in.allowed);
  };
}

/// From softmax of x: the exponentials go to `e`.
template <class T>
std::size_t draw(const const_map<T>& x, T* e, double u) {
  const auto n = static_cast<std::size_t>(x.size());
  map<T> terms = see(e, n);
  terms = (x - x.maxCoeff()).exp();
  return walk(e, n, static_cast<T>(u) * terms.sum());
}
template <class T>
action draw_row(const draws<T>& problem) {
  return [in = problem, u = uniform_numbers()](std::size_t set) mutable {
    *in.choice = draw(row_of(in, set, 0), in.out, u());
  };
}
template <class T>
action draw_arithmetic(const draws<T>& problem) {
  return [in = problem, u = uniform_numbers()](std::size_t set) mutable {
    const std::size_t i = draw_policy(in, u);
    *in.choice = draw(row_of(in, set, i), in.out, u());
  };
}
template <class T>
action draw_geometric(const draws<T>& problem) {
  return [in = problem, u = uniform_numbers()](std::size_t set) mutable {
    weighted_sum(in, set, in.out);
    *in.choice = draw(see(static_cast<const T*>(in.out), in.choices), in.out, u());
  };
}

template <class T>
void offer_all() {
  const unsigned able = infinities | masks;
  offer<rows<T>>("log_sum_exp", name, repeat<log_sum_exp<T>>, able);
  offer<rows<T>>("log_softmax", name, repeat<log_softmax<T>>, able);
  offer<rows<T>>("arithmetic_probs", name, repeat<arithmetic_probs<T>>, able);
  offer<rows<T>>("arithmetic_log_probs", name, repeat<arithmetic_log_probs<T>>, able);
  offer<rows<T>>("geometric_log_probs", name, repeat<geometric_log_probs<T>>, able);
  offer<rows<T>>("geometric_log_z", name, geometric_log_z<T>, able);
  offer<draws<T>>("draw_row", name, draw_row<T>, infinities);
  offer<draws<T>>("draw_arithmetic", name, draw_arithmetic<T>, infinities);
  offer<draws<T>>("draw_geometric", name, draw_geometric<T>, infinities);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  static const std::string about = std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) +
                                   "." + std::to_string(EIGEN_MINOR_VERSION) + ", " +
                                   Eigen::SimdInstructionSetsInUse();
  note({name, about.c_str()});
  return true;
}();

}  // namespace
}  // namespace bench::eigen
