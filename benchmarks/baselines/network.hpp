// SPDX-License-Identifier: MIT
// Networks of dense layers: forward, with the gradient of their parameters, and whole steps of training.
#ifndef REALIGN_BENCHMARKS_BASELINES_NETWORK_HPP
#define REALIGN_BENCHMARKS_BASELINES_NETWORK_HPP

#include <cstddef>
#include <span>
#include <vector>

#include "preference.hpp"
#include "registry.hpp"

namespace bench {

/// Widths of the layers, and what is between them. Parameters are layer behind layer, w (I x O, row-major) and then b.
struct net_shape {
  enum class activation : unsigned char { tanh, relu };

  std::vector<std::size_t> widths;
  activation between = activation::tanh;

  [[nodiscard]] std::size_t layers() const { return widths.size() - 1; }
  [[nodiscard]] std::size_t offset(std::size_t layer) const {
    std::size_t n = 0;
    for (std::size_t k = 0; k < layer; ++k) n += (widths[k] + 1) * widths[k + 1];
    return n;
  }
  [[nodiscard]] std::size_t parameters() const { return offset(layers()); }
  [[nodiscard]] bool smooth() const { return between == activation::tanh; }
};

/// Input rows: dense when there are no offsets, else compressed.
template <class T>
struct net_input {
  std::size_t rows;
  std::span<const T> values;
  std::span<const int> offsets = {}, indices = {};

  [[nodiscard]] bool sparse() const { return !offsets.empty(); }
};

/// `network_forward` writes y. `network_gradient` goes forward and then back: gradient = d(sum dy * y) / d parameters.
template <class T>
struct network {
  net_shape shape;
  net_input<T> x;
  std::span<const T> parameters;
  const T* dy;  ///< rows x outputs
  T* y;         ///< rows x outputs
  T* gradient;  ///< written, not added to
};

inline constexpr double adam_rate = 1e-4, adam_epsilon = 1e-3;

/// `training_step`: forward, CPL, backward, Adam. The outputs of the network are the logits; with one output, those of
/// `choices` rows behind one another.
template <class T>
struct training {
  net_shape net;
  net_input<T> x;
  cpl_shape pairs;
  const std::size_t* actions;
  std::span<T> parameters;  ///< moved
  T* loss;
  std::span<T> gradient;
};

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_NETWORK_HPP
