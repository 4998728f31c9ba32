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
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/detail/batch_problem.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::mix {

/// What a batch reports.
struct [[nodiscard]] batch_outcome {
  realign::status status = realign::status::ok;
  std::size_t at = 0;  ///< unless `ok`: the first state in which no choice keeps any mass
};

namespace detail {

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

template <class... Where>
void check_batch_weights(const arithmetic_rule&, std::span<const double> w, const Where&... where) {
  check_weights(w, where...);
}
template <class... Where>
void check_batch_weights(const geometric_rule&, std::span<const double> c, const Where&... where) {
  for (std::size_t i = 0; i < c.size(); ++i)
    expects(is_finite(c[i]), "coefficients", "finite numbers", c[i], " at index ", i, where...);
}
template <class Rule>
void check_batch_weights(const Rule& rule, const batch_weights& weights, std::size_t s) {
  if (weights.stride > 0)
    check_batch_weights(rule, weights.of(s), " of state ", s);
  else
    check_batch_weights(rule, weights.of(s));
}

/// The choices at which a rule reads logits: all, as they count in the normalisers, or the allowed ones.
[[nodiscard]] inline mask_view read_choices(const arithmetic_rule&, mask_view) noexcept { return {}; }
[[nodiscard]] inline mask_view read_choices(const geometric_rule&, mask_view allowed) noexcept { return allowed; }

/// One state, by itself or, after a fault, again: NaN and plus infinity are errors that name state and row.
template <class Rule, readable T>
[[nodiscard]] status mix_one(const Rule& rule, const batch_problem<T>& q, std::size_t s) {
  for (std::size_t i = 0; i < q.rows.rows(); ++i)
    if (const double w = q.weights.of(s)[i]; w > 0 || w < 0)
      expects(!is_nan(simd::log_sum_exp(q.rows[s].row(i), read_choices(rule, q.allowed.of(s)))), "logits",
              "numbers or minus infinity", "NaN or plus infinity in row ", i, " of state ", s);
  const status found = Rule::template mix<T>(q.rows[s], q.weights.of(s), q.to.of(s), q.allowed.of(s), nullptr).status;
  if (found != status::ok) q.give_up(s);
  return found;
}

template <class Rule, readable T, executor Executor>
batch_outcome run_batch(const Rule& rule, const batch_problem<T>& q, const Executor& ex) {
  const std::size_t states = q.rows.depth();
  check_batch_shapes(q);
  check_batch_apart(q);
  bool together = true;
  for (std::size_t s = 0; s < states && (s == 0 || q.weights.stride > 0); ++s) {
    check_batch_weights(rule, q.weights, s);
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
/// Rows that could be written to.
template <class Rule, readable T, class... Rest>
batch_outcome batch(const Rule& rule, cube_view<T> rows, const Rest&... rest) {
  return batch(rule, cube_view<const T>(rows), rest...);
}

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_BATCH_HPP
