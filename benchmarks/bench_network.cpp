// SPDX-License-Identifier: MIT
// Networks of dense layers: forward, and forward with the gradient of all parameters.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <realign/nn/mlp.hpp>

#include "preference_data.hpp"

namespace bench {
namespace {

namespace library {

template <class T, class Activation>
class net {
 public:
  explicit net(const network<T>& in) : in_(in), net_(in.shape.widths) {
    std::copy(in.parameters.begin(), in.parameters.end(), net_.parameters().begin());
  }
  void forward() {
    const auto y = net_.forward(x(), tape_);
    std::copy(y.data(), y.data() + y.size(), in_.y);
  }
  void gradient() {
    net_.forward(x(), tape_);
    const std::span<T> gradient(in_.gradient, in_.parameters.size());
    std::fill(gradient.begin(), gradient.end(), T(0));  // gradients are added
    net_.backward(x(), tape_, rows(in_.dy, net_.outputs()), gradient);
  }

 private:
  [[nodiscard]] realign::nn::const_rows<T> rows(const T* values, std::size_t width) const {
    return realign::nn::as_rows(std::span<const T>(values, in_.x.rows * width), in_.x.rows, width);
  }
  [[nodiscard]] realign::nn::const_rows<T> x() const { return rows(in_.x.values.data(), net_.inputs()); }

  network<T> in_;
  realign::nn::mlp<T, Activation> net_;
  realign::nn::mlp_tape<T> tape_;
};

template <class T, class Activation>
action forward(const network<T>& in) {
  return [n = net<T, Activation>(in)](std::size_t) mutable { n.forward(); };
}
template <class T, class Activation>
action gradient(const network<T>& in) {
  return [n = net<T, Activation>(in)](std::size_t) mutable { n.gradient(); };
}

}  // namespace library

/// A network on a batch, and the outputs or the gradient.
template <class T>
class network_data : public judged_once<network_data<T>> {
 public:
  network_data(const char* kernel, const net_shape& shape, std::size_t rows)
      : gradient_wanted_(std::string("network_gradient") == kernel),
        shape_(shape),
        rows_(rows),
        x_(normals<T>(rows * shape.widths.front(), 1.0, rows + shape.widths[1])),
        parameters_(random_parameters<T>(shape)),
        dy_(normals<T>(rows * shape.widths.back(), 1.0, rows + 1)),
        y_(dy_.size()),
        gradient_(parameters_.size()) {
    using W = wide<T>;
    const std::vector<W> x = converted<W>(x_), parameters = converted<W>(parameters_), dy = converted<W>(dy_);
    expected_.resize(gradient_wanted_ ? gradient_.size() : y_.size());
    run_reference(kernel, network<W>{shape, {rows, x}, parameters, dy.data(), expected_.data(), expected_.data()});
  }
  [[nodiscard]] network<T> problem() {
    return {shape_, {rows_, x_}, parameters_, dy_.data(), y_.data(), gradient_.data()};
  }
  void forget() {
    for (std::vector<T>* x : {&y_, &gradient_}) std::fill(x->begin(), x->end(), std::numeric_limits<T>::quiet_NaN());
  }
  [[nodiscard]] double judge() const {
    return largest_error(std::span<const T>(gradient_wanted_ ? gradient_ : y_), std::span<const wide<T>>(expected_),
                         compare::largest);
  }

 private:
  bool gradient_wanted_;
  net_shape shape_;
  std::size_t rows_;
  std::vector<T> x_, parameters_, dy_, y_, gradient_;
  std::vector<wide<T>> expected_;
};

/// Products forward, and back: with the inputs of each layer, and with the weights of all but the first.
double multiply_adds(const net_shape& shape, bool back) {
  double n = 0;
  for (std::size_t k = 0; k < shape.layers(); ++k) {
    const double products = static_cast<double>(shape.widths[k] * shape.widths[k + 1]);
    n += products * (back ? (k > 0 ? 3 : 2) : 1);
  }
  return n;
}

template <class T>
void add_kernel(const char* kernel, preparation<network<T>> library, const net_shape& shape, std::size_t rows) {
  const bool single = sizeof(T) == sizeof(float), back = std::string("network_gradient") == kernel;
  const std::string name = "h" + std::to_string(shape.widths[1]) + "_b" + std::to_string(rows) +
                           (shape.smooth() ? "_tanh_" : "_relu_") + type_name<T>;
  const double weights = static_cast<double>(shape.parameters() * sizeof(T));
  description d{.kernel = kernel,
                .name = name,
                .elements = multiply_adds(shape, back) * static_cast<double>(rows),
                .bytes = weights * (back ? 3 : 1),
                .tolerance = single ? 1e-5 : 1e-13,
                .loose = single ? 1e-5 : 1e-13};
  if (single)
    d.passes = {{.read = weights, .written = back ? weights : 0, .working_set = weights, .madds = d.elements}};
  add_all<network_data<T>>(d, library, [=] { return std::make_unique<network_data<T>>(kernel, shape, rows); });
}

template <class T, class Activation>
void add_net(std::size_t width, std::size_t rows) {
  const bool smooth = std::is_same_v<Activation, realign::nn::tanh>;
  const net_shape shape{{32, width, width, 16}, smooth ? net_shape::activation::tanh : net_shape::activation::relu};
  add_kernel<T>("network_forward", library::forward<T, Activation>, shape, rows);
  add_kernel<T>("network_gradient", library::gradient<T, Activation>, shape, rows);
}

}  // namespace

void register_cases() {
  for (const std::size_t rows : {1U, 64U, 1024U}) {
    for (const std::size_t width : {64U, 256U}) {
      add_net<float, realign::nn::tanh>(width, rows);
      add_net<float, realign::nn::relu>(width, rows);
    }
    add_net<double, realign::nn::tanh>(64, rows);
  }
}

}  // namespace bench
