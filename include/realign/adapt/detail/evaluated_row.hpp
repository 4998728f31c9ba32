// SPDX-License-Identifier: MIT
// The numbers of an array expression, evaluated once and held.
#ifndef REALIGN_ADAPT_DETAIL_EVALUATED_ROW_HPP
#define REALIGN_ADAPT_DETAIL_EVALUATED_ROW_HPP

#include <cstddef>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0::detail {

/// What `as_view` gives for an expression without storage: reads like a view, and converts to one while it lives.
template <scalar T>
class evaluated_row {
 public:
  using value_type = T;

  explicit evaluated_row(std::size_t size) : numbers_(size) {}

  [[nodiscard]] T* data() noexcept { return numbers_.data(); }
  [[nodiscard]] const T* data() const noexcept { return numbers_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return numbers_[i]; }

  operator vector_view<const T>() const& noexcept { return {numbers_.data(), numbers_.size()}; }
  template <class U>
  operator vector_view<U>() const&& {
    static_assert(scalar<U> && !scalar<U>,
                  "realign: a view of an expression would outlive its numbers. Evaluate it first, with its library's "
                  "eval(), and pass the result.");
    return {};
  }

 private:
  std::vector<T> numbers_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_ADAPT_DETAIL_EVALUATED_ROW_HPP
