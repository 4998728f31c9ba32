// SPDX-License-Identifier: MIT
// From a call to the kernel of the active instruction set.
#ifndef REALIGN_SIMD_DETAIL_DISPATCH_HPP
#define REALIGN_SIMD_DETAIL_DISPATCH_HPP

#include <concepts>
#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/isa.hpp>

namespace realign::inline v0::simd::detail {

/// Rows this long and longer fill a vector of every instruction set.
inline constexpr std::size_t long_row = 16;

/// Null when there is no mask.
[[nodiscard]] inline const unsigned char* mask_data(mask_view allowed) noexcept {
  return allowed.empty() ? nullptr : allowed.data();
}

/// True when a row lies in one piece, and there are kernels.
template <readable T>
[[nodiscard]] bool in_one_piece([[maybe_unused]] vector_view<const T> x) noexcept {
#if defined(__GNUC__)
  return x.contiguous() && !x.empty();
#else
  return false;
#endif
}
template <readable T>
[[nodiscard]] bool in_one_piece(const matrix_view<const T>& rows) noexcept {
  return rows.rows() > 0 && in_one_piece(rows.row(0));
}
/// As above, and it fills at least one vector of 16 bytes.
template <readable T>
[[nodiscard]] bool vectorizable(vector_view<const T> x) noexcept {
  return in_one_piece(x) && x.size() >= 16 / sizeof(widened<T>);
}

}  // namespace realign::inline v0::simd::detail

// Returns what a kernel returns, on the active instruction set. REALIGN_SIMD_RUN is for kernels of rows of any length;
// REALIGN_SIMD_LONG for those that need a full vector: `n` names the length, and short rows run on the narrowest. Falls
// through where there are no vector kernels.
#if defined(__GNUC__)
#if REALIGN_SIMD_X86
#define REALIGN_SIMD_WIDE(numbers, kernel, ...)                                  \
  {                                                                              \
    const isa set = active();                                                    \
    if (set == isa::avx512) return detail::avx512::numbers::kernel(__VA_ARGS__); \
    if (set == isa::avx2) return detail::avx2::numbers::kernel(__VA_ARGS__);     \
  }
#else
#define REALIGN_SIMD_WIDE(numbers, kernel, ...) \
  {}  // not nothing: it stands behind an `if`
#endif
#define REALIGN_SIMD_SELECT(condition, numbers, kernel, ...)             \
  if (condition) REALIGN_SIMD_WIDE(numbers, kernel, __VA_ARGS__)         \
  return detail::portable::numbers::kernel(__VA_ARGS__);
#define REALIGN_SIMD_NARROW(numbers, kernel, ...) \
  REALIGN_SIMD_SELECT(n >= detail::long_row, numbers, kernel, __VA_ARGS__)
#define REALIGN_SIMD_TYPED(condition, T, kernel, ...)             \
  if constexpr (std::same_as<T, float>) {                         \
    REALIGN_SIMD_SELECT(condition, f32, kernel, __VA_ARGS__)      \
  } else {                                                        \
    REALIGN_SIMD_SELECT(condition, f64, kernel, __VA_ARGS__)      \
  }
#define REALIGN_SIMD_RUN(T, kernel, ...) REALIGN_SIMD_TYPED(true, T, kernel, __VA_ARGS__)
// What fits in a vector of 16 bytes: inline, no choice to make.
#define REALIGN_SIMD_TINY(T, length, kernel, ...)                                                       \
  if ((length) * sizeof(T) <= 16) {                                                                     \
    if constexpr (std::same_as<T, float>)                                                               \
      return detail::portable::f32::kernel(__VA_ARGS__);                                                \
    else                                                                                                \
      return detail::portable::f64::kernel(__VA_ARGS__);                                                \
  }
#define REALIGN_SIMD_LONG(T, kernel, ...) REALIGN_SIMD_TYPED(n >= detail::long_row, T, kernel, __VA_ARGS__)
#else
#define REALIGN_SIMD_SELECT(condition, numbers, kernel, ...)
#define REALIGN_SIMD_NARROW(numbers, kernel, ...)
#define REALIGN_SIMD_RUN(T, kernel, ...)
#define REALIGN_SIMD_TINY(T, length, kernel, ...)
#define REALIGN_SIMD_LONG(T, kernel, ...)
#endif

#endif  // REALIGN_SIMD_DETAIL_DISPATCH_HPP
