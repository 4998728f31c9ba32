// SPDX-License-Identifier: MIT
// How many entries a shape has.
#ifndef REALIGN_IO_DETAIL_ENTRIES_HPP
#define REALIGN_IO_DETAIL_ENTRIES_HPP

#include <cstddef>
#include <limits>
#include <vector>

namespace realign::inline v0::io::detail {

/// The product of the lengths; the largest number there is where that is beyond it.
[[nodiscard]] inline std::size_t entry_count(const std::vector<std::size_t>& shape) noexcept {
  constexpr std::size_t most = (std::numeric_limits<std::size_t>::max)();
  std::size_t count = 1;
  for (const std::size_t n : shape)
    if (n == 0) return 0;
  for (const std::size_t n : shape) count = count > most / n ? most : count * n;
  return count;
}

}  // namespace realign::inline v0::io::detail

#endif  // REALIGN_IO_DETAIL_ENTRIES_HPP
