// SPDX-License-Identifier: MIT
// What every combination rule takes and reports.
#ifndef REALIGN_MIX_OUTCOME_HPP
#define REALIGN_MIX_OUTCOME_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/core/weights.hpp>
#include <realign/policy/scale.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::mix {

/// What a combination reports.
struct [[nodiscard]] outcome {
  /// `no_support` when no choice keeps any mass; the output is then untouched.
  realign::status status = realign::status::ok;
  /// Log of the mass before normalising.
  double log_z = 0;
};

namespace detail {

/// Where a rule writes: log-probabilities (which are logits) into a bare array, probabilities into one
/// wrapped with `as_probs`.
template <scalar T>
struct target {
  vector_view<T> row;
  bool probabilities;
};

/// Neither const nor an expression without storage.
template <class Out>
concept writable_row = vector_like<Out> && requires(std::remove_reference_t<Out>& out) {
  { as_view(out) } -> std::same_as<vector_view<scalar_of<Out>>>;
};
template <writable_row Out>
[[nodiscard]] auto target_of(Out&& out) {
  return target<scalar_of<Out>>{as_view(out), false};
}

template <class Row>
std::true_type holds_probabilities(const probs<Row>&);
template <class Row>
std::false_type holds_probabilities(const log_probs<Row>&);

/// A wrapped row, or a view that the wrapper holds by value: a const wrapper would make that const.
template <class Out>
  requires requires(std::remove_reference_t<Out>& out) {
    detail::holds_probabilities(out);
    requires writable_row<decltype((out.inner))>;
  }
[[nodiscard]] auto target_of(Out&& out) {
  constexpr bool probabilities = decltype(detail::holds_probabilities(out))::value;
  return target<scalar_of<decltype((out.inner))>>{as_view(out.inner), probabilities};
}

template <class Out>
concept output = requires(Out&& out) { detail::target_of(std::forward<Out>(out)); };

/// Says which shape is wrong; apart from `check_shapes`, which costs a decision among few choices next to nothing.
REALIGN_COLD inline void refuse_shapes(std::size_t n, std::size_t v, std::size_t w, std::size_t allowed, std::size_t out) {
  expects(n > 0, "rows", "at least one policy", "none");
  expects(w == n, "weights", "one per row", w, " for ", n, " rows");
  expects(out == v, "out", "one number per choice", out, " for ", v, " choices");
  expects(allowed == v, "allowed", "one byte per choice, or none", allowed, " for ", v, " choices");
}
template <readable T>
void check_shapes(const matrix_view<const T>& rows, std::span<const double> w, mask_view allowed,
                  std::size_t out) {
  const std::size_t n = rows.rows(), v = rows.cols();
  if (n > 0 && w.size() == n && out == v && (allowed.empty() || allowed.size() == v)) [[likely]] return;
  refuse_shapes(n, v, w.size(), allowed.empty() ? v : allowed.size(), out);
}

/// Finite numbers >= 0: those whose bits are below infinity's, and minus zero.
/// @param where  what to say of the place beside the index
template <class... Where>
void check_weights(std::span<const double> w, const Where&... where) {
  for (std::size_t i = 0; i < w.size(); ++i)
    expects(realign::detail::bits(w[i]) < realign::detail::infinity_bits<double> ||
                realign::detail::bits(w[i]) == realign::detail::sign_bit<double>,
            "weights", "finite entries >= 0", w[i], " at index ", i, where...);
}

/// The log-normaliser of row i; NaN and plus infinity are errors that name the row.
template <readable T>
double checked_log_norm(vector_view<const T> row, std::size_t i) {
  const double log_z = simd::log_sum_exp(row);
  expects(!is_nan(log_z), "logits", "numbers or minus infinity", "NaN or plus infinity in row ", i);
  return log_z;
}

/// Normalises what a rule wrote by its log-mass.
template <scalar T>
void normalize(target<T> out, double log_z) noexcept {
  const vector_view<const T> row = out.row;
  if (out.probabilities)
    simd::exponentiate_logits(row, log_z, {}, out.row);
  else
    simd::normalize_logits(row, log_z, {}, out.row);
}

/// N doubles, on the stack for up to 32 policies.
class scratch {
 public:
  explicit scratch(std::size_t n) : heap_(n > stack_.size() ? n : 0), n_(n) {}
  [[nodiscard]] std::span<double> get() noexcept {
    return {heap_.empty() ? stack_.data() : heap_.data(), n_};
  }

 private:
  std::array<double, 32> stack_;
  std::vector<double> heap_;
  std::size_t n_;
};

/// Rows up to this length need no room: they stay in registers.
inline constexpr std::size_t short_row = 8;
/// Numbers that 32 KiB of the stack hold.
template <scalar T>
inline constexpr std::size_t stack_room = 32768 / sizeof(T);

/// Numbers of 16 bits with `data()` and `size()`, which is no `vector_like`: they cannot be written to.
template <class Row>
concept half_row = !vector_like<Row> && requires(const std::remove_reference_t<Row>& row) {
  requires half_precision<std::remove_cvref_t<decltype(*row.data())>>;
  { row.size() } -> std::convertible_to<std::size_t>;
};
template <class Row>
concept readable_row = vector_like<Row> || half_row<Row>;

template <readable_row Row>
[[nodiscard]] auto row_view(const Row& row) {
  if constexpr (vector_like<const Row>) {
    return as_view(row);
  } else {
    using reading = vector_view<const std::remove_cvref_t<decltype(*row.data())>>;
    if constexpr (requires { row.stride(); })
      return reading(row);
    else
      return reading(row.data(), row.size());
  }
}

/// A list of arrays, such as a vector of vectors.
template <class Rows>
concept row_list = !vector_like<Rows> && requires(const Rows& rows) {
  { *std::begin(rows) } -> readable_row;
  std::end(rows);
};

/// @throws contract_error when a row of a list is not as long as the first
inline void check_length(std::size_t length, std::size_t i, std::size_t first) {
  expects(length == first, "rows", "rows of equal length", length, " numbers in row ", i, " and ", first, " in row 0");
}

/// The rows of a list, copied into one matrix.
/// @throws contract_error when their lengths differ
template <readable T>
struct packed_rows {
  std::vector<T> numbers;
  std::size_t count = 0;

  template <row_list Rows>
  explicit packed_rows(const Rows& rows) {
    for (const auto& row : rows) {
      const auto r = row_view(row);
      if (count == 0) width_ = r.size();
      check_length(r.size(), count, width_);
      for (std::size_t a = 0; a < width_; ++a) numbers.push_back(r[a]);
      ++count;
    }
  }
  [[nodiscard]] matrix_view<const T> view() const noexcept { return {numbers.data(), count, width_}; }

 private:
  std::size_t width_ = 0;
};

template <row_list Rows>
using row_number = typename decltype(row_view(*std::begin(std::declval<const Rows&>())))::value_type;

}  // namespace detail

/// A combination rule: callable with rows (N x V logits), weights, output, mask.
template <class R, class T>
concept rule = requires(const R& r, matrix_view<const T> rows, std::span<const double> w,
                        vector_view<T> out, mask_view allowed) {
  { r(rows, w, out, allowed) } -> std::same_as<outcome>;
};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_OUTCOME_HPP
