// SPDX-License-Identifier: MIT
// The affine layer y = f(x w + b) on parameters that lie in a flat span, for dense and for sparse
// input.
#ifndef REALIGN_NN_DENSE_HPP
#define REALIGN_NN_DENSE_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/activation.hpp>
#include <realign/simd/gemm.hpp>

namespace realign::inline v0::nn {

/// A batch: one example per row, row-major, contiguous, not owned.
template <scalar T>
using rows = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
template <scalar T>
using const_rows =
    Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
/// A sparse batch in compressed rows, not owned.
template <scalar T>
using sparse_rows = Eigen::Map<const Eigen::SparseMatrix<T, Eigen::RowMajor>>;

/// Sees `row_count` x `col_count` numbers as a batch.
template <scalar T>
[[nodiscard]] rows<T> as_rows(std::span<T> x, std::size_t row_count, std::size_t col_count) {
  expects(x.size() == row_count * col_count, "batch", "rows times columns numbers", x.size(),
          " for ", row_count, " x ", col_count);
  return {x.data(), static_cast<Eigen::Index>(row_count), static_cast<Eigen::Index>(col_count)};
}
template <scalar T>
[[nodiscard]] const_rows<T> as_rows(std::span<const T> x, std::size_t row_count,
                                    std::size_t col_count) {
  expects(x.size() == row_count * col_count, "batch", "rows times columns numbers", x.size(),
          " for ", row_count, " x ", col_count);
  return {x.data(), static_cast<Eigen::Index>(row_count), static_cast<Eigen::Index>(col_count)};
}

/// y = x w + b. Holds only the shape; the parameters are w (I x O, row-major), then b (O).
///
/// Batches: x (B x I), y (B x O). Row i of w belongs to input i, so that a sparse input reads whole
/// rows. Dense products run on the kernels of simd/gemm.hpp: one row at a time from registers, more
/// by tiles, at full speed whatever the flags. Eigen multiplies sparse inputs.
template <scalar T>
class dense {
 public:
  dense(std::size_t inputs, std::size_t outputs) : inputs_(inputs), outputs_(outputs) {
    expects(inputs > 0 && outputs > 0, "dense", "at least one input and one output", inputs, " x ",
            outputs);
  }

  [[nodiscard]] std::size_t inputs() const noexcept { return inputs_; }
  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }
  [[nodiscard]] std::size_t parameter_count() const noexcept { return (inputs_ + 1) * outputs_; }
  /// The part of the parameters, or of their gradient, that is w or b.
  template <class U>
  [[nodiscard]] std::span<U> weight(std::span<U> parameters) const noexcept {
    return parameters.first(inputs_ * outputs_);
  }
  template <class U>
  [[nodiscard]] std::span<U> bias(std::span<U> parameters) const noexcept {
    return parameters.subspan(inputs_ * outputs_, outputs_);
  }

  /// y = f(x w + b). @param x const_rows or sparse_rows, B x I. @param y B x O
  template <class X>
  void forward(std::span<const T> parameters, const X& x, rows<T> y,
               simd::nonlinearity f = simd::nonlinearity::identity) const {
    check(parameters.size(), x, y);
    if constexpr (is_dense<X>) {
      forward(parameters, view(x), f, view(y));
    } else {
      y.noalias() = x * as_rows(weight(parameters), inputs_, outputs_);
      y.rowwise() += as_rows(bias(parameters), 1, outputs_).row(0);
      const vector_view<T> all(y.data(), static_cast<std::size_t>(y.size()));
      if (f != simd::nonlinearity::identity) simd::apply(f, vector_view<const T>(all), all);
    }
  }
  /// As above, unchecked.
  void forward(std::span<const T> parameters, matrix_view<const T> x, simd::nonlinearity f,
               matrix_view<T> y) const noexcept {
    simd::affine(x, weights(parameters), vector_view<const T>(bias(parameters)), f, y);
  }

  /// gradient += (x^T dy, sum of the rows of dy). Arguments as in `forward`.
  template <class X>
  void backward(const X& x, const_rows<T> dy, std::span<T> gradient) const {
    check(gradient.size(), x, dy);
    if constexpr (is_dense<X>)
      simd::add_transpose_times(view(x), view(dy), weights(gradient));
    else
      as_rows(weight(gradient), inputs_, outputs_).noalias() += x.transpose() * dy;
    simd::add_column_sums(view(dy), vector_view<T>(bias(gradient)));
  }

  /// dx += dy w^T, or dx = dy w^T without `add`. @param dy B x O. @param dx B x I
  void backward_input(std::span<const T> parameters, const_rows<T> dy, rows<T> dx,
                      bool add = true) const {
    check(parameters.size(), dx, dy);
    simd::times_transpose(view(dy), weights(parameters), view(dx), add);
  }

 private:
  template <class X>
  static constexpr bool is_dense = std::same_as<X, const_rows<T>> || std::same_as<X, rows<T>>;

  static matrix_view<const T> view(const const_rows<T>& x) noexcept {
    return {x.data(), static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(x.cols())};
  }
  static matrix_view<const T> view(const rows<T>& x) noexcept {
    return {x.data(), static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(x.cols())};
  }
  static matrix_view<T> view(rows<T>& x) noexcept {
    return {x.data(), static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(x.cols())};
  }
  template <class U>
  [[nodiscard]] matrix_view<U> weights(std::span<U> parameters) const noexcept {
    return {parameters.data(), inputs_, outputs_};
  }

  template <class X, class Y>
  void check(std::size_t parameters, const X& x, const Y& y) const {
    expects(parameters == parameter_count(), "parameters", "(inputs + 1) * outputs numbers",
            parameters, " for ", inputs_, " inputs and ", outputs_, " outputs");
    expects(static_cast<std::size_t>(x.cols()) == inputs_, "x", "one column per input", x.cols(),
            " for ", inputs_, " inputs");
    expects(x.rows() == y.rows() && static_cast<std::size_t>(y.cols()) == outputs_, "y",
            "a row per row of x and a column per output", y.rows(), " x ", y.cols(), " for ",
            x.rows(), " rows and ", outputs_, " outputs");
  }

  std::size_t inputs_;
  std::size_t outputs_;
};

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_DENSE_HPP
