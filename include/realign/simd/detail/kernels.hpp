// SPDX-License-Identifier: MIT
// The kernels, compiled once per instruction set, from one source and without a flag asked of anyone.
#ifndef REALIGN_SIMD_DETAIL_KERNELS_HPP
#define REALIGN_SIMD_DETAIL_KERNELS_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/barrier.hpp>
#include <realign/simd/detail/draw_blocks.hpp>
#include <realign/simd/detail/logit_row.hpp>
#include <realign/simd/detail/power_mean.hpp>
#include <realign/simd/detail/nonlinearity.hpp>
#include <realign/simd/detail/top_heap.hpp>
#include <realign/simd/isa.hpp>

#if defined(__GNUC__)

// Forced inlining would only slow down unoptimised builds.
#if defined(__OPTIMIZE__)
#define REALIGN_INLINE [[gnu::always_inline]] inline
#define REALIGN_LAMBDA __attribute__((always_inline))
#else
#define REALIGN_INLINE inline
#define REALIGN_LAMBDA
#endif

// Two object files may be compiled with different flags: what the flags change is part of the name.
#if defined(__AVX512F__)
#define REALIGN_SIMD_FLAGS built_for_avx512
#elif defined(__AVX2__)
#define REALIGN_SIMD_FLAGS built_for_avx2
#elif defined(__AVX__)
#define REALIGN_SIMD_FLAGS built_for_avx
#else
#define REALIGN_SIMD_FLAGS built_for_baseline
#endif

// Sums and reductions are ordered by hand, and infinities are numbers here, whatever the caller's flags say.
#if defined(__clang__)
#pragma float_control(precise, on, push)
#pragma clang fp contract(fast)
#else
#pragma GCC push_options
#pragma GCC optimize("no-fast-math", "fp-contract=fast")
#endif

namespace realign::inline v0::simd::detail::inline REALIGN_SIMD_FLAGS {

namespace portable {
#define REALIGN_BYTES 16
#include <realign/simd/detail/region.inc>
#undef REALIGN_BYTES
}  // namespace portable

#if REALIGN_SIMD_X86

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace avx2 {
#define REALIGN_BYTES 32
#include <realign/simd/detail/region.inc>
#undef REALIGN_BYTES
}  // namespace avx2
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")
#endif
namespace avx512 {
#define REALIGN_BYTES 64
#include <realign/simd/detail/region.inc>
#undef REALIGN_BYTES
}  // namespace avx512
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif  // REALIGN_SIMD_X86

}  // namespace realign::inline v0::simd::detail::inline REALIGN_SIMD_FLAGS

#if defined(__clang__)
#pragma float_control(pop)
#else
#pragma GCC pop_options
#endif

#undef REALIGN_INLINE
#undef REALIGN_LAMBDA
#undef REALIGN_SIMD_FLAGS

#endif  // __GNUC__

namespace realign::inline v0::simd::detail {

/// Rows this long and longer fill a vector of every instruction set.
inline constexpr std::size_t long_row = 16;

/// Null when there is no mask.
[[nodiscard]] inline const unsigned char* mask_data(mask_view allowed) noexcept {
  return allowed.empty() ? nullptr : allowed.data();
}

/// True when a row lies in one piece, and there are kernels.
template <scalar T>
[[nodiscard]] bool in_one_piece([[maybe_unused]] vector_view<const T> x) noexcept {
#if defined(__GNUC__)
  return x.contiguous() && !x.empty();
#else
  return false;
#endif
}
template <scalar T>
[[nodiscard]] bool in_one_piece(const matrix_view<const T>& rows) noexcept {
  return rows.rows() > 0 && in_one_piece(rows.row(0));
}
/// As above, and it fills at least one vector of 16 bytes.
template <scalar T>
[[nodiscard]] bool vectorizable(vector_view<const T> x) noexcept {
  return in_one_piece(x) && x.size() >= 16 / sizeof(T);
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
#define REALIGN_SIMD_WIDE(numbers, kernel, ...)
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

#endif  // REALIGN_SIMD_DETAIL_KERNELS_HPP
