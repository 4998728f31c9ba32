// SPDX-License-Identifier: MIT
// What a combination rule may keep between calls.
#ifndef REALIGN_MIX_WORKSPACE_HPP
#define REALIGN_MIX_WORKSPACE_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::mix {

/// Room for intermediate rows, one for each thread. With it long rows are read only once; it grows to N V numbers and is
/// then reused. Rules work without it too: rows that fit in 32 KiB take it from the stack.
template <scalar T>
class workspace {
 public:
  /// At least `n` numbers, unwritten; allocates when it has grown.
  [[nodiscard]] std::span<T> room(std::size_t n) {
    if (numbers_.size() < n) numbers_.resize(n);
    return {numbers_.data(), n};
  }

 private:
  std::vector<T> numbers_;
};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_WORKSPACE_HPP
