// SPDX-License-Identifier: MIT
// libtorch's views of the arrays of a problem: tensors that are made once, ahead of the measurement.
#ifndef REALIGN_BENCHMARKS_BASELINES_TORCH_HPP
#define REALIGN_BENCHMARKS_BASELINES_TORCH_HPP

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <type_traits>
#include <vector>

namespace bench::libtorch {

inline constexpr const char* name = "libtorch";

template <class T>
[[nodiscard]] at::TensorOptions options() {
  return at::TensorOptions().dtype(std::is_same_v<T, double> ? at::kDouble : at::kFloat);
}

/// An array of the problem, without a copy.
template <class T>
[[nodiscard]] at::Tensor see(const T* x, std::initializer_list<std::size_t> shape) {
  std::vector<std::int64_t> sizes;
  for (const std::size_t n : shape) sizes.push_back(static_cast<std::int64_t>(n));
  return at::from_blob(const_cast<T*>(x), sizes, options<T>());
}

/// Operators return new tensors, which users go on with. For the check the first answer is copied to where the
/// problem wants it; afterwards it is left where it is.
template <class T>
class answer {
 public:
  explicit answer(T* out) : out_(out) {}
  void operator()(const at::Tensor& found) {
    if (out_ == nullptr) return;
    const at::Tensor dense = found.detach().contiguous();
    std::memcpy(out_, dense.data_ptr<T>(), static_cast<std::size_t>(dense.numel()) * sizeof(T));
    out_ = nullptr;
  }

 private:
  T* out_;
};

}  // namespace bench::libtorch

#endif  // REALIGN_BENCHMARKS_BASELINES_TORCH_HPP
