// SPDX-License-Identifier: MIT
// What one would write instead of nn/: a tanh network, its backward pass and Adam, as plain loops
// and with Eigen.
#ifndef REALIGN_BENCHMARKS_NETWORK_BASELINES_HPP
#define REALIGN_BENCHMARKS_NETWORK_BASELINES_HPP

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "mix_baselines.hpp"

namespace bench {

inline constexpr double adam_rate = 1e-4, adam_epsilon = 1e-3;

/// Widths of the layers; parameters are layer behind layer, w (I x O, row-major) and then b.
struct net_shape {
  std::vector<std::size_t> widths;

  [[nodiscard]] std::size_t layers() const { return widths.size() - 1; }
  [[nodiscard]] std::size_t offset(std::size_t layer) const {
    std::size_t n = 0;
    for (std::size_t k = 0; k < layer; ++k) n += (widths[k] + 1) * widths[k + 1];
    return n;
  }
  [[nodiscard]] std::size_t parameters() const { return offset(layers()); }
};

/// Input of R rows: dense when there are no offsets, else in compressed rows.
template <class T>
struct net_input {
  std::size_t rows;
  std::vector<T> values;
  std::vector<int> offsets = {}, indices = {};

  [[nodiscard]] bool sparse() const { return !offsets.empty(); }
};

/// Outputs of the layers and their derivatives.
template <class T>
struct net_values {
  std::vector<std::vector<T>> y, dy;

  net_values(const net_shape& shape, std::size_t rows) {
    for (std::size_t k = 0; k < shape.layers(); ++k) {
      y.emplace_back(rows * shape.widths[k + 1]);
      dy.emplace_back(rows * shape.widths[k + 1]);
    }
  }
};

namespace loop {

/// Calls visit(input, value) for the entries of row r.
template <class T, class Visit>
void each_entry(const net_input<T>& x, std::size_t inputs, std::size_t r, const Visit& visit) {
  if (!x.sparse()) {
    for (std::size_t j = 0; j < inputs; ++j) visit(j, x.values[r * inputs + j]);
    return;
  }
  for (auto e = static_cast<std::size_t>(x.offsets[r]);
       e < static_cast<std::size_t>(x.offsets[r + 1]); ++e)
    visit(static_cast<std::size_t>(x.indices[e]), x.values[e]);
}

template <class T>
struct net {
  net_shape shape;

  void forward(std::span<const T> p, const net_input<T>& x, net_values<T>& v) const {
    for (std::size_t k = 0; k < shape.layers(); ++k) {
      const std::size_t in = shape.widths[k], out = shape.widths[k + 1];
      const T* w = p.data() + shape.offset(k);
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
        if (k + 1 < shape.layers())
          for (std::size_t o = 0; o < out; ++o) y[o] = std::tanh(y[o]);
      }
    }
  }

  /// gradient += ..., from v.dy of the last layer.
  void backward(std::span<const T> p, const net_input<T>& x, net_values<T>& v,
                std::span<T> gradient) const {
    for (std::size_t k = shape.layers(); k-- > 0;) {
      const std::size_t in = shape.widths[k], out = shape.widths[k + 1];
      const T* w = p.data() + shape.offset(k);
      T* dw = gradient.data() + shape.offset(k);
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
          v.dy[k - 1][r * in + j] = d * (1 - y * y);
        }
      }
    }
  }
};

/// The first step of Adam counts as step 1.
template <class T>
void adam(std::size_t step, std::span<const T> g, std::span<T> m, std::span<T> v, std::span<T> p) {
  const T stride = static_cast<T>(adam_rate / (1 - std::pow(0.9, static_cast<double>(step))));
  const T unbias = static_cast<T>(1 / std::sqrt(1 - std::pow(0.999, static_cast<double>(step))));
  for (std::size_t i = 0; i < g.size(); ++i) {
    m[i] = T(0.9) * m[i] + (1 - T(0.9)) * g[i];
    v[i] = T(0.999) * v[i] + (1 - T(0.999)) * g[i] * g[i];
    p[i] -= stride * m[i] / (std::sqrt(v[i]) * unbias + static_cast<T>(adam_epsilon));
  }
}

}  // namespace loop

namespace eigen {

template <class T>
struct net {
  using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using row = Eigen::Matrix<T, 1, Eigen::Dynamic>;

  net_shape shape;

  [[nodiscard]] Eigen::Index width(std::size_t k) const {
    return static_cast<Eigen::Index>(shape.widths[k]);
  }
  [[nodiscard]] Eigen::Map<const Eigen::SparseMatrix<T, Eigen::RowMajor>> sparse(
      const net_input<T>& x) const {
    return {static_cast<Eigen::Index>(x.rows),
            width(0),
            static_cast<Eigen::Index>(x.values.size()),
            x.offsets.data(),
            x.indices.data(),
            x.values.data()};
  }

  void forward(std::span<const T> p, const net_input<T>& x, net_values<T>& v) const {
    const auto rows = static_cast<Eigen::Index>(x.rows);
    for (std::size_t k = 0; k < shape.layers(); ++k) {
      const Eigen::Map<const matrix> w(p.data() + shape.offset(k), width(k), width(k + 1));
      const Eigen::Map<const row> b(w.data() + w.size(), width(k + 1));
      Eigen::Map<matrix> y(v.y[k].data(), rows, width(k + 1));
      if (k > 0)
        y.noalias() = Eigen::Map<const matrix>(v.y[k - 1].data(), rows, width(k)) * w;
      else if (x.sparse())
        y.noalias() = sparse(x) * w;
      else
        y.noalias() = Eigen::Map<const matrix>(x.values.data(), rows, width(0)) * w;
      y.rowwise() += b;
      if (k + 1 < shape.layers()) y = y.array().tanh();
    }
  }

  void backward(std::span<const T> p, const net_input<T>& x, net_values<T>& v,
                std::span<T> gradient) const {
    const auto rows = static_cast<Eigen::Index>(x.rows);
    for (std::size_t k = shape.layers(); k-- > 0;) {
      const Eigen::Map<const matrix> w(p.data() + shape.offset(k), width(k), width(k + 1));
      Eigen::Map<matrix> dw(gradient.data() + shape.offset(k), width(k), width(k + 1));
      Eigen::Map<row> db(dw.data() + dw.size(), width(k + 1));
      const Eigen::Map<const matrix> dy(v.dy[k].data(), rows, width(k + 1));
      db += dy.colwise().sum();
      if (k > 0) {
        const Eigen::Map<const matrix> y(v.y[k - 1].data(), rows, width(k));
        Eigen::Map<matrix> dx(v.dy[k - 1].data(), rows, width(k));
        dw.noalias() += y.transpose() * dy;
        dx.noalias() = dy * w.transpose();
        dx.array() *= T(1) - y.array().square();
      } else if (x.sparse()) {
        dw.noalias() += sparse(x).transpose() * dy;
      } else {
        dw.noalias() += Eigen::Map<const matrix>(x.values.data(), rows, width(0)).transpose() * dy;
      }
    }
  }
};

template <class T>
void adam(std::size_t step, std::span<const T> gradient, std::span<T> mean, std::span<T> square,
          std::span<T> parameters) {
  const T stride = static_cast<T>(adam_rate / (1 - std::pow(0.9, static_cast<double>(step))));
  const T unbias = static_cast<T>(1 / std::sqrt(1 - std::pow(0.999, static_cast<double>(step))));
  const const_map<T> g = see(gradient);
  map<T> m = see_out(mean), v = see_out(square);
  m = T(0.9) * m + (T(1) - T(0.9)) * g;
  v = T(0.999) * v + (T(1) - T(0.999)) * g.square();
  see_out(parameters) -= stride * m / (v.sqrt() * unbias + static_cast<T>(adam_epsilon));
}

}  // namespace eigen
}  // namespace bench

#endif  // REALIGN_BENCHMARKS_NETWORK_BASELINES_HPP
