// SPDX-License-Identifier: MIT
// Reads the networks that PyTorch's users save.
#ifndef EXAMPLES_FROM_NUMPY_TORCH_MLP_HPP
#define EXAMPLES_FROM_NUMPY_TORCH_MLP_HPP

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <realign/io/safetensors.hpp>
#include <realign/nn/mlp.hpp>
#include <realign/nn/mlp_policy.hpp>

namespace from_numpy {

namespace ra = realign;

/// A policy from the state of `torch.nn.Sequential(Linear, Tanh, Linear, Tanh, ..., Linear)`: "0.weight" (outputs x
/// inputs), "0.bias", "2.weight", and so on. The library keeps a weight as inputs x outputs, hence the transposition.
/// @throws realign::input_error when a tensor is missing or does not fit the one before
[[nodiscard]] inline ra::mlp_policy<float> read_torch_mlp(const std::string& name) {
  const ra::io::safetensors_file file(name);
  std::vector<ra::io::tensor<float>> weights, biases;
  std::vector<std::size_t> widths;
  for (std::size_t k = 0; k == 0 || file.contains(std::to_string(k) + ".weight"); k += 2) {
    const std::string layer = std::to_string(k);
    weights.push_back(file.get<float>(layer + ".weight"));
    biases.push_back(file.get<float>(layer + ".bias"));
    const std::vector<std::size_t>& shape = weights.back().shape;
    if (shape.size() != 2 || (k > 0 && shape[1] != widths.back()) || biases.back().shape != std::vector{shape[0]})
      file.fail(layer + ".weight", "is no layer on the one before it, or its bias does not fit");
    if (k == 0) widths.push_back(shape[1]);
    widths.push_back(shape[0]);
  }
  ra::nn::mlp<float, ra::nn::tanh> net(widths);
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const std::size_t inputs = widths[k], outputs = widths[k + 1];
    for (std::size_t o = 0; o < outputs; ++o) {
      for (std::size_t i = 0; i < inputs; ++i) net.weight(k)[i * outputs + o] = weights[k].values[o * inputs + i];
      net.bias(k)[o] = biases[k].values[o];
    }
  }
  return ra::mlp_policy<float>(std::move(net));
}

}  // namespace from_numpy

#endif  // EXAMPLES_FROM_NUMPY_TORCH_MLP_HPP
