// SPDX-License-Identifier: MIT
// Activations of a network as types: tanh, relu, identity.
#ifndef REALIGN_NN_ACTIVATION_HPP
#define REALIGN_NN_ACTIVATION_HPP

#include <concepts>
#include <span>
#include <string_view>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/activation.hpp>

namespace realign::inline v0::nn {

// Each activation has a name for files, the gain that keeps the variance of a layer (He et al.
// 2015; 5/3 for tanh as customary), `apply`, which replaces z by y = f(z), and `backward`, which
// multiplies dy by f'(z), told from y. Where `function` says which one of the kernels it is, a layer
// applies it while it writes its outputs.

namespace detail {
template <simd::nonlinearity F>
struct kernel_activation {
  static constexpr simd::nonlinearity function = F;
  template <scalar T>
  static void apply(std::span<T> z) noexcept {
    if constexpr (F != simd::nonlinearity::identity)
      simd::apply(F, vector_view<const T>(z), vector_view<T>(z));
  }
  template <scalar T>
  static void backward(std::span<const T> y, std::span<T> dy) noexcept {
    simd::multiply_slope(F, vector_view<const T>(y), vector_view<T>(dy));
  }
};
}  // namespace detail

/// f(z) = tanh z, f' = 1 - y^2.
struct tanh : detail::kernel_activation<simd::nonlinearity::tanh> {
  static constexpr std::string_view name = "tanh";
  static constexpr double gain = 5.0 / 3.0;
};

/// f(z) = max(z, 0), f' = 1 where y > 0, else 0.
struct relu : detail::kernel_activation<simd::nonlinearity::relu> {
  static constexpr std::string_view name = "relu";
  static constexpr double gain = 1.4142135623730951;
};

/// f(z) = z.
struct identity : detail::kernel_activation<simd::nonlinearity::identity> {
  static constexpr std::string_view name = "identity";
  static constexpr double gain = 1.0;
};

/// A type like the ones above.
template <class A>
concept activation = requires(std::span<double> x, std::span<const double> y) {
  { A::name } -> std::convertible_to<std::string_view>;
  { A::gain } -> std::convertible_to<double>;
  A::apply(x);
  A::backward(y, x);
};

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_ACTIVATION_HPP
