// SPDX-License-Identifier: MIT
// The k largest numbers seen so far, in the caller's storage.
#ifndef REALIGN_SIMD_DETAIL_TOP_HEAP_HPP
#define REALIGN_SIMD_DETAIL_TOP_HEAP_HPP

#include <cstddef>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::simd::detail {

/// A binary heap with the worst at the root: the smallest number and, of equal ones, the last choice.
template <scalar T>
struct top_heap {
  T* values;
  std::size_t* choices;
  std::size_t room;
  std::size_t size = 0;

  [[nodiscard]] bool full() const noexcept { return size == room; }

  /// Choices come in rising order; when full, only with a value above the worst.
  void add(T value, std::size_t choice) noexcept {
    if (full()) return sink(0, size, value, choice);
    std::size_t i = size++;
    for (; i > 0 && worse(value, choice, (i - 1) / 2); i = (i - 1) / 2) move((i - 1) / 2, i);
    put(i, value, choice);
  }
  /// Best first; it is no heap any more.
  void sort() noexcept {
    for (std::size_t end = size; end-- > 1;) {
      const T value = values[end];
      const std::size_t choice = choices[end];
      move(0, end);
      sink(0, end, value, choice);
    }
  }

 private:
  /// Without branches: nobody predicts these.
  [[nodiscard]] static bool worse(T value, std::size_t choice, T than, std::size_t than_choice) noexcept {
    const bool smaller = value < than, larger = value > than, later = choice > than_choice;
    return smaller | (!larger & later);
  }
  [[nodiscard]] bool worse(T value, std::size_t choice, std::size_t than) const noexcept {
    return worse(value, choice, values[than], choices[than]);
  }
  void put(std::size_t at, T value, std::size_t choice) noexcept {
    values[at] = value;
    choices[at] = choice;
  }
  void move(std::size_t from, std::size_t to) noexcept { put(to, values[from], choices[from]); }
  /// Puts an item in place of `root`, in a heap of `end` items: the worst move up from below until a leaf is free, and
  /// from there it rises.
  void sink(std::size_t root, std::size_t end, T value, std::size_t choice) noexcept {
    std::size_t i = root;
    for (std::size_t child = 2 * i + 1; child < end; child = 2 * i + 1) {
      if (child + 1 < end) child += worse(values[child + 1], choices[child + 1], child) ? 1U : 0U;
      move(child, i);
      i = child;
    }
    for (; i > root && worse(value, choice, (i - 1) / 2); i = (i - 1) / 2) move((i - 1) / 2, i);
    put(i, value, choice);
  }
};

}  // namespace realign::inline v0::simd::detail

#endif  // REALIGN_SIMD_DETAIL_TOP_HEAP_HPP
