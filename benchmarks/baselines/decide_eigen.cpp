// SPDX-License-Identifier: MIT
// Tilted rows by Eigen's array expressions, and Newton's method over them.
#include <array>
#include <cmath>
#include <limits>

#include "decide_dual.hpp"
#include "eigen.hpp"

namespace bench::eigen {
namespace {

template <class T>
class tilt_pass {
 public:
  explicit tilt_pass(const tilted_rows<T>& rows) : rows_(rows) {}

  moments<T> operator()(std::span<const double> u) {
    const auto n = static_cast<Eigen::Index>(u.size());
    const Eigen::Map<const matrix> f(rows_.features.data(), n, static_cast<Eigen::Index>(rows_.choices()));
    const T top = exponentials(u);
    const T z = e_.sum();
    weighted_ = f.rowwise() * e_.transpose();
    const Eigen::Array<T, Eigen::Dynamic, 1, 0, most_rows, 1> mean = weighted_.rowwise().sum() / z;
    moments<T> m;
    m.log_z = top + std::log(z);
    for (Eigen::Index k = 0; k < n; ++k) {
      m.mean[static_cast<std::size_t>(k)] = mean[k];
      for (Eigen::Index l = 0; l < n; ++l)
        m.cov[static_cast<std::size_t>(k * n + l)] =
            weighted_.row(k).matrix().dot(f.row(l).matrix()) / z - mean[k] * mean[l];
    }
    return m;
  }
  void emit(std::span<const double> u, T* probs) {
    exponentials(u);
    see(probs, rows_.choices()) = e_ / e_.sum();
  }

 private:
  using matrix = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  /// Fills `e_` with exp(score - top); returns top.
  T exponentials(std::span<const double> u) {
    const std::size_t v = rows_.choices();
    const const_map<T> base = see(rows_.base.data(), v);
    const auto term = [&](std::size_t k) { return static_cast<T>(u[k]) * see(rows_.row(k), v); };
    if (u.size() == 1)
      e_ = base + term(0);
    else
      e_ = base + term(0) + term(1);
    for (std::size_t k = 2; k < u.size(); ++k) e_ += term(k);
    const T top = e_.maxCoeff();
    e_ = (e_ - top).exp();
    return top;
  }

  tilted_rows<T> rows_;
  array<T> e_;
  matrix weighted_;
};

/// Two budgets that clash, by cutting planes: the next y is where the last rising and the last falling line meet.
template <class T>
void infeasible(const clash<T>& in, std::size_t) {
  const std::size_t v = in.costs.choices();
  const auto first = see(in.costs.row(0), v) - static_cast<T>(in.budgets[0]);
  const auto second = see(in.costs.row(1), v) - static_cast<T>(in.budgets[1]);
  const auto answer = [&](double value, double y) {
    in.found[0] = value;
    in.found[1] = y;
  };
  struct line {
    double at, value, slope;
  };
  *in.passes = 0;
  const auto line_at = [&](double y) {
    Eigen::Index a = 0;
    const T value = (static_cast<T>(y) * first + static_cast<T>(1 - y) * second).minCoeff(&a);
    ++*in.passes;
    return line{y, static_cast<double>(value), static_cast<double>(first[a]) - static_cast<double>(second[a])};
  };
  line low = line_at(0);
  if (low.slope <= 0) return answer(low.value, low.at);
  line high = line_at(1);
  if (high.slope >= 0) return answer(high.value, high.at);
  for (int k = 0; k < 50; ++k) {
    const double y =
        (high.value - low.value - high.slope * high.at + low.slope * low.at) / (low.slope - high.slope);
    const double bound = low.value + low.slope * (y - low.at);
    const line next = line_at(y);
    if (!(bound - next.value > 4 * static_cast<double>(std::numeric_limits<T>::epsilon())))
      return answer(next.value, y);
    (next.slope > 0 ? low : high) = next;
  }
  answer(low.value, low.at);
}

template <class T>
void offer_all() {
  offer_decisions<tilt_pass<T>, T>(name);
  offer<clash<T>>("infeasible", name, repeat<infeasible<T>>, plain);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  return true;
}();

}  // namespace
}  // namespace bench::eigen
