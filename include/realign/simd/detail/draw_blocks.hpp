// SPDX-License-Identifier: MIT
// What a draw knows of a long row: the row cut into blocks, and the mass of each block or a bound on it.
#ifndef REALIGN_SIMD_DETAIL_DRAW_BLOCKS_HPP
#define REALIGN_SIMD_DETAIL_DRAW_BLOCKS_HPP

#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/simd/detail/logit_row.hpp>

namespace realign::inline v0::simd::detail {

/// A choice, and sum exp over its row as exp(reference) * mass.
struct drawn_mass {
  std::size_t choice;  ///< n when none can be made, or when a logit is NaN or plus infinity
  double reference;
  double mass;  ///< NaN when a logit is NaN or plus infinity
};

/// The item that `target` falls on when items lie one behind the other, each as long as its mass. Items without mass
/// are never taken.
///
/// @param target  in [0, sum of masses), up to rounding; becomes what of it lies within the item
/// @return `end` when no item has mass
template <class Mass>
[[nodiscard]] inline std::size_t walk(std::size_t begin, std::size_t end, double& target, const Mass& mass) noexcept {
  std::size_t found = end;
  double last = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const double m = static_cast<double>(mass(i));
    if (!(m > 0)) continue;
    found = i;
    if (target < m) return i;
    target -= m;
    last = m;
  }
  target = last;  // beyond the last by rounding
  return found;
}

/// The blocks of a row of more than one chunk. A kernel fills what is not initialised here.
template <scalar T>
struct draw_blocks {
  static constexpr std::size_t most = 512, group_size = 32;

  std::size_t n;       ///< choices in the row
  std::size_t length;  ///< choices in a block: whole chunks; the last may have fewer
  std::size_t count;   ///< of blocks
  T reference;         ///< what weights are relative to: within `slack` of the largest logit
  double total;        ///< of all weights; NaN when a logit is NaN or plus infinity
  double group[most / group_size];  ///< sums of weights
  T top[most];                      ///< what the block's mass is relative to
  T mass[most];                     ///< sum of exp(logit - top), or a bound on it
  T weight[most];                   ///< mass * exp(top - reference)
  bool known[most];                 ///< the mass is no bound

  explicit draw_blocks(std::size_t choices) noexcept
      : n(choices), length(row_chunk * ((n - 1) / (most * row_chunk) + 1)), count((n - 1) / length + 1) {
    for (std::size_t j = 0; j < count; ++j) known[j] = false;
  }

  [[nodiscard]] std::size_t begin(std::size_t j) const noexcept { return j * length; }
  [[nodiscard]] std::size_t end(std::size_t j) const noexcept { return j + 1 < count ? (j + 1) * length : n; }

  /// The block that the part u of all weight falls on; u becomes the part of the block that lies below it.
  /// @return `count` when there is no weight
  [[nodiscard]] std::size_t find(double& u) const noexcept {
    u *= total;
    const std::size_t groups = (count - 1) / group_size + 1;
    const std::size_t g = walk(0, groups, u, [this](std::size_t i) { return group[i]; });
    const std::size_t first = g * group_size, last = (first + group_size < count ? first + group_size : count);
    if (g == groups) return count;
    const std::size_t j = walk(first, last, u, [this](std::size_t i) { return weight[i]; });
    if (j == last) return count;
    u /= static_cast<double>(weight[j]);
    return j;
  }
  /// Replaces the bound of a block by its mass.
  void tighten(std::size_t j, T exact) noexcept {
    const T before = weight[j];
    weight[j] = before * (exact / mass[j]);
    mass[j] = exact;
    known[j] = true;
    // the group anew: differences would leave a remainder where nothing is
    const std::size_t first = j - j % group_size;
    double sum = 0;
    for (std::size_t i = first; i < first + group_size && i < count; ++i) sum += static_cast<double>(weight[i]);
    total += sum - group[first / group_size];
    group[first / group_size] = sum;
  }
};

}  // namespace realign::inline v0::simd::detail

#endif  // REALIGN_SIMD_DETAIL_DRAW_BLOCKS_HPP
