// SPDX-License-Identifier: MIT
// Tilted rows by libtorch's operators, and Newton's method over them.
#include <cstring>

#include "decide_dual.hpp"
#include "torch.hpp"

namespace bench::libtorch {
namespace {

template <class T>
class tilt_pass {
 public:
  explicit tilt_pass(const tilted_rows<T>& rows)
      : base_(see(rows.base.data(), {rows.choices()})),
        features_(see(rows.features.data(), {rows.count(), rows.choices()})) {}

  moments<T> operator()(std::span<const double> u) {
    const at::NoGradGuard no_tape;
    const std::size_t n = u.size();
    const at::Tensor scores = scores_at(u);
    const at::Tensor log_p = at::log_softmax(scores, 0);
    const at::Tensor weighted = features_ * log_p.exp();
    const at::Tensor mean = weighted.sum(1), second = at::matmul(weighted, features_.t()).contiguous();
    moments<T> m;
    m.log_z = scores.data_ptr<T>()[0] - log_p.data_ptr<T>()[0];
    for (std::size_t k = 0; k < n; ++k) m.mean[k] = mean.data_ptr<T>()[k];
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t l = 0; l < n; ++l)
        m.cov[k * n + l] = second.data_ptr<T>()[k * n + l] - m.mean[k] * m.mean[l];
    return m;
  }
  void emit(std::span<const double> u, T* probs) {
    const at::NoGradGuard no_tape;
    const at::Tensor p = at::softmax(scores_at(u), 0);
    std::memcpy(probs, p.data_ptr<T>(), static_cast<std::size_t>(p.numel()) * sizeof(T));
  }

 private:
  at::Tensor scores_at(std::span<const double> u) const {
    T numbers[most_rows];
    for (std::size_t k = 0; k < u.size(); ++k) numbers[k] = static_cast<T>(u[k]);
    return base_ + at::matmul(see(numbers, {u.size()}), features_);
  }

  at::Tensor base_, features_;
};

[[maybe_unused]] const bool offered = [] {
  offer_decisions<tilt_pass<float>, float>(name);
  offer_decisions<tilt_pass<double>, double>(name);
  return true;
}();

}  // namespace
}  // namespace bench::libtorch
