// SPDX-License-Identifier: MIT
// Dense networks by OpenBLAS products, in float; Eigen does the rest.
#include "network.hpp"

#include <cblas.h>

#include <string>

#include "eigen.hpp"
#include "network_step.hpp"

namespace bench::openblas {
namespace {

class net {
 public:
  explicit net(const net_shape& shape) : shape_(shape) {}

  void forward(const float* p, const net_input<float>& x, net_values<float>& v) const {
    const int rows = static_cast<int>(x.rows);
    for (std::size_t k = 0; k < shape_.layers(); ++k) {
      const int in = width(k), out = width(k + 1);
      const float* w = p + shape_.offset(k);
      const float* from = k > 0 ? v.y[k - 1].data() : x.values.data();
      Eigen::Map<eigen::row_major<float>> y(v.y[k].data(), rows, out);
      y.rowwise() = Eigen::Map<const Eigen::RowVectorXf>(w + in * out, out);
      if (rows == 1)
        cblas_sgemv(CblasRowMajor, CblasTrans, in, out, 1, w, out, from, 1, 1, y.data(), 1);
      else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, out, in, 1, from, in, w, out, 1, y.data(), out);
      if (k + 1 == shape_.layers()) continue;
      if (shape_.smooth())
        y = y.array().tanh();
      else
        y = y.array().max(0.0F);
    }
  }

  void backward(const float* p, const net_input<float>& x, net_values<float>& v, float* gradient) const {
    const int rows = static_cast<int>(x.rows);
    for (std::size_t k = shape_.layers(); k-- > 0;) {
      const int in = width(k), out = width(k + 1);
      const float* from = k > 0 ? v.y[k - 1].data() : x.values.data();
      const float* dy = v.dy[k].data();
      float* dw = gradient + shape_.offset(k);
      Eigen::Map<Eigen::RowVectorXf>(dw + in * out, out) +=
          Eigen::Map<const eigen::row_major<float>>(dy, rows, out).colwise().sum();
      if (rows == 1)
        cblas_sger(CblasRowMajor, in, out, 1, from, 1, dy, 1, dw, out);
      else
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, in, out, rows, 1, from, in, dy, out, 1, dw, out);
      if (k == 0) continue;
      const float* w = p + shape_.offset(k);
      float* dx = v.dy[k - 1].data();
      if (rows == 1)
        cblas_sgemv(CblasRowMajor, CblasNoTrans, in, out, 1, w, out, dy, 1, 0, dx, 1);
      else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, in, out, 1, dy, out, w, out, 0, dx, in);
      const std::size_t n = v.y[k - 1].size();
      const auto y = eigen::see(static_cast<const float*>(v.y[k - 1].data()), n);
      if (shape_.smooth())
        eigen::see(dx, n) *= 1.0F - y.square();
      else
        eigen::see(dx, n) *= (y > 0.0F).cast<float>();
    }
  }

 private:
  [[nodiscard]] int width(std::size_t k) const { return static_cast<int>(shape_.widths[k]); }

  net_shape shape_;
};

[[maybe_unused]] const bool offered = [] {
  openblas_set_num_threads(1);
  offer<network<float>>("network_forward", "openblas", forward_by<net, float>, plain);
  offer<network<float>>("network_gradient", "openblas", gradient_by<net, float>, plain);
  static const std::string about = std::string(openblas_get_config()) + ", running " + openblas_get_corename();
  note({"openblas", about.c_str()});
  return true;
}();

}  // namespace
}  // namespace bench::openblas
