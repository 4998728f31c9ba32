// SPDX-License-Identifier: MIT
// A small value that threads may read and replace. <atomic> would cost every file more compile time than all of core/.
#ifndef REALIGN_CORE_DETAIL_ATOMIC_VALUE_HPP
#define REALIGN_CORE_DETAIL_ATOMIC_VALUE_HPP

#if !defined(__GNUC__)
#include <atomic>
#endif

namespace realign::inline v0::detail {

/// Order with respect to other memory is not promised.
template <class T>
class atomic_value {
 public:
  explicit constexpr atomic_value(T value) noexcept : value_(value) {}

#if defined(__GNUC__)
  [[nodiscard]] T load() const noexcept {
    T now;
    __atomic_load(&value_, &now, __ATOMIC_RELAXED);
    return now;
  }
  /// @return the value before
  T exchange(T value) noexcept {
    T before;
    __atomic_exchange(&value_, &value, &before, __ATOMIC_RELAXED);
    return before;
  }

 private:
  T value_;
#else
  [[nodiscard]] T load() const noexcept { return value_.load(std::memory_order_relaxed); }
  T exchange(T value) noexcept { return value_.exchange(value, std::memory_order_relaxed); }

 private:
  std::atomic<T> value_;
#endif
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_CORE_DETAIL_ATOMIC_VALUE_HPP
