// SPDX-License-Identifier: MIT
// Whole-row kernels that look through rows for the choices that can be made.
#ifndef REALIGN_SIMD_SUPPORT_HPP
#define REALIGN_SIMD_SUPPORT_HPP

#include <cstddef>
#include <limits>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/support_kernels.hpp>

namespace realign::inline v0::simd {

/// Marks the choices that are allowed and whose number is finite: `alive[a]` becomes 1 for these, else 0.
///
/// @param allowed  V bytes, or empty; may be `alive` itself
/// @return how many are left, and what else the allowed ones hold
/// @cost one pass, no allocation
template <scalar T>
row_support keep_finite(vector_view<const T> row, mask_view allowed, std::span<unsigned char> alive) noexcept {
  [[maybe_unused]] const std::size_t n = row.size();
  if (detail::vectorizable(row)) {
    REALIGN_SIMD_LONG(T, keep_finite, row.data(), detail::mask_data(allowed), n, alive.data())
  }
  row_support found;
  for (std::size_t a = 0; a < n; ++a) {
    const T& x = row[a];
    const bool may = allowed.empty() || allowed[a] != 0;
    found.nan |= may && is_nan(x);
    found.plus_infinity |= may && is_pos_inf(x);
    found.minus_infinity |= may && is_neg_inf(x);
    alive[a] = may && is_finite(x) ? 1 : 0;
    found.choices += alive[a];
  }
  return found;
}

namespace detail {

template <scalar T>
row_range copy_kept(vector_view<const T> row, mask_view alive, T fill, T* out) noexcept {
  [[maybe_unused]] const std::size_t n = row.size();
  if (vectorizable(row)) {
    REALIGN_SIMD_LONG(T, copy_kept, row.data(), alive.data(), fill, n, out)
  }
  row_range r{pos_infinity<double>(), neg_infinity<double>()};
  for (std::size_t a = 0; a < n; ++a) {
    if (out != nullptr) out[a] = alive[a] != 0 ? row[a] : fill;
    if (alive[a] == 0) continue;
    const double x = static_cast<double>(row[a]);
    if (is_pos_inf(r.least) || x < r.least) r.least = x;
    if (is_neg_inf(r.largest) || x > r.largest) r.largest = x;
  }
  return r;
}

}  // namespace detail

/// Copies a row, with `fill` in place of the choices that are not alive.
///
/// @param alive  V bytes; one at least is not 0, and numbers are finite where it is not
/// @param out    V numbers, not the row's
/// @return the range of the choices alive
/// @cost one pass, no allocation
template <scalar T>
row_range copy_kept(vector_view<const T> row, mask_view alive, T fill, std::span<T> out) noexcept {
  return detail::copy_kept(row, alive, fill, out.data());
}
/// The range alone.
template <scalar T>
[[nodiscard]] row_range range_of_kept(vector_view<const T> row, mask_view alive) noexcept {
  return detail::copy_kept(row, alive, T(0), static_cast<T*>(nullptr));
}

/// base_a += factor (row_a - origin) where the base is not minus infinity, at most the largest number and at least its
/// negative; elsewhere the row may hold anything. A base that has come to the largest number stays there: what it lost
/// above cannot be made up for by what is subtracted.
/// @cost one pass over both, in double lanes; no allocation
template <scalar T>
void shift_kept(vector_view<const T> row, double factor, double origin, std::span<T> base) noexcept {
  [[maybe_unused]] const std::size_t n = row.size();
  if (detail::vectorizable(row)) {
    REALIGN_SIMD_NARROW(f64, shift_kept, row.data(), factor, origin, n, base.data())
  }
  constexpr T most = (std::numeric_limits<T>::max)();
  for (std::size_t a = 0; a < n; ++a) {
    if (is_neg_inf(base[a]) || base[a] >= most) continue;
    const T sum = static_cast<T>(static_cast<double>(base[a]) + factor * (static_cast<double>(row[a]) - origin));
    base[a] = is_finite(sum) ? sum : is_pos_inf(sum) ? most : -most;
  }
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_SUPPORT_HPP
