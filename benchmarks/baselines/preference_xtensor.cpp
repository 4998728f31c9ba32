// SPDX-License-Identifier: MIT
// CPL by xtensor's expressions.
#include "preference.hpp"

#include <cmath>

#include "xtensor.hpp"

namespace bench::xtensor {
namespace {

template <class T>
void cpl(const cpl_batch<T>& in, std::size_t) {
  const auto softmax = [](const T* row, std::size_t n, std::size_t action, T* out) {
    const auto x = see(row, n);
    auto p = see(out, n);
    const T top = largest(x);
    xt::noalias(p) = xt::exp(x - top);
    const T sum = total(p);
    xt::noalias(p) /= sum;
    return row[action] - top - std::log(sum);
  };
  const auto scale = [](T factor, std::size_t n, std::size_t action, T* out) {
    auto p = see(out, n);
    xt::noalias(p) *= -factor;
    p(action) += factor;
  };
  cpl_by_rows(in, softmax, scale);
}

[[maybe_unused]] const bool offered = [] {
  offer<cpl_batch<float>>("cpl", name, repeat<cpl<float>>, plain);
  offer<cpl_batch<double>>("cpl", name, repeat<cpl<double>>, plain);
  return true;
}();

}  // namespace
}  // namespace bench::xtensor
