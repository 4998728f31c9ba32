// SPDX-License-Identifier: MIT
// One member of every element of an array of structs, as a strided view.
#ifndef REALIGN_CORE_MEMBER_VIEW_HPP
#define REALIGN_CORE_MEMBER_VIEW_HPP

#include <cstddef>
#include <span>
#include <type_traits>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

/// `member_view(candidates, &candidate::logit)`: the logits of a contiguous array of candidates, to read or, when the
/// elements are not const, to write. Nothing is copied.
///
/// @param array   anything that makes a `std::span`: vector, array, span
/// @param member  a member of type float or double
template <class Array, class S, scalar T>
[[nodiscard]] constexpr auto member_view(Array&& array, T S::* member) noexcept {
  const std::span elements(array);
  using number = std::remove_reference_t<decltype(elements.front().*member)>;
  constexpr std::size_t size = sizeof(elements.front());
  static_assert(size % sizeof(T) == 0,
                "realign: the size of the struct is no multiple of its member's size, so that no whole number of "
                "steps leads from one member to the next. Copy the members into an array.");
  number* const first = elements.empty() ? nullptr : &(elements.front().*member);
  return vector_view<number>(first, elements.size(), static_cast<std::ptrdiff_t>(size / sizeof(T)));
}

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_MEMBER_VIEW_HPP
