// SPDX-License-Identifier: MIT
// What the row kernels share: which choices of a row can be made, the rows of a tilt.
#ifndef REALIGN_SIMD_ROWS_HPP
#define REALIGN_SIMD_ROWS_HPP

#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0::simd {

namespace detail {

/// True when choice `a` can be made: the mask allows it and its logit is not minus infinity.
template <readable T>
[[nodiscard]] inline bool alive(mask_view allowed, std::size_t a, const T& logit) noexcept {
  return (allowed.empty() || allowed[a] != 0) && !is_neg_inf(logit);
}

}  // namespace detail

/// A base row and K feature rows over the same V choices.
template <scalar T>
struct tilt_rows {
  vector_view<const T> log_base;   ///< V; minus infinity means never
  matrix_view<const T> features;   ///< K x V, finite on the choices that can be made
  mask_view allowed = {};          ///< V bytes, or empty

  [[nodiscard]] bool alive(std::size_t a) const noexcept {
    return detail::alive(allowed, a, log_base[a]);
  }
  /// temperature * log_base_a + u . features_a
  [[nodiscard]] double score(std::span<const double> u, double temperature, std::size_t a) const noexcept {
    double s = temperature * static_cast<double>(log_base[a]);
    for (std::size_t k = 0; k < u.size(); ++k) s += u[k] * static_cast<double>(features(k, a));
    return s;
  }
  /// features_ka - features_kb
  [[nodiscard]] double difference(std::size_t k, std::size_t a, std::size_t b) const noexcept {
    return static_cast<double>(features(k, a)) - static_cast<double>(features(k, b));
  }
  /// score_a - score_b, from differences
  [[nodiscard]] double score_above(std::span<const double> u, double temperature, std::size_t a,
                                   std::size_t b) const noexcept {
    double s = temperature * (static_cast<double>(log_base[a]) - static_cast<double>(log_base[b]));
    for (std::size_t k = 0; k < u.size(); ++k) s += u[k] * difference(k, a, b);
    return s;
  }
};

/// The normaliser of a tilt, kept relative to its likeliest choice, so that it keeps its digits when scores are large:
/// sum_a exp(score_a) = exp(score_mode + log_sum).
struct tilt_normalizer {
  std::size_t mode;  ///< the likeliest choice, the first on ties, or one nearly as likely that was asked for; the number of
                     ///< choices when none can be made
  double log_sum;    ///< log sum_a exp(score_a - score_mode); NaN when a score is NaN
};

/// A choice and the value it attains.
struct extreme {
  std::size_t choice;  ///< the lowest index that attains it; the number of choices when there is none
  double value;
};

/// A choice that was drawn.
struct drawn {
  std::size_t choice;  ///< the number of choices when none can be made, or when a logit is NaN or plus infinity
  double log_z;        ///< log_sum_exp of the row: minus infinity when no choice can be made, NaN for a bad logit
};

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_ROWS_HPP
