// SPDX-License-Identifier: MIT
// CPL by libtorch's operators and its automatic derivatives.
#include "preference.hpp"

#include "torch.hpp"

namespace bench::libtorch {
namespace {

template <class T>
class cpl {
 public:
  explicit cpl(const cpl_batch<T>& in)
      : logits_(see(in.logits, {2, in.shape.pairs, in.shape.steps, in.shape.choices}).requires_grad_(true)),
        actions_(at::empty({2, static_cast<std::int64_t>(in.shape.pairs), static_cast<std::int64_t>(in.shape.steps), 1},
                           at::kLong)),
        discount_(at::empty({static_cast<std::int64_t>(in.shape.steps)}, options<T>())),
        loss_(in.loss),
        gradient_(in.gradient) {
    std::copy(in.actions, in.actions + in.shape.rows(), actions_.template data_ptr<std::int64_t>());
    T weight = static_cast<T>(cpl_alpha);
    for (std::size_t t = 0; t < in.shape.steps; ++t, weight *= static_cast<T>(cpl_gamma))
      discount_.template data_ptr<T>()[t] = weight;
  }
  void operator()(std::size_t) {
    logits_.mutable_grad().reset();
    const at::Tensor l = at::log_softmax(logits_, -1).gather(-1, actions_).squeeze(-1);
    const at::Tensor s = (l * discount_).sum(-1);
    const at::Tensor loss = -at::log_sigmoid(s[0] - cpl_lambda * s[1]).mean();
    loss.backward();
    loss_(loss);
    gradient_(logits_.grad());
  }

 private:
  at::Tensor logits_, actions_, discount_;
  answer<T> loss_, gradient_;
};

template <class T>
void offer_all() {
  offer<cpl_batch<T>>("cpl", name, [](const cpl_batch<T>& in) -> action { return cpl<T>(in); }, plain);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  return true;
}();

}  // namespace
}  // namespace bench::libtorch
