// SPDX-License-Identifier: MIT
// Activations of a network as types: tanh, relu, identity.
#ifndef REALIGN_NN_ACTIVATION_HPP
#define REALIGN_NN_ACTIVATION_HPP

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include <Eigen/Core>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::nn {

namespace detail {
template <class T>
using flat = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using const_flat = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;

template <class T>
flat<T> as_flat(std::span<T> x) noexcept {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}
template <class T>
const_flat<T> as_flat(std::span<const T> x) noexcept {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}
}  // namespace detail

// Each activation has a name for files, the gain that keeps the variance of a layer (He et al.
// 2015; 5/3 for tanh as customary), `apply`, which replaces z by y = f(z), and `backward`, which
// multiplies dy by f'(z), told from y.

/// f(z) = tanh z, f' = 1 - y^2.
struct tanh {
  static constexpr std::string_view name = "tanh";
  static constexpr double gain = 5.0 / 3.0;
  template <scalar T>
  static void apply(std::span<T> z) noexcept {
    detail::as_flat(z) = detail::as_flat(z).tanh();
  }
  template <scalar T>
  static void backward(std::span<const T> y, std::span<T> dy) noexcept {
    detail::as_flat(dy) *= T(1) - detail::as_flat(y).square();
  }
};

/// f(z) = max(z, 0), f' = 1 where y > 0, else 0.
struct relu {
  static constexpr std::string_view name = "relu";
  static constexpr double gain = 1.4142135623730951;
  template <scalar T>
  static void apply(std::span<T> z) noexcept {
    detail::as_flat(z) = (detail::as_flat(z).max)(T(0));
  }
  template <scalar T>
  static void backward(std::span<const T> y, std::span<T> dy) noexcept {
    detail::as_flat(dy) = (detail::as_flat(y) > T(0)).select(detail::as_flat(dy), T(0));
  }
};

/// f(z) = z.
struct identity {
  static constexpr std::string_view name = "identity";
  static constexpr double gain = 1.0;
  template <scalar T>
  static void apply(std::span<T>) noexcept {}
  template <scalar T>
  static void backward(std::span<const T>, std::span<T>) noexcept {}
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
