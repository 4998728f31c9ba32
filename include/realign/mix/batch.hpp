// SPDX-License-Identifier: MIT
// Combination rules over many states at once.
#ifndef REALIGN_MIX_BATCH_HPP
#define REALIGN_MIX_BATCH_HPP

#include <concepts>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/cube_view.hpp>
#include <realign/core/executor.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/policy/scale.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::mix {

/// What a batch reports.
struct [[nodiscard]] batch_outcome {
  realign::status status = realign::status::ok;
  std::size_t at = 0;  ///< unless `ok`: the first state in which no choice keeps any mass
};

namespace detail {

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

/// As `mix_states`, where several policies may share a register.
template <scalar T>
void mix_packed_states(const batch_problem<T>& q, std::size_t begin, std::size_t end, std::span<T> room) noexcept {
  for (std::size_t s = begin; s < end; ++s) {
    s += simd::detail::arithmetic_states(q.rows[s].data(), q.rows.cols(), q.rows.rows(), end - s, q.weights.of(s).data(),
                                         q.weights.stride, simd::detail::mask_data(q.allowed.of(s)), q.allowed.stride,
                                         !q.to.probabilities, room.empty() ? nullptr : room.data(),
                                         q.to.rows.row(s).data(), q.to.rows.row_stride());
    if (s < end) q.give_up(s);
  }
}
/// States [begin, end): what cannot be mixed becomes NaN.
template <readable T>
void mix_states(const arithmetic_rule&, const batch_problem<T>& q, std::size_t begin, std::size_t end) noexcept {
  widened<T> numbers[stack_room<widened<T>>];
  const std::size_t rows = q.rows.rows(), choices = q.rows.cols();
  const std::span<widened<T>> room(numbers, rows * choices <= stack_room<widened<T>> ? rows * choices : 0);
  if constexpr (scalar<T>) {
    if (q.allowed.none() || (choices <= short_row && simd::active() != simd::isa::portable))
      return mix_packed_states(q, begin, end, room);
  }
  for (std::size_t s = begin; s < end; ++s) {
    double log_mass = 0;
    const std::size_t sound = simd::arithmetic_mix(q.rows[s], q.weights.of(s), q.allowed.of(s), !q.to.probabilities, room,
                                                   q.to.rows.row(s), log_mass);
    if (sound < rows || !is_finite(log_mass)) q.give_up(s);
  }
}
template <readable T>
void mix_states(const geometric_rule&, const batch_problem<T>& q, std::size_t begin, std::size_t end) noexcept {
  for (std::size_t s = begin; s < end; ++s)
    if (!is_finite(simd::geometric_mix(q.rows[s], q.weights.of(s), q.allowed.of(s), !q.to.probabilities, q.to.rows.row(s))))
      q.give_up(s);
}

/// True when states may be mixed by `mix_states`, on any thread; else they are mixed one by one.
template <readable T>
[[nodiscard]] bool mixes_states(const arithmetic_rule&, const batch_problem<T>& q, std::size_t s) noexcept {
  return simd::fuses(q.rows[s], q.weights.of(s), q.to.rows.row(s)) && q.rows.rows() <= simd::detail::most_mixed_rows;
}
template <readable T>
[[nodiscard]] bool mixes_states(const geometric_rule&, const batch_problem<T>& q, std::size_t s) noexcept {
  return simd::detail::weights_only<widened<T>>(q.weights.of(s));
}

inline void check_batch_weights(const arithmetic_rule&, std::span<const double> w) { check_weights(w); }
inline void check_batch_weights(const geometric_rule&, std::span<const double> c) {
  for (std::size_t i = 0; i < c.size(); ++i)
    expects(is_finite(c[i]), "coefficients", "finite numbers", c[i], " at index ", i);
}

/// One state, by itself or, after a fault, again: NaN and plus infinity are errors that name state and row.
template <class Rule, readable T>
[[nodiscard]] status mix_one(const Rule&, const batch_problem<T>& q, std::size_t s) {
  for (std::size_t i = 0; i < q.rows.rows(); ++i)
    if (const double w = q.weights.of(s)[i]; w > 0 || w < 0)
      expects(!is_nan(simd::log_sum_exp(q.rows[s].row(i))), "logits", "numbers or minus infinity",
              "NaN or plus infinity in row ", i, " of state ", s);
  const status found = Rule::template mix<T>(q.rows[s], q.weights.of(s), q.to.of(s), q.allowed.of(s), nullptr).status;
  if (found != status::ok) q.give_up(s);
  return found;
}

template <class Rule, readable T, executor Executor>
batch_outcome run_batch(const Rule& rule, const batch_problem<T>& q, const Executor& ex) {
  const std::size_t states = q.rows.depth();
  expects(q.rows.rows() > 0, "rows", "at least one policy", "none");
  expects(q.weights.count == q.rows.rows(), "weights", "one per policy", q.weights.count, " for ", q.rows.rows(),
          " policies");
  expects(q.to.rows.rows() == states && q.to.rows.cols() == q.rows.cols(), "out", "a row per state, a number per choice",
          q.to.rows.rows(), " x ", q.to.rows.cols(), " for ", states, " states of ", q.rows.cols(), " choices");
  expects(q.allowed.none() || q.allowed.count == q.rows.cols(), "allowed", "one byte per choice", q.allowed.count, " for ",
          q.rows.cols(), " choices");
  bool together = true;
  for (std::size_t s = 0; s < states && (s == 0 || q.weights.stride > 0); ++s) {
    check_batch_weights(rule, q.weights.of(s));
    together = together && mixes_states(rule, q, s);
  }
  if (together && q.rows.cols() > 0)
    ex(states, [&](std::size_t begin, std::size_t end) { mix_states(rule, q, begin, end); });
  batch_outcome out;
  for (std::size_t s = 0; s < states; ++s) {
    if (together && q.rows.cols() > 0 && !is_nan(q.to.rows(s, 0))) continue;
    const status found = mix_one(rule, q, s);
    if (found == status::ok || out.status != status::ok) continue;
    out = {found, s};
  }
  return out;
}

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

}  // namespace detail

/// A rule over B states: `batch(mix::arithmetic, rows, w, out, allowed, executor)`, the same for `mix::geometric`.
///
/// @param rows     B x N x A logits, also of 16 bits
/// @param w        N weights, or coefficients, for all states (a span); or B x N of them (a `matrix_view`)
/// @param out      B x A numbers, apart from the rows: log-probabilities, or probabilities if wrapped with `as_probs`
/// @param allowed  A bytes for all states (a span, empty: no mask); or B x A of them (a `matrix_view`)
/// @param ex       where it runs; the result is the same everywhere
/// @return `no_support` and the first state in which no choice keeps any mass: its row becomes NaN. All others are written
/// @throws contract_error as the rule does, for the first state with bad logits; after shapes and weights were found good
/// @cost as the rule for every state; rows of at most 8 choices share registers, several policies in each, but not those
///   of 16 bits. No allocation up to 16 policies of contiguous rows
template <class Rule, readable T, detail::weights_of_states W, detail::batch_output<widened<T>> Out,
          detail::masks_of_states Masks, executor Executor = serial>
batch_outcome batch(const Rule& rule, cube_view<const T> rows, const W& w, const Out& out, const Masks& allowed,
                    const Executor& ex = {}) {
  const std::size_t states = rows.depth();
  return detail::run_batch(rule,
                           detail::batch_problem<T>{rows, detail::weights_of(w, states), detail::masks_of(allowed, states),
                                                    detail::batch_target_of(out)},
                           ex);
}
/// Without a mask.
template <class Rule, readable T, detail::weights_of_states W, detail::batch_output<widened<T>> Out,
          executor Executor = serial>
  requires(!detail::masks_of_states<Executor>)
batch_outcome batch(const Rule& rule, cube_view<const T> rows, const W& w, const Out& out, const Executor& ex = {}) {
  return batch(rule, rows, w, out, mask_view{}, ex);
}

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_BATCH_HPP
