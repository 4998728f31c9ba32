// SPDX-License-Identifier: MIT
// Networks and Adam by plain loops.
#include "network.hpp"

#include <cmath>

#include "cpl_loop.hpp"
#include "network_step.hpp"

namespace bench::BENCH_LOOP {
namespace {

/// Calls visit(input, value) for the entries of row r.
template <class T, class Visit>
void each_entry(const net_input<T>& x, std::size_t inputs, std::size_t r, const Visit& visit) {
  if (!x.sparse()) {
    for (std::size_t j = 0; j < inputs; ++j) visit(j, x.values[r * inputs + j]);
    return;
  }
  for (auto e = static_cast<std::size_t>(x.offsets[r]); e < static_cast<std::size_t>(x.offsets[r + 1]); ++e)
    visit(static_cast<std::size_t>(x.indices[e]), x.values[e]);
}

template <class T>
class net {
 public:
  explicit net(const net_shape& shape) : shape_(shape) {}

  void forward(const T* p, const net_input<T>& x, net_values<T>& v) const {
    for (std::size_t k = 0; k < shape_.layers(); ++k) {
      const std::size_t in = shape_.widths[k], out = shape_.widths[k + 1];
      const T* w = p + shape_.offset(k);
      const T* b = w + in * out;
      for (std::size_t r = 0; r < x.rows; ++r) {
        T* y = v.y[k].data() + r * out;
        for (std::size_t o = 0; o < out; ++o) y[o] = b[o];
        const auto add = [&](std::size_t j, T value) {
          for (std::size_t o = 0; o < out; ++o) y[o] += value * w[j * out + o];
        };
        if (k == 0)
          each_entry(x, in, r, add);
        else
          for (std::size_t j = 0; j < in; ++j) add(j, v.y[k - 1][r * in + j]);
        if (k + 1 == shape_.layers()) continue;
        for (std::size_t o = 0; o < out; ++o) y[o] = shape_.smooth() ? std::tanh(y[o]) : y[o] > 0 ? y[o] : T(0);
      }
    }
  }

  void backward(const T* p, const net_input<T>& x, net_values<T>& v, T* gradient) const {
    for (std::size_t k = shape_.layers(); k-- > 0;) {
      const std::size_t in = shape_.widths[k], out = shape_.widths[k + 1];
      const T* w = p + shape_.offset(k);
      T* dw = gradient + shape_.offset(k);
      for (std::size_t r = 0; r < x.rows; ++r) {
        const T* dy = v.dy[k].data() + r * out;
        for (std::size_t o = 0; o < out; ++o) dw[in * out + o] += dy[o];
        const auto add = [&](std::size_t j, T value) {
          for (std::size_t o = 0; o < out; ++o) dw[j * out + o] += value * dy[o];
        };
        if (k == 0) {
          each_entry(x, in, r, add);
          continue;
        }
        for (std::size_t j = 0; j < in; ++j) {
          const T y = v.y[k - 1][r * in + j];
          add(j, y);
          T d = 0;
          for (std::size_t o = 0; o < out; ++o) d += dy[o] * w[j * out + o];
          v.dy[k - 1][r * in + j] = d * (shape_.smooth() ? 1 - y * y : y > 0 ? T(1) : T(0));
        }
      }
    }
  }

 private:
  net_shape shape_;
};

template <class T>
void adam(std::size_t step, std::size_t n, const T* g, T* m, T* v, T* p) {
  const T stride = static_cast<T>(adam_rate / (1 - std::pow(0.9, static_cast<double>(step))));
  const T unbias = static_cast<T>(1 / std::sqrt(1 - std::pow(0.999, static_cast<double>(step))));
  for (std::size_t i = 0; i < n; ++i) {
    m[i] = T(0.9) * m[i] + (1 - T(0.9)) * g[i];
    v[i] = T(0.999) * v[i] + (1 - T(0.999)) * g[i] * g[i];
    p[i] -= stride * m[i] / (std::sqrt(v[i]) * unbias + static_cast<T>(adam_epsilon));
  }
}

[[maybe_unused]] const bool offered = [] {
  offer_network<net<float>, cpl<float>, adam<float>, float>(name);
  offer_network<net<double>, cpl<double>, adam<double>, double>(name);
  if constexpr (exact) offer_network<net<long double>, cpl<long double>, adam<long double>, long double>(name);
  return true;
}();

}  // namespace
}  // namespace bench::BENCH_LOOP
