// SPDX-License-Identifier: MIT
// Elementary functions of whole arrays.
#ifndef REALIGN_SIMD_MATH_HPP
#define REALIGN_SIMD_MATH_HPP

#include <concepts>
#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/function_kernels.hpp>
#include <realign/simd/math_reference.hpp>

// Common to all: x and out have the same length, out may be x, nothing is allocated. NaN is kept. Results that would be
// denormal are 0, but log1p and tanh give back a tiny x as it is, down to -0. The errors are the largest of all floats,
// and of samples of double, on every instruction set.

namespace realign::inline v0::simd {

namespace detail {

template <scalar T>
[[nodiscard]] bool in_one_piece(vector_view<const T> x, vector_view<T> out) noexcept {
  return in_one_piece(x) && out.contiguous();
}
template <scalar T, class F>
void map_scalars(vector_view<const T> x, vector_view<T> out, F f) noexcept {
  for (std::size_t a = 0; a < x.size(); ++a) out[a] = f(x[a]);
}

}  // namespace detail

/// out_i = e^x_i, at most 1.1 ulp: plus infinity where it overflows, 0 where it is denormal.
template <scalar T>
void exp(vector_view<const T> x, vector_view<T> out) noexcept {
  if (detail::in_one_piece(x, out)) {
    REALIGN_SIMD_RUN(T, map_exp, x.data(), x.size(), out.data())
  }
  detail::map_scalars(x, out, reference::exp<T>);
}

/// out_i = log x_i, at most 1.1 ulp, also of denormals: minus infinity at 0, NaN below.
template <scalar T>
void log(vector_view<const T> x, vector_view<T> out) noexcept {
  if (detail::in_one_piece(x, out)) {
    REALIGN_SIMD_RUN(T, map_log, x.data(), x.size(), out.data())
  }
  detail::map_scalars(x, out, reference::log<T>);
}

/// out_i = log(1 + x_i), at most 1.5 ulp: minus infinity at -1, NaN below.
template <scalar T>
void log1p(vector_view<const T> x, vector_view<T> out) noexcept {
  if (detail::in_one_piece(x, out)) {
    REALIGN_SIMD_RUN(T, map_log1p, x.data(), x.size(), out.data())
  }
  detail::map_scalars(x, out, reference::log1p<T>);
}

/// out_i = log(1 + e^x_i), at most 1.8 ulp, also where it is small: 0 where it is denormal.
template <scalar T>
void softplus(vector_view<const T> x, vector_view<T> out) noexcept {
  if (detail::in_one_piece(x, out)) {
    REALIGN_SIMD_RUN(T, map_softplus, x.data(), x.size(), out.data())
  }
  detail::map_scalars(x, out, reference::softplus<T>);
}

/// out_i = 1 / (1 + e^-x_i), at most 1.8 ulp, also where it is small: 0 where it is denormal.
template <scalar T>
void sigmoid(vector_view<const T> x, vector_view<T> out) noexcept {
  if (detail::in_one_piece(x, out)) {
    REALIGN_SIMD_RUN(T, map_sigmoid, x.data(), x.size(), out.data())
  }
  detail::map_scalars(x, out, reference::sigmoid<T>);
}

/// out_i = tanh x_i, at most 1.4 ulp, also near 0.
template <scalar T>
void tanh(vector_view<const T> x, vector_view<T> out) noexcept {
  if (detail::in_one_piece(x, out)) {
    REALIGN_SIMD_RUN(T, map_tanh, x.data(), x.size(), out.data())
  }
  detail::map_scalars(x, out, reference::tanh<T>);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_MATH_HPP
