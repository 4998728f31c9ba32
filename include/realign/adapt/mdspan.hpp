// SPDX-License-Identifier: MIT
// Any mdspan (std, Kokkos, others of its interface) of one axis as a row, of two axes as a matrix view.
#ifndef REALIGN_ADAPT_MDSPAN_HPP
#define REALIGN_ADAPT_MDSPAN_HPP

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

namespace adapt {

/// An mdspan of N axes whose numbers, float or double, lie in memory at equal steps: every layout that always has
/// strides, and an accessor that hands out the elements as they are. Nothing of an implementation is included here.
template <class M, std::size_t N>
concept strided_mdspan =
    requires(const M& m) {
      requires scalar<typename M::value_type>;
      { m.data_handle() } -> std::convertible_to<typename M::element_type*>;
      { m.extent(0) } -> std::convertible_to<std::size_t>;
      { m.stride(0) } -> std::convertible_to<std::ptrdiff_t>;
    } && std::same_as<typename M::reference, typename M::element_type&> && M::rank() == N &&
    M::mapping_type::is_always_strided();

}  // namespace adapt

/// Seen in place, with its step.
template <class M>
  requires adapt::strided_mdspan<M, 1>
struct view_traits<M> {
  static constexpr auto view(M& m) noexcept {
    return vector_view<typename M::element_type>(m.data_handle(), static_cast<std::size_t>(m.extent(0)),
                                                 static_cast<std::ptrdiff_t>(m.stride(0)));
  }
};

/// Seen in place, with the steps of both axes.
template <class M>
  requires adapt::strided_mdspan<M, 2>
struct matrix_traits<M> {
  static constexpr auto view(M& m) noexcept {
    return matrix_view<typename M::element_type>(
        m.data_handle(), static_cast<std::size_t>(m.extent(0)), static_cast<std::size_t>(m.extent(1)),
        static_cast<std::ptrdiff_t>(m.stride(0)), static_cast<std::ptrdiff_t>(m.stride(1)));
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_ADAPT_MDSPAN_HPP
