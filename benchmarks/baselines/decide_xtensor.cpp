// SPDX-License-Identifier: MIT
// Tilted rows by xtensor's expressions, and Newton's method over them.
#include <cmath>

#include "decide_dual.hpp"
#include "xtensor.hpp"

namespace bench::xtensor {
namespace {

template <class T>
class tilt_pass {
 public:
  explicit tilt_pass(const tilted_rows<T>& rows)
      : rows_(rows), e_(xt::zeros<T>({rows.choices()})), weighted_(e_) {}

  moments<T> operator()(std::span<const double> u) {
    const std::size_t n = u.size();
    const T top = exponentials(u);
    const T z = total(e_);
    moments<T> m;
    m.log_z = top + std::log(z);
    for (std::size_t k = 0; k < n; ++k) {
      xt::noalias(weighted_) = e_ * row(k);
      m.mean[k] = total(weighted_) / z;
      for (std::size_t l = 0; l <= k; ++l)
        m.cov[l * n + k] = m.cov[k * n + l] = total(weighted_ * row(l)) / z - m.mean[k] * m.mean[l];
    }
    return m;
  }
  void emit(std::span<const double> u, T* probs) {
    exponentials(u);
    auto out = see(probs, rows_.choices());
    const T z = total(e_);
    xt::noalias(out) = e_ / z;
  }

 private:
  auto row(std::size_t k) const { return see(rows_.row(k), rows_.choices()); }
  T exponentials(std::span<const double> u) {
    xt::noalias(e_) = see(rows_.base.data(), rows_.choices());
    for (std::size_t k = 0; k < u.size(); ++k) xt::noalias(e_) += static_cast<T>(u[k]) * row(k);
    const T top = largest(e_);
    xt::noalias(e_) = xt::exp(e_ - top);
    return top;
  }

  tilted_rows<T> rows_;
  xt::xtensor<T, 1> e_, weighted_;
};

[[maybe_unused]] const bool offered = [] {
  offer_decisions<tilt_pass<float>, float>(name);
  offer_decisions<tilt_pass<double>, double>(name);
  return true;
}();

}  // namespace
}  // namespace bench::xtensor
