// SPDX-License-Identifier: MIT
// Whole-row kernels that combine the rows of several policies into one.
#ifndef REALIGN_SIMD_MIX_HPP
#define REALIGN_SIMD_MIX_HPP

#include <concepts>
#include <cstddef>
#include <limits>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/arithmetic_kernels.hpp>
#include <realign/simd/detail/geometric_kernels.hpp>
#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/reference.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::simd {

namespace detail {

template <readable T>
[[nodiscard]] bool vectorizable(const matrix_view<const T>& rows) noexcept {
  return rows.rows() > 0 && vectorizable(rows.row(0));
}
/// Rows of positive weight that one call of the vector kernel takes.
inline constexpr std::size_t most_mixed_rows = 16;

[[nodiscard]] inline std::size_t positive_entries(std::span<const double> w) noexcept {
  std::size_t positive = 0;
  for (const double v : w) positive += v > 0 ? 1U : 0U;
  return positive;
}
[[nodiscard]] inline bool vectorizable(std::span<const double> w) noexcept {
  if (w.size() > most_mixed_rows) {
    const std::size_t positive = positive_entries(w);
    return positive > 0 && positive <= most_mixed_rows;
  }
  for (const double v : w)
    if (v > 0) return true;
  return false;
}
/// No coefficient is negative, so that minus infinity can meet no plus infinity; not all are zero, nor too many positive;
/// and T holds them: a positive one that it rounds to zero would make NaN of minus infinity.
template <scalar T>
[[nodiscard]] bool weights_only(std::span<const double> c) noexcept {
  constexpr double least = static_cast<double>((std::numeric_limits<T>::min)());
  constexpr double most = static_cast<double>((std::numeric_limits<T>::max)());
  for (const double v : c)
    if (!(v >= 0) || (v > 0 && v < least) || v > most) return false;
  return vectorizable(c);
}

}  // namespace detail

/// log_mix_a = log sum_i w_i exp(logits_ia - log_z_i): the arithmetic mean of the policies, in logs.
///
/// Rows with weight zero are not read. Finite in the tails: where the sum is tiny it is taken around its largest term.
///
/// @param logits   N x V, of float, double or 16 bits
/// @param w        N weights >= 0
/// @param log_z    N log-normalisers of the rows, finite where w_i > 0
/// @param allowed  V bytes; a masked choice gets minus infinity
/// @param log_mix  V numbers; not renormalised after masking. May not alias a row unless N = 1
/// @cost one pass over N rows, no allocation
template <readable T>
void arithmetic_mix(const matrix_view<const T>& logits, std::span<const double> w,
                    std::span<const double> log_z, mask_view allowed, vector_view<widened<T>> log_mix) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && detail::vectorizable(w) && log_mix.contiguous()) {
    REALIGN_SIMD_LONG(widened<T>, arithmetic_mix, logits.data(), logits.row_stride(), logits.rows(), w.data(),
                      log_z.data(), detail::mask_data(allowed), n, true, log_mix.data())
  }
  reference::arithmetic_mix(logits, w, log_z, allowed, log_mix);
}

/// mix_a = sum_i w_i exp(logits_ia - log_z_i): as `arithmetic_mix`, in probabilities; a masked choice gets exactly zero.
template <readable T>
void arithmetic_mix_probs(const matrix_view<const T>& logits, std::span<const double> w,
                          std::span<const double> log_z, mask_view allowed, vector_view<widened<T>> mix) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if (detail::vectorizable(logits) && detail::vectorizable(w) && mix.contiguous()) {
    REALIGN_SIMD_LONG(widened<T>, arithmetic_mix, logits.data(), logits.row_stride(), logits.rows(), w.data(),
                      log_z.data(), detail::mask_data(allowed), n, false, mix.data())
  }
  reference::arithmetic_mix(logits, w, log_z, allowed, mix);
  reference::exponentiate_logits(vector_view<const widened<T>>(mix), 0.0, {}, mix);
}

/// Exponentials of more bytes than these are cheaper taken again than stored: they leave the last cache that is near.
[[nodiscard]] inline std::size_t most_kept_exps() noexcept {
  return third_cache_is_near() ? std::size_t{8} << 20 : std::size_t{512} << 10;
}

/// True when `arithmetic_mix` without log-normalisers takes these rows: contiguous, of 1 to 16 positive weights.
template <readable T>
[[nodiscard]] bool fuses(const matrix_view<const T>& logits, std::span<const double> w,
                         vector_view<widened<T>> out) noexcept {
  return detail::in_one_piece(logits) && detail::vectorizable(w) && out.contiguous();
}

namespace detail {

/// Rows one behind the other, of which several share a register; 16 at most, whatever their weights.
template <scalar T>
[[nodiscard]] bool packs([[maybe_unused]] const matrix_view<const T>& logits,
                         [[maybe_unused]] mask_view allowed) noexcept {
#if REALIGN_SIMD_X86
  return logits.rows() >= 4 && logits.rows() <= most_mixed_rows && allowed.empty() &&
         logits.row_stride() == static_cast<std::ptrdiff_t>(logits.cols()) && active() != isa::portable;
#else
  return false;
#endif
}
template <scalar T>
std::size_t arithmetic_states(const T* x, std::size_t n, std::size_t rows, std::size_t states, const double* w,
                              std::size_t w_stride, const unsigned char* allowed, std::size_t allowed_stride, bool logs,
                              T* room, T* out, std::ptrdiff_t out_stride) noexcept {
  REALIGN_SIMD_RUN(T, arithmetic_states, x, n, rows, states, w, w_stride, allowed, allowed_stride, logs, room, out,
                   out_stride)
  return 0;  // reached only where there are no vector kernels
}

}  // namespace detail

/// As `arithmetic_mix` or, without `logs`, `arithmetic_mix_probs`, normalisers included.
///
/// @param room  a number for each logit of a row of positive weight saves the second exponential of each; else empty. Worth
///              it up to `most_kept_exps`
/// @param out   V numbers, apart from the rows
/// @return N, or the first row of positive weight with a NaN, plus infinity, or no choice; nothing is written then
/// @pre `fuses`
/// @cost with room N V exponentials and reads, else 2 N V; no allocation
template <readable T>
std::size_t arithmetic_mix(const matrix_view<const T>& logits, std::span<const double> w, mask_view allowed, bool logs,
                           std::span<widened<T>> room, vector_view<widened<T>> out) noexcept {
  [[maybe_unused]] const std::size_t n = logits.cols();
  if constexpr (scalar<T>) {
    if (n <= 8 && detail::packs(logits, allowed)) {
      const std::size_t states = detail::arithmetic_states(logits.data(), n, logits.rows(), 1, w.data(), 0, nullptr, 0,
                                                           logs, static_cast<T*>(nullptr), out.data(), 0);
      if (states == 1) return logits.rows();
    }
  }
  REALIGN_SIMD_TINY(widened<T>, n, arithmetic_short<1>, logits.data(), logits.row_stride(), logits.rows(), w.data(),
                    detail::mask_data(allowed), n, logs, out.data())
  [[maybe_unused]] widened<T>* const exps = room.size() < n * detail::positive_entries(w) ? nullptr : room.data();
  REALIGN_SIMD_RUN(widened<T>, arithmetic_mix, logits.data(), logits.row_stride(), logits.rows(), w.data(),
                   detail::mask_data(allowed), n, logs, exps, out.data())
  return 0;  // reached only where there are no vector kernels
}

namespace detail {

/// A smaller mass is not divided by: what lies below the normal range is lost before the division, and would be this much
/// larger after it.
template <scalar T>
inline constexpr double least_mass = sizeof(T) == 4 ? 1e-6 : 1e-12;

/// p_a / sum_a p_a, in place. @return the sum, or 0 with nothing written where it is below `least_mass`
template <scalar T>
double divide_by_sum([[maybe_unused]] vector_view<T> p) noexcept {
  const auto kernel = [&]() -> double {
    REALIGN_SIMD_RUN(T, divide_by_sum, p.data(), p.size(), detail::least_mass<T>)
    return 0;
  };
  const double sum = kernel();
  return sum > least_mass<T> ? sum : 0;
}

}  // namespace detail

/// The mixture over the allowed choices alone: as `arithmetic_mix`, divided by the mass that these have.
///
/// @param log_mass  gets its logarithm; where it is not finite, `out` holds nothing of use
/// @cost as `arithmetic_mix` and two passes over `out`; for logs one more exponential of each
template <readable T>
std::size_t arithmetic_mix(const matrix_view<const T>& logits, std::span<const double> w, mask_view allowed, bool logs,
                           std::span<widened<T>> room, vector_view<widened<T>> out, double& log_mass) noexcept {
  log_mass = 0;
  const std::size_t sound = arithmetic_mix(logits, w, allowed, logs, room, out);
  if (sound < logits.rows() || allowed.empty()) return sound;
  if (!logs) {
    if (const double mass = detail::divide_by_sum(out); mass > 0) {
      log_mass = libm::log(mass);
      return sound;
    }
    (void)arithmetic_mix(logits, w, allowed, true, room, out);
  }
  const vector_view<const widened<T>> row = out;
  log_mass = log_sum_exp(row);
  if (is_finite(log_mass)) logs ? normalize_logits(row, log_mass, {}, out) : exponentiate_logits(row, log_mass, {}, out);
  return sound;
}

/// The geometric mean of the policies, log p_a = sum_i c_i logits_ia - log_z, and its log-normaliser.
///
/// Rows with coefficient zero are not read: 0 times minus infinity is 0. A choice that a row with a positive
/// coefficient never makes is never made.
///
/// @param logits   N x V, of float, double or 16 bits
/// @param c        N coefficients; a negative one may not meet a masked logit that no other row masks
/// @param allowed  V bytes, or empty; a masked choice gets minus infinity, or zero
/// @param logs     whether log p or p is written
/// @param out      V numbers, apart from the rows; they hold the sums until their normaliser is known
/// @return log_z = log sum_a exp(sum_i c_i logits_ia), as `log_sum_exp`. When no choice is left nothing is written; after
///   NaN `out` holds nothing of use
/// @cost one pass over N rows and one over `out`, no allocation
template <readable T>
REALIGN_ALWAYS_INLINE double geometric_mix(const matrix_view<const T>& logits, std::span<const double> c, mask_view allowed,
                                           bool logs, vector_view<widened<T>> out) noexcept {
  if (detail::in_one_piece(logits) && detail::weights_only<widened<T>>(c) && out.contiguous()) {
    REALIGN_SIMD_TINY(widened<T>, logits.cols(), geometric_short<1>, logits.data(), logits.row_stride(), logits.rows(),
                      c.data(), detail::mask_data(allowed), logits.cols(), logs, out.data())
    REALIGN_SIMD_RUN(widened<T>, geometric_mix, logits.data(), logits.row_stride(), logits.rows(), c.data(),
                     detail::mask_data(allowed), logits.cols(), logs, out.data())
  }
  const double log_z = reference::geometric_log_z(logits, c, allowed);
  if (!is_finite(log_z)) return log_z;
  reference::geometric_mix(logits, c, log_z, allowed, out);
  if (!logs) reference::exponentiate_logits(vector_view<const widened<T>>(out), 0.0, {}, out);
  return log_z;
}

/// The log-normaliser of `geometric_mix` alone.
/// @cost one pass over N rows, nothing is written, no allocation
template <readable T>
[[nodiscard]] REALIGN_ALWAYS_INLINE double geometric_log_z(const matrix_view<const T>& logits, std::span<const double> c,
                                                           mask_view allowed = {}) noexcept {
  if (detail::in_one_piece(logits) && detail::weights_only<widened<T>>(c)) {
    widened<T>* const nowhere = nullptr;
    REALIGN_SIMD_TINY(widened<T>, logits.cols(), geometric_short<1>, logits.data(), logits.row_stride(), logits.rows(),
                      c.data(), detail::mask_data(allowed), logits.cols(), false, nowhere)
    REALIGN_SIMD_RUN(widened<T>, geometric_mix, logits.data(), logits.row_stride(), logits.rows(), c.data(),
                     detail::mask_data(allowed), logits.cols(), false, nowhere)
  }
  return reference::geometric_log_z(logits, c, allowed);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_MIX_HPP
