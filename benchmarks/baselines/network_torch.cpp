// SPDX-License-Identifier: MIT
// Dense networks by libtorch's modules and its automatic derivatives.
#include "network.hpp"

#include <vector>

#include "torch.hpp"

namespace bench::libtorch {
namespace {

template <class T>
class net {
 public:
  explicit net(const network<T>& in)
      : in_(in),
        x_(see(in.x.values.data(), {in.x.rows, in.shape.widths.front()})),
        dy_(see(in.dy, {in.x.rows, in.shape.widths.back()})),
        y_(in.y) {
    const torch::NoGradGuard no_tape;
    for (std::size_t k = 0; k < in.shape.layers(); ++k) {
      const std::size_t from = in.shape.widths[k], to = in.shape.widths[k + 1];
      const T* w = in.parameters.data() + in.shape.offset(k);
      torch::nn::Linear layer(static_cast<std::int64_t>(from), static_cast<std::int64_t>(to));
      layer->to(options<T>().dtype().toScalarType());
      layer->weight.copy_(see(w, {from, to}).t());
      layer->bias.copy_(see(w + from * to, {to}));
      layers_.push_back(layer);
      modules_->push_back(layer);
      if (k + 1 == in.shape.layers()) continue;
      if (in.shape.smooth())
        modules_->push_back(torch::nn::Tanh());
      else
        modules_->push_back(torch::nn::ReLU());
    }
  }
  void forward() {
    const torch::NoGradGuard no_tape;
    y_(modules_->forward(x_));
  }
  void gradient() {
    for (auto& layer : layers_) {
      layer->weight.mutable_grad().reset();
      layer->bias.mutable_grad().reset();
    }
    modules_->forward(x_).backward(dy_);
    if (shown_) return;
    shown_ = true;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      T* dw = in_.gradient + in_.shape.offset(k);
      answer<T>{dw}(layers_[k]->weight.grad().t());
      answer<T>{dw + layers_[k]->weight.numel()}(layers_[k]->bias.grad());
    }
  }

 private:
  network<T> in_;
  at::Tensor x_, dy_;
  answer<T> y_;
  torch::nn::Sequential modules_;
  std::vector<torch::nn::Linear> layers_;
  bool shown_ = false;
};

template <class T>
void offer_all() {
  offer<network<T>>("network_forward", name, [](const network<T>& in) -> action {
    return [n = net<T>(in)](std::size_t) mutable { n.forward(); };
  }, plain);
  offer<network<T>>("network_gradient", name, [](const network<T>& in) -> action {
    return [n = net<T>(in)](std::size_t) mutable { n.gradient(); };
  }, plain);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  return true;
}();

}  // namespace
}  // namespace bench::libtorch
