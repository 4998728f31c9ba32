// SPDX-License-Identifier: MIT
// Refusal of an output that lies in a row that is still to be read.
#ifndef REALIGN_MIX_DETAIL_OVERLAP_HPP
#define REALIGN_MIX_DETAIL_OVERLAP_HPP

#include <cstddef>
#include <cstdint>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/half.hpp>
#include <realign/core/view.hpp>
#include <realign/mix/outcome.hpp>

namespace realign::inline v0::mix::detail {

/// Bytes from the first to behind the last number of a view, which is not empty.
struct byte_range {
  std::uintptr_t begin, end;

  template <class T>
  byte_range(const T* first, std::ptrdiff_t to_last_row, std::ptrdiff_t to_last) noexcept {
    const std::ptrdiff_t low = (to_last_row < 0 ? to_last_row : 0) + (to_last < 0 ? to_last : 0);
    begin = reinterpret_cast<std::uintptr_t>(first + low);
    end = reinterpret_cast<std::uintptr_t>(first + (to_last_row + to_last - low) + 1);
  }
  template <class T>
  explicit byte_range(const vector_view<T>& x) noexcept
      : byte_range(x.data(), 0, static_cast<std::ptrdiff_t>(x.size() - 1) * x.stride()) {}
  template <class T>
  explicit byte_range(const matrix_view<T>& m) noexcept
      : byte_range(m.data(), static_cast<std::ptrdiff_t>(m.rows() - 1) * m.row_stride(),
                   static_cast<std::ptrdiff_t>(m.cols() - 1) * m.col_stride()) {}

  [[nodiscard]] bool meets(const byte_range& other) const noexcept { return begin < other.end && other.begin < end; }
};

/// Some number of one is one of the other. Rows and columns of one matrix may share a range and no number.
template <class T, class U>
[[nodiscard]] bool shares(vector_view<T> x, vector_view<U> y) noexcept {
  const byte_range all(x), others(y);
  if (!all.meets(others)) return false;
  const auto step = static_cast<std::ptrdiff_t>(sizeof(T)) * x.stride();
  const std::uintptr_t distance = step < 0 ? static_cast<std::uintptr_t>(-step) : static_cast<std::uintptr_t>(step);
  const std::uintptr_t apart = all.begin < others.begin ? others.begin - all.begin : all.begin - others.begin;
  if (sizeof(T) == sizeof(U) && x.stride() == y.stride()) return distance == 0 || apart % distance == 0;
  for (std::size_t a = 0; a < y.size(); ++a) {
    const byte_range one(vector_view<U>(&y[a], 1));
    if (!all.meets(one)) continue;
    // to the last number of x that begins before `one` ends
    const std::uintptr_t end = one.end < all.end ? one.end : all.end;
    const std::uintptr_t last = distance == 0 ? 0 : (end - 1 - all.begin) / distance * distance;
    if (all.begin + last + sizeof(T) > one.begin) return true;
  }
  return false;
}

template <class T, class U>
REALIGN_NOINLINE void check_long_apart(const matrix_view<const T>& rows, std::span<const double> w,
                                       vector_view<U> out) {
  if (!byte_range(rows).meets(byte_range(out))) [[likely]] return;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    if (w.empty() || w[i] > 0 || w[i] < 0)
      expects(!shares(rows.row(i), out), "out", "numbers apart from the rows", "numbers of row ", i);
}
/// Short rows are not looked at: most are read before anything is written, and it would take a seventh of their time.
/// @param w  rows of weight zero are not read; empty: all are
/// @throws contract_error when `out` has numbers of a row
template <readable T, class U>
void check_apart(const matrix_view<const T>& rows, std::span<const double> w, vector_view<U> out) {
  if (rows.cols() > short_row) check_long_apart(rows, w, out);
}

}  // namespace realign::inline v0::mix::detail

#endif  // REALIGN_MIX_DETAIL_OVERLAP_HPP
