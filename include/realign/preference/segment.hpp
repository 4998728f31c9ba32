// SPDX-License-Identifier: MIT
// Segments (runs of steps seen through their log-probabilities) and pairs of them with a label.
#ifndef REALIGN_PREFERENCE_SEGMENT_HPP
#define REALIGN_PREFERENCE_SEGMENT_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

/// A run of n steps; nothing is owned. A prompt with its answer is a segment whose steps are
/// tokens, a single choice a segment of length 1.
template <scalar T>
struct segment {
  vector_view<const T> log_probs;       ///< n numbers, log pi(a_t | s_t)
  vector_view<const T> reference = {};  ///< n numbers, log pi_ref(a_t | s_t); empty: there is none
  vector_view<const unsigned char> mask =
      {};  ///< n bytes, 0: the step does not exist; empty: all exist

  [[nodiscard]] constexpr std::size_t size() const noexcept { return log_probs.size(); }
  /// True when step t exists. What lies under a masked step is never read.
  [[nodiscard]] constexpr bool exists(std::size_t t) const noexcept {
    return mask.empty() || mask[t] != 0;
  }
  /// How many steps exist; 0 means that the segment is empty and cannot be judged. O(n) with a
  /// mask.
  [[nodiscard]] constexpr std::size_t steps() const noexcept {
    if (mask.empty()) return size();
    std::size_t n = 0;
    for (std::size_t t = 0; t < size(); ++t) n += mask[t] != 0 ? 1U : 0U;
    return n;
  }
};

/// What is known of a segment by itself, for cost models.
enum class verdict : signed char { safe = -1, unknown = 0, unsafe = 1 };

/// Which of two segments is preferred, by their indices in a batch or a data set.
struct preference_pair {
  std::size_t preferred;
  std::size_t rejected;
  double label = 1.0;  ///< probability that `preferred` is the better one; 1/2 is a tie
  double gap = 0.0;    ///< how much better it is by an outside measure (a reward gap); changes sign
                       ///< with the sides
  verdict preferred_is = verdict::unknown;
  verdict rejected_is = verdict::unknown;
};

namespace detail {

/// @throws contract_error when reference or mask do not fit the log-probabilities
template <scalar T>
void check_segments(std::span<const segment<T>> segments, bool needs_reference) {
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const segment<T>& s = segments[k];
    expects(s.mask.empty() || s.mask.size() == s.size(), "mask", "one byte per step", s.mask.size(),
            " for ", s.size(), " steps in segment ", k);
    expects(!needs_reference || s.reference.size() == s.size(), "reference", "one number per step",
            s.reference.size(), " for ", s.size(), " steps in segment ", k);
  }
}

/// @throws contract_error when a pair names a segment that is not there, or has a bad label or gap
inline void check_pairs(std::span<const preference_pair> pairs, std::size_t segments) {
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const preference_pair& pair = pairs[p];
    expects(pair.preferred < segments && pair.rejected < segments, "pairs",
            "indices below the number of segments", pair.preferred, " and ", pair.rejected, " of ",
            segments, " in pair ", p);
    expects(!is_nan(pair.label) && pair.label >= 0 && pair.label <= 1, "pairs", "a label in [0, 1]",
            pair.label, " in pair ", p);
    expects(is_finite(pair.gap), "pairs", "a finite gap", pair.gap, " in pair ", p);
  }
}

}  // namespace detail
}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SEGMENT_HPP
