// SPDX-License-Identifier: MIT
// What a batch of states is made of, and how its shapes are checked.
#ifndef REALIGN_MIX_DETAIL_BATCH_PROBLEM_HPP
#define REALIGN_MIX_DETAIL_BATCH_PROBLEM_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/cube_view.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/view.hpp>
#include <realign/mix/detail/overlap.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/policy/scale.hpp>

namespace realign::inline v0::mix::detail {

/// Where a batch writes, a row per state.
template <scalar T>
struct batch_target {
  matrix_view<T> rows;
  bool probabilities;

  [[nodiscard]] target<T> of(std::size_t s) const noexcept { return {rows.row(s), probabilities}; }
};

template <scalar T>
[[nodiscard]] batch_target<T> batch_target_of(matrix_view<T> out) noexcept {
  return {out, false};
}
template <class M>
[[nodiscard]] auto batch_target_of(const log_probs<M>& out) noexcept {
  return batch_target_of(out.inner);
}
template <class M>
[[nodiscard]] auto batch_target_of(const probs<M>& out) noexcept {
  auto to = batch_target_of(out.inner);
  to.probabilities = true;
  return to;
}
template <class Out, class T>
concept batch_output = requires(const Out& out) {
  { batch_target_of(out) } -> std::same_as<batch_target<T>>;
};

/// Weights of every state: rows of their own, or one for all.
struct batch_weights {
  const double* data;
  std::size_t count;
  std::size_t stride;

  [[nodiscard]] std::span<const double> of(std::size_t s) const noexcept { return {data + s * stride, count}; }
};

/// Masks of every state: rows of their own, one for all, or none.
struct batch_masks {
  const unsigned char* data = nullptr;
  std::size_t count = 0;
  std::size_t stride = 0;

  [[nodiscard]] mask_view of(std::size_t s) const noexcept { return {data + s * stride, count}; }
  [[nodiscard]] bool none() const noexcept { return count == 0; }
};

template <readable T>
struct batch_problem {
  cube_view<const T> rows;
  batch_weights weights;
  batch_masks allowed;
  batch_target<widened<T>> to;

  void give_up(std::size_t s) const noexcept {
    for (std::size_t a = 0; a < rows.cols(); ++a) to.rows(s, a) = not_a_number<widened<T>>();
  }
};

[[nodiscard]] inline batch_weights weights_of(std::span<const double> w, std::size_t) noexcept {
  return {w.data(), w.size(), 0};
}
/// Rows of numbers or bytes, one behind the other or apart.
template <class T>
void check_rows(const char* name, const matrix_view<const T>& m, std::size_t states) {
  expects(m.rows() == states, name, "a row per state", m.rows(), " for ", states, " states");
  expects((m.rows() < 2 || m.row_stride() >= 0) && (m.col_stride() == 1 || m.cols() < 2), name, "contiguous rows",
          "steps of ", m.row_stride(), " and ", m.col_stride());
}
[[nodiscard]] inline batch_weights weights_of(const matrix_view<const double>& w, std::size_t states) {
  check_rows("weights", w, states);
  return {w.data(), w.cols(), static_cast<std::size_t>(w.row_stride())};
}
[[nodiscard]] inline batch_masks masks_of(const matrix_view<const unsigned char>& m, std::size_t states) {
  check_rows("allowed", m, states);
  return {m.data(), m.cols(), static_cast<std::size_t>(m.row_stride())};
}
[[nodiscard]] inline batch_masks masks_of(mask_view m, std::size_t) noexcept { return {m.data(), m.size(), 0}; }

template <class W>
concept weights_of_states = requires(const W& w) { detail::weights_of(w, 1); };
template <class M>
concept masks_of_states = requires(const M& m) { detail::masks_of(m, 1); };

template <readable T>
void check_batch_shapes(const batch_problem<T>& q) {
  const std::size_t states = q.rows.depth();
  expects(q.rows.rows() > 0, "rows", "at least one policy", "none");
  expects(q.weights.count == q.rows.rows(), "weights", "one per policy", q.weights.count, " for ", q.rows.rows(),
          " policies");
  expects(q.to.rows.rows() == states && q.to.rows.cols() == q.rows.cols(), "out", "a row per state, a number per choice",
          q.to.rows.rows(), " x ", q.to.rows.cols(), " for ", states, " states of ", q.rows.cols(), " choices");
  expects(q.allowed.none() || q.allowed.count == q.rows.cols(), "allowed", "one byte per choice", q.allowed.count, " for ",
          q.rows.cols(), " choices");
}
/// What is written for one state may not be read for another.
template <readable T>
void check_batch_apart(const batch_problem<T>& q) {
  const vector_view<const T> all(q.rows.data(), q.rows.depth() * q.rows.rows() * q.rows.cols());
  if (all.empty() || !byte_range(all).meets(byte_range(q.to.rows))) return;
  for (std::size_t s = 0; s < q.rows.depth(); ++s)
    expects(!shares(all, q.to.rows.row(s)), "out", "numbers apart from the rows", "some of them for state ", s);
}

}  // namespace realign::inline v0::mix::detail

#endif  // REALIGN_MIX_DETAIL_BATCH_PROBLEM_HPP
