// SPDX-License-Identifier: MIT
// What the kernel that writes a tilt is told.
#ifndef REALIGN_SIMD_DETAIL_TILT_ANSWER_HPP
#define REALIGN_SIMD_DETAIL_TILT_ANSWER_HPP

#include <cstddef>

namespace realign::inline v0::simd::detail {

/// Features that one pass takes.
inline constexpr std::size_t most_features = 8;
/// Rows whose expectations one pass takes.
inline constexpr std::size_t most_observed = 8;

/// What is written of a tilt, and the rows whose expectations are taken on the way; `logs` and `probs` may be null.
template <class T>
struct tilt_answer {
  T* logs;
  T* probs;
  const T* base;             ///< sums[0] is of log p - base
  const T* const* observed;  ///< sums[1 + i] is of observed[i]
  std::size_t count;
  double* sums;
};

}  // namespace realign::inline v0::simd::detail

#endif  // REALIGN_SIMD_DETAIL_TILT_ANSWER_HPP
