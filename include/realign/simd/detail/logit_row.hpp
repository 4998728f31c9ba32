// SPDX-License-Identifier: MIT
// The rows that draws and selections read.
#ifndef REALIGN_SIMD_DETAIL_LOGIT_ROW_HPP
#define REALIGN_SIMD_DETAIL_LOGIT_ROW_HPP

#include <cstddef>
#include <span>

#include <realign/core/half.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0::simd::detail {

/// A row of n logits, or the sum of `rows` rows under coefficients >= 0.
template <readable T>
struct logit_row {
  const T* logits;
  std::ptrdiff_t row_stride;
  std::size_t rows;
  const double* c;               ///< null: one row as it is
  const unsigned char* allowed;  ///< null: every choice
  std::size_t n;

  [[nodiscard]] bool plain() const noexcept { return c == nullptr && allowed == nullptr; }
};

/// So many choices are read together.
inline constexpr std::size_t row_chunk = 256;

template <readable T>
[[nodiscard]] logit_row<T> row_of(vector_view<const T> x, mask_view allowed) noexcept {
  return {x.data(), 0, 1, nullptr, allowed.empty() ? nullptr : allowed.data(), x.size()};
}
template <readable T>
[[nodiscard]] logit_row<T> row_of(matrix_view<const T> x, std::span<const double> c, mask_view allowed) noexcept {
  return {x.data(), x.row_stride(), x.rows(), c.data(), allowed.empty() ? nullptr : allowed.data(), x.cols()};
}

}  // namespace realign::inline v0::simd::detail

#endif  // REALIGN_SIMD_DETAIL_LOGIT_ROW_HPP
