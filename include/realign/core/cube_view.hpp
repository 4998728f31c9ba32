// SPDX-License-Identifier: MIT
// A batch of equal matrices, one behind the other.
#ifndef REALIGN_CORE_CUBE_VIEW_HPP
#define REALIGN_CORE_CUBE_VIEW_HPP

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <realign/core/view.hpp>

namespace realign::inline v0 {

/// `depth` matrices of `rows` x `cols` numbers, row-major and contiguous: the logits of N policies in each of B states. Does
/// not own them.
template <class T>
class cube_view {
 public:
  constexpr cube_view() noexcept = default;
  constexpr cube_view(T* data, std::size_t depth, std::size_t rows, std::size_t cols) noexcept
      : data_(data), depth_(depth), rows_(rows), cols_(cols) {}
  /// A reading view of a writing view.
  template <class U>
    requires(std::is_const_v<T> && std::same_as<const U, T>)
  constexpr cube_view(cube_view<U> c) noexcept : cube_view(c.data(), c.depth(), c.rows(), c.cols()) {}

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t depth() const noexcept { return depth_; }
  [[nodiscard]] constexpr std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] constexpr std::size_t cols() const noexcept { return cols_; }
  /// The matrix of state s.
  [[nodiscard]] constexpr matrix_view<T> operator[](std::size_t s) const noexcept {
    return {data_ + s * rows_ * cols_, rows_, cols_};
  }
  /// `count` matrices from the one of state s on.
  [[nodiscard]] constexpr cube_view part(std::size_t s, std::size_t count) const noexcept {
    return {data_ + s * rows_ * cols_, count, rows_, cols_};
  }

 private:
  T* data_ = nullptr;
  std::size_t depth_ = 0;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
};

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_CUBE_VIEW_HPP
