// SPDX-License-Identifier: MIT
// Discounted sums over the steps of a segment, and their adjoint.
#ifndef REALIGN_SIMD_DISCOUNT_HPP
#define REALIGN_SIMD_DISCOUNT_HPP

#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/discount_kernels.hpp>
#include <realign/simd/reference.hpp>

namespace realign::inline v0::simd {

/// Which steps exist: one byte each, zero means not. Empty: all do.
using step_mask = vector_view<const unsigned char>;

/// sum_t gamma^t (x_t - less_t) over the steps that exist, where 0^0 = 1.
///
/// @param less   as long as x; empty: zeros
/// @param gamma  in [0, 1]
/// @return the sum, carried in double; NaN or infinite when a term is. What stands where a step does not exist or
///         gamma^t is 0 does not count, even if it is no number
/// @cost one pass, no allocation
template <scalar T>
[[nodiscard]] double discounted_sum(vector_view<const T> x, vector_view<const T> less, step_mask exists,
                                    double gamma) noexcept {
  [[maybe_unused]] const std::size_t n = x.size();
  if (detail::vectorizable(x) && less.contiguous() && exists.contiguous()) {
    REALIGN_SIMD_NARROW(f64, discounted_sum, x.data(), less.empty() ? nullptr : less.data(),
                     exists.empty() ? nullptr : exists.data(), gamma, n)
  }
  return reference::discounted_sum(x, less, exists, gamma);
}

/// x_t += c gamma^t for the steps that exist.
///
/// @cost one pass, no allocation
template <scalar T>
void add_discounted(double c, step_mask exists, double gamma, vector_view<T> x) noexcept {
  [[maybe_unused]] const std::size_t n = x.size();
  if (detail::vectorizable(vector_view<const T>(x)) && exists.contiguous()) {
    REALIGN_SIMD_NARROW(f64, add_discounted, c, exists.empty() ? nullptr : exists.data(), gamma, x.data(), n)
  }
  reference::add_discounted(c, exists, gamma, x);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_DISCOUNT_HPP
