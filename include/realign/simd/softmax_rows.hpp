// SPDX-License-Identifier: MIT
// Rows of logits with a choice made in each: log-probabilities of the choices forward, derivatives of the logits back.
#ifndef REALIGN_SIMD_SOFTMAX_ROWS_HPP
#define REALIGN_SIMD_SOFTMAX_ROWS_HPP

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <realign/core/view.hpp>
#include <realign/simd/detail/softmax_kernels.hpp>
#include <realign/simd/isa.hpp>
#include <realign/simd/reference.hpp>

namespace realign::inline v0::simd {

/// Integers of 4 or 8 bytes.
template <class I>
concept choice_index = std::integral<I> && (sizeof(I) == 4 || sizeof(I) == 8);

/// What `chosen_log_probs` leaves for the way back: the caller's numbers, and how they are laid out.
template <scalar T>
struct chosen_scratch {
  std::span<T> numbers;     ///< at least `size` of them
  isa set = isa::portable;  ///< written by `chosen_log_probs`
  /// Where rows of more than 64 choices may keep their exponentials: as the logits, or none. It may be what
  /// `chosen_gradients` is to replace, where these are not taken twice then (up to 1.5 times as fast).
  matrix_view<T> exps = {};

  /// Rows of up to 64 choices keep their exponentials here, longer ones two numbers.
  [[nodiscard]] static constexpr std::size_t size(std::size_t rows, std::size_t choices) noexcept {
    std::size_t kept = 1;
    if (choices <= 8)
      kept = choices > 2 ? (std::bit_ceil)(choices) : 2;
    else if (choices <= 64)
      kept = (choices + 15) / 16 * 16;
    return (rows + 15) * (kept + 1);
  }
};

// Returns what a kernel returns, on a set that is known.
#if defined(__GNUC__)
#if REALIGN_SIMD_X86
#define REALIGN_SIMD_WIDER(which, numbers, kernel, ...)                              \
  if ((which) == isa::avx512) return detail::avx512::numbers::kernel(__VA_ARGS__); \
  if ((which) == isa::avx2) return detail::avx2::numbers::kernel(__VA_ARGS__);
#else
#define REALIGN_SIMD_WIDER(which, numbers, kernel, ...)
#endif
#define REALIGN_SIMD_RUN_ON(which, T, kernel, ...)         \
  if constexpr (std::same_as<T, float>) {                  \
    REALIGN_SIMD_WIDER(which, f32, kernel, __VA_ARGS__)    \
    return detail::portable::f32::kernel(__VA_ARGS__);     \
  } else {                                                 \
    REALIGN_SIMD_WIDER(which, f64, kernel, __VA_ARGS__)    \
    return detail::portable::f64::kernel(__VA_ARGS__);     \
  }
#else
#define REALIGN_SIMD_RUN_ON(which, T, kernel, ...)
#endif

namespace detail {

/// The widest set whose vectors are not longer than a row of n numbers, or that takes several rows into one.
template <scalar T>
[[nodiscard]] isa set_for_rows(std::size_t n) noexcept {
  const isa set = active();
  return set == isa::avx512 && n > 8 && n < 64 / sizeof(T) ? isa::avx2 : set;
}
/// True when rows lie in one piece each: others run on scalar code.
template <class T>
[[nodiscard]] bool rows_in_one_piece([[maybe_unused]] matrix_view<T> m) noexcept {
#if defined(__GNUC__)
  return m.col_stride() == 1 || m.cols() < 2;
#else
  return false;
#endif
}

/// Where a kernel may write rows; null: nowhere.
template <scalar T>
[[nodiscard]] T* room_for_rows(matrix_view<T> m) noexcept {
  return m.rows() > 0 && rows_in_one_piece(m) ? m.data() : nullptr;
}

}  // namespace detail

/// True when all are in [0, bound).
template <std::integral Index>
[[nodiscard]] bool all_below(std::span<const Index> x, std::size_t bound) noexcept {
  REALIGN_SIMD_RUN_ON(active(), float, all_below, x.data(), x.size(), bound)
  return reference::all_below(x, bound);
}

/// log_probs_i = logits_i,chosen_i - log sum_a exp(logits_ia)
///
/// @param logits     one row per choice made; minus infinity means: never
/// @param chosen     below the number of columns, as 4 or 8 byte integers
/// @param log_probs  minus infinity where the choice cannot be made, NaN where a logit of the row is NaN or plus
///                   infinity
/// @param scratch    for the way back
/// @cost one pass over rows of up to 64 choices; of longer ones the first are read twice; no allocation. Each row is
///       done alone: the result does not depend on the rows beside it
template <scalar T, choice_index Index>
void chosen_log_probs(matrix_view<const T> logits, std::span<const Index> chosen, std::span<T> log_probs,
                      chosen_scratch<T>& scratch) noexcept {
  if (detail::rows_in_one_piece(logits)) {
    scratch.set = detail::set_for_rows<T>(logits.cols());
    REALIGN_SIMD_RUN_ON(scratch.set, T, chosen_forward, logits.data(), logits.row_stride(), logits.cols(),
                        chosen.data(), sizeof(Index) == 8, chosen.size(), log_probs.data(), scratch.numbers.data(),
                        detail::room_for_rows(scratch.exps), scratch.exps.row_stride())
  }
  reference::chosen_log_probs(logits, chosen, log_probs);
}

namespace detail {

template <bool adds, scalar T, choice_index Index>
void chosen_gradients(matrix_view<const T> logits, std::span<const Index> chosen, std::span<const T> d_log_probs,
                      const chosen_scratch<T>& scratch, matrix_view<T> d_logits) noexcept {
  if (rows_in_one_piece(logits) && rows_in_one_piece(d_logits)) {
    REALIGN_SIMD_RUN_ON(scratch.set, T, chosen_backward, logits.data(), logits.row_stride(), logits.cols(),
                        chosen.data(), sizeof(Index) == 8, d_log_probs.data(), chosen.size(), scratch.numbers.data(),
                        room_for_rows(scratch.exps), scratch.exps.row_stride(), adds, d_logits.data(),
                        d_logits.row_stride())
  }
  if constexpr (!adds)
    for (std::size_t i = 0; i < chosen.size(); ++i)
      for (std::size_t a = 0; a < d_logits.cols(); ++a) d_logits(i, a) = T(0);
  reference::add_chosen_gradients(logits, chosen, d_log_probs, d_logits);
}

}  // namespace detail

/// d_logits_ia += d_log_probs_i ([a = chosen_i] - softmax(logits_i)_a)
///
/// Nothing is added where a logit is minus infinity, but for the choice itself, so that it can be mended. Rows whose
/// derivative is 0 stay as they are, whatever their logits. A row with a logit that is not a number becomes NaN.
///
/// @param logits, chosen, scratch  those of `chosen_log_probs`
/// @cost one pass, no allocation
template <scalar T, choice_index Index>
void add_chosen_gradients(matrix_view<const T> logits, std::span<const Index> chosen, std::span<const T> d_log_probs,
                          const chosen_scratch<T>& scratch, matrix_view<T> d_logits) noexcept {
  detail::chosen_gradients<true>(logits, chosen, d_log_probs, scratch, d_logits);
}

/// d_logits_ia = d_log_probs_i ([a = chosen_i] - softmax(logits_i)_a)
///
/// As `add_chosen_gradients` into zeros, in one pass over `d_logits` less: what it holds is replaced, and never read unless
/// it is `scratch.exps`. It may not alias `logits`.
template <scalar T, choice_index Index>
void chosen_gradients(matrix_view<const T> logits, std::span<const Index> chosen, std::span<const T> d_log_probs,
                      const chosen_scratch<T>& scratch, matrix_view<T> d_logits) noexcept {
  detail::chosen_gradients<false>(logits, chosen, d_log_probs, scratch, d_logits);
}

#undef REALIGN_SIMD_WIDER
#undef REALIGN_SIMD_RUN_ON

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_SOFTMAX_ROWS_HPP
