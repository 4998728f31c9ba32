// SPDX-License-Identifier: MIT
// Networks and Adam by Eigen's expressions.
#include "network.hpp"

#include <Eigen/SparseCore>
#include <cmath>

#include "cpl_eigen.hpp"
#include "network_step.hpp"

namespace bench::eigen {
namespace {

template <class T>
class net {
 public:
  explicit net(const net_shape& shape) : shape_(shape) {}

  void forward(const T* p, const net_input<T>& x, net_values<T>& v) const {
    const auto rows = static_cast<Eigen::Index>(x.rows);
    for (std::size_t k = 0; k < shape_.layers(); ++k) {
      const const_matrix w = weight(p, k);
      matrix y(v.y[k].data(), rows, width(k + 1));
      if (k > 0)
        y.noalias() = const_matrix(v.y[k - 1].data(), rows, width(k)) * w;
      else if (x.sparse())
        y.noalias() = sparse(x) * w;
      else
        y.noalias() = const_matrix(x.values.data(), rows, width(0)) * w;
      y.rowwise() += Eigen::Map<const row>(w.data() + w.size(), width(k + 1));
      if (k + 1 == shape_.layers()) continue;
      if (shape_.smooth())
        y = y.array().tanh();
      else
        y = y.array().max(T(0));
    }
  }

  void backward(const T* p, const net_input<T>& x, net_values<T>& v, T* gradient) const {
    const auto rows = static_cast<Eigen::Index>(x.rows);
    for (std::size_t k = shape_.layers(); k-- > 0;) {
      const const_matrix w = weight(p, k);
      matrix dw(gradient + shape_.offset(k), width(k), width(k + 1));
      const const_matrix dy(v.dy[k].data(), rows, width(k + 1));
      Eigen::Map<row>(dw.data() + dw.size(), width(k + 1)) += dy.colwise().sum();
      if (k > 0) {
        const const_matrix y(v.y[k - 1].data(), rows, width(k));
        matrix dx(v.dy[k - 1].data(), rows, width(k));
        dw.noalias() += y.transpose() * dy;
        dx.noalias() = dy * w.transpose();
        if (shape_.smooth())
          dx.array() *= T(1) - y.array().square();
        else
          dx.array() *= (y.array() > T(0)).template cast<T>();
      } else if (x.sparse()) {
        dw.noalias() += sparse(x).transpose() * dy;
      } else {
        dw.noalias() += const_matrix(x.values.data(), rows, width(0)).transpose() * dy;
      }
    }
  }

 private:
  using matrix = Eigen::Map<row_major<T>>;
  using const_matrix = Eigen::Map<const row_major<T>>;
  using row = Eigen::Matrix<T, 1, Eigen::Dynamic>;

  [[nodiscard]] Eigen::Index width(std::size_t k) const { return static_cast<Eigen::Index>(shape_.widths[k]); }
  [[nodiscard]] const_matrix weight(const T* p, std::size_t k) const {
    return {p + shape_.offset(k), width(k), width(k + 1)};
  }
  [[nodiscard]] Eigen::Map<const Eigen::SparseMatrix<T, Eigen::RowMajor>> sparse(const net_input<T>& x) const {
    return {static_cast<Eigen::Index>(x.rows),          width(0),
            static_cast<Eigen::Index>(x.values.size()), x.offsets.data(),
            x.indices.data(),                           x.values.data()};
  }

  net_shape shape_;
};

template <class T>
void adam(std::size_t step, std::size_t n, const T* gradient, T* mean, T* square, T* parameters) {
  const T stride = static_cast<T>(adam_rate / (1 - std::pow(0.9, static_cast<double>(step))));
  const T unbias = static_cast<T>(1 / std::sqrt(1 - std::pow(0.999, static_cast<double>(step))));
  const const_map<T> g = see(gradient, n);
  map<T> m = see(mean, n), v = see(square, n);
  m = T(0.9) * m + (T(1) - T(0.9)) * g;
  v = T(0.999) * v + (T(1) - T(0.999)) * g.square();
  see(parameters, n) -= stride * m / (v.sqrt() * unbias + static_cast<T>(adam_epsilon));
}

[[maybe_unused]] const bool offered = [] {
  offer_network<net<float>, cpl<float>, adam<float>, float>(name);
  offer_network<net<double>, cpl<double>, adam<double>, double>(name);
  return true;
}();

}  // namespace
}  // namespace bench::eigen
