// SPDX-License-Identifier: MIT
// Multi-layer perceptron with a hand-written backward pass; all parameters lie in one flat vector.
#ifndef REALIGN_NN_MLP_HPP
#define REALIGN_NN_MLP_HPP

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <realign/core/aligned.hpp>
#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/nn/activation.hpp>
#include <realign/nn/dense.hpp>
#include <realign/nn/init.hpp>

namespace realign::inline v0::nn {

/// What a forward pass remembers for the backward pass. Reusing it keeps its storage.
template <scalar T>
struct mlp_tape {
  aligned_vector<T> values;    ///< outputs of every layer, B rows each, layer behind layer
  aligned_vector<T> d_values;  ///< their derivatives, filled by `backward`
  std::size_t batch = 0;       ///< B
};

/// Scales of the orthogonal initialisation.
struct mlp_gains {
  double hidden = 1;  ///< of the hidden layers, times the activation's gain
  double last = 1;    ///< of the last layer
};

/// y = layer_L(f(... f(layer_1(x)))) with activation f between layers and none at the end. A layer
/// applies f itself, where the kernels know it.
///
/// The parameters are layer behind layer, each w (I x O, row-major) then b (O); behind them there
/// may be a tail that the owner uses for what it trains besides. They start at zero.
template <scalar T, activation Activation = tanh>
class mlp {
 public:
  using tape = mlp_tape<T>;
  using activation_type = Activation;

  /// @param widths  inputs, hidden widths, outputs: at least two
  /// @param tail    number of further parameters
  explicit mlp(std::vector<std::size_t> widths, std::size_t tail = 0)
      : widths_(std::move(widths)), tail_(tail) {
    expects(widths_.size() >= 2, "widths", "inputs and outputs at least", widths_.size(),
            " numbers");
    std::size_t count = 0;
    for (std::size_t k = 0; k + 1 < widths_.size(); ++k) {
      layers_.emplace_back(widths_[k], widths_[k + 1]);
      offsets_.push_back(count);
      count += layers_[k].parameter_count();
      value_offsets_.push_back(value_width_);
      value_width_ += widths_[k + 1];
    }
    parameters_.assign(count + tail, T(0));
  }

  /// Orthogonal weights, zero biases; the tail is left alone. The same seed gives the same numbers.
  void initialize(random_generator random, const mlp_gains& gains = {}) {
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const double gain = k + 1 == layers_.size() ? gains.last : Activation::gain * gains.hidden;
      orthogonal(random, gain, widths_[k], widths_[k + 1], layers_[k].weight(layer(k)));
      for (T& b : layers_[k].bias(layer(k))) b = T(0);
    }
  }

  [[nodiscard]] std::span<const std::size_t> widths() const noexcept { return widths_; }
  [[nodiscard]] std::size_t inputs() const noexcept { return widths_.front(); }
  [[nodiscard]] std::size_t outputs() const noexcept { return widths_.back(); }
  [[nodiscard]] std::size_t layer_count() const noexcept { return layers_.size(); }

  /// All parameters, the tail at the end.
  [[nodiscard]] std::span<T> parameters() noexcept { return parameters_; }
  [[nodiscard]] std::span<const T> parameters() const noexcept { return parameters_; }
  /// Weight and bias of layer k.
  [[nodiscard]] std::span<T> weight(std::size_t k) noexcept { return layers_[k].weight(layer(k)); }
  [[nodiscard]] std::span<T> bias(std::size_t k) noexcept { return layers_[k].bias(layer(k)); }
  [[nodiscard]] std::span<const T> weight(std::size_t k) const noexcept {
    return layers_[k].weight(layer(k));
  }
  [[nodiscard]] std::span<const T> bias(std::size_t k) const noexcept {
    return layers_[k].bias(layer(k));
  }
  [[nodiscard]] std::span<T> tail() noexcept { return tail(std::span<T>(parameters_)); }
  [[nodiscard]] std::span<const T> tail() const noexcept {
    return tail(std::span<const T>(parameters_));
  }
  /// The tail of a gradient.
  template <class U>
  [[nodiscard]] std::span<U> tail(std::span<U> gradient) const noexcept {
    return gradient.last(tail_);
  }

  /// Evaluates a batch.
  ///
  /// @param x  const_rows or sparse_rows, B x inputs
  /// @return   B x outputs, inside the tape: valid until its next use
  /// @throws contract_error when x has another number of columns
  /// @cost     B times twice the number of weights; allocates when the tape must grow
  template <class X>
  const_rows<T> forward(const X& x, tape& record) const {
    record.batch = static_cast<std::size_t>(x.rows());
    record.values.resize(record.batch * value_width_);
    layers_[0].forward(layer(0), x, as_rows(values(record, 0), record.batch, widths_[1]), fused(0));
    activate(0, record);
    for (std::size_t k = 1; k < layers_.size(); ++k) {
      layers_[k].forward(layer(k), outputs(record, k - 1), fused(k), outputs(record, k));
      activate(k, record);
    }
    return outputs_of(record, layers_.size() - 1);
  }

  /// gradient += d(sum dy * y) / d parameters, for the last `forward` of this tape with this x.
  ///
  /// @param dy        B x outputs
  /// @param gradient  as long as `parameters()`; its tail is left alone
  template <class X>
  void backward(const X& x, tape& record, const_rows<T> dy, std::span<T> gradient) const {
    expects(gradient.size() == parameters_.size(), "gradient", "one number per parameter",
            gradient.size(), " for ", parameters_.size(), " parameters");
    expects(static_cast<std::size_t>(x.rows()) == record.batch, "x",
            "the batch of the last forward pass", x.rows(), " rows instead of ", record.batch);
    record.d_values.resize(record.batch * value_width_);
    for (std::size_t k = layers_.size(); --k > 0;) {
      const const_rows<T> d = d_outputs(record, k, dy);
      layers_[k].backward(outputs_of(record, k - 1), d, layer(k, gradient));
      const std::span<T> d_below = part(std::span<T>(record.d_values), record, k - 1);
      layers_[k].backward_input(layer(k), d, as_rows(d_below, record.batch, widths_[k]), false);
      Activation::backward(std::span<const T>(values(record, k - 1)), d_below);
    }
    layers_[0].backward(x, d_outputs(record, 0, dy), layer(0, gradient));
  }

  template <class X>
  void backward(const X& x, tape& record, const rows<T>& dy, std::span<T> gradient) const {
    backward(x, record, const_rows<T>(dy.data(), dy.rows(), dy.cols()), gradient);
  }

  /// As above; besides, dx += d(sum dy * y) / dx. @param dx B x inputs
  void backward(const const_rows<T>& x, tape& record, const_rows<T> dy, std::span<T> gradient,
                rows<T> dx) const {
    backward(x, record, dy, gradient);
    layers_[0].backward_input(layer(0), d_outputs(record, 0, dy), dx);
  }

 private:
  static constexpr bool is_fused = requires { Activation::function; };
  /// What layer k applies to its outputs while it writes them.
  [[nodiscard]] simd::nonlinearity fused(std::size_t k) const noexcept {
    if constexpr (is_fused)
      if (k + 1 < layers_.size()) return Activation::function;
    return simd::nonlinearity::identity;
  }
  void activate(std::size_t k, tape& record) const {
    if constexpr (!is_fused)
      if (k + 1 < layers_.size()) Activation::apply(values(record, k));
  }
  [[nodiscard]] std::span<T> layer(std::size_t k) noexcept {
    return layer(k, std::span<T>(parameters_));
  }
  [[nodiscard]] std::span<const T> layer(std::size_t k) const noexcept {
    return layer(k, std::span<const T>(parameters_));
  }
  template <class U>
  [[nodiscard]] std::span<U> layer(std::size_t k, std::span<U> all) const noexcept {
    return all.subspan(offsets_[k], layers_[k].parameter_count());
  }
  /// The part of a tape's array that belongs to the outputs of layer k.
  template <class U>
  [[nodiscard]] std::span<U> part(std::span<U> all, const tape& record,
                                  std::size_t k) const noexcept {
    return all.subspan(record.batch * value_offsets_[k], record.batch * widths_[k + 1]);
  }
  [[nodiscard]] std::span<T> values(tape& record, std::size_t k) const noexcept {
    return part(std::span<T>(record.values), record, k);
  }
  [[nodiscard]] matrix_view<T> outputs(tape& record, std::size_t k) const noexcept {
    return {record.values.data() + record.batch * value_offsets_[k], record.batch, widths_[k + 1]};
  }
  [[nodiscard]] const_rows<T> outputs_of(const tape& record, std::size_t k) const {
    return as_rows(part(std::span<const T>(record.values), record, k), record.batch,
                   widths_[k + 1]);
  }
  [[nodiscard]] const_rows<T> d_outputs(const tape& record, std::size_t k,
                                        const const_rows<T>& dy) const {
    if (k + 1 == layers_.size()) return dy;
    return as_rows(part(std::span<const T>(record.d_values), record, k), record.batch,
                   widths_[k + 1]);
  }

  std::vector<std::size_t> widths_;
  std::size_t tail_;
  std::vector<dense<T>> layers_;
  std::vector<std::size_t> offsets_;        // of each layer's parameters
  std::vector<std::size_t> value_offsets_;  // of each layer's outputs, for a batch of one
  std::size_t value_width_ = 0;             // outputs of all layers
  aligned_vector<T> parameters_;
};

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_MLP_HPP
