// SPDX-License-Identifier: MIT
// Nonlinearities of a layer and their slopes, over whole arrays.
#ifndef REALIGN_SIMD_ACTIVATION_HPP
#define REALIGN_SIMD_ACTIVATION_HPP

#include <concepts>
#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/function_kernels.hpp>
#include <realign/simd/detail/nonlinearity.hpp>
#include <realign/simd/math.hpp>

namespace realign::inline v0::simd {

/// out_i = max(x_i, 0); NaN is kept. out may be x.
template <scalar T>
void relu(vector_view<const T> x, vector_view<T> out) noexcept {
  if (detail::in_one_piece(x, out)) {
    REALIGN_SIMD_RUN(T, map_relu, x.data(), x.size(), out.data())
  }
  detail::map_scalars(x, out, [](const T& v) { return v < T(0) ? T(0) : v; });
}

/// y_i = f(x_i). y may be x.
template <scalar T>
void apply(nonlinearity f, vector_view<const T> x, vector_view<T> y) noexcept {
  switch (f) {
    case nonlinearity::tanh: return tanh(x, y);
    case nonlinearity::relu: return relu(x, y);
    case nonlinearity::identity: return detail::map_scalars(x, y, [](const T& v) { return v; });
  }
}

/// dy_i *= f'(z_i), told from y_i = f(z_i): 1 - y^2 for tanh; for relu 1 where y > 0, and dy = 0 elsewhere, whatever it
/// was.
template <scalar T>
void multiply_slope(nonlinearity f, vector_view<const T> y, vector_view<T> dy) noexcept {
  if (f == nonlinearity::identity) return;
  if (detail::in_one_piece(y, dy)) {
    REALIGN_SIMD_RUN(T, multiply_slope, y.data(), f, y.size(), dy.data())
  }
  for (std::size_t a = 0; a < y.size(); ++a) {
    if (f == nonlinearity::tanh)
      dy[a] *= T(1) - y[a] * y[a];
    else if (!(y[a] > T(0)))
      dy[a] = T(0);
  }
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_ACTIVATION_HPP
