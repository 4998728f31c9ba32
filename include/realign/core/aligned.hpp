// SPDX-License-Identifier: MIT
// A vector whose numbers begin at a cache line, so that the kernels' loads do not straddle two.
#ifndef REALIGN_CORE_ALIGNED_HPP
#define REALIGN_CORE_ALIGNED_HPP

#include <cstddef>
#include <new>
#include <vector>

namespace realign::inline v0 {

/// Allocates at multiples of 64 bytes, whatever the compiler's flags.
template <class T>
struct aligned_allocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  aligned_allocator() noexcept = default;
  template <class U>
  aligned_allocator(const aligned_allocator<U>&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, alignment); }
  friend bool operator==(const aligned_allocator&, const aligned_allocator&) noexcept { return true; }
};

template <class T>
using aligned_vector = std::vector<T, aligned_allocator<T>>;

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_ALIGNED_HPP
