// SPDX-License-Identifier: MIT
// The kernels of categorical pairs, a few pairs at a time, and the plan of a batch in such parts.
#ifndef REALIGN_PREFERENCE_DETAIL_CATEGORICAL_PART_HPP
#define REALIGN_PREFERENCE_DETAIL_CATEGORICAL_PART_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/view.hpp>
#include <realign/simd/isa.hpp>
#include <realign/simd/softmax_rows.hpp>

namespace realign::inline v0::detail {

/// Room for a few pairs at a time, small enough to stay in the cache.
template <scalar T>
class categorical_part {
 public:
  template <class Side>
  void resize(const Side& preferred, const Side& rejected, std::size_t pairs, std::size_t steps) {
    pairs_ = pairs;
    steps_ = steps;
    log_probs_.resize(2 * pairs * steps);
    d_log_probs_.resize(2 * pairs * steps);
    if (!preferred.mask.empty() || !rejected.mask.empty()) chosen_.resize(2 * pairs * steps);
    for (std::size_t k = 0; k < 2; ++k) {
      const Side& side = k == 0 ? preferred : rejected;
      const std::size_t runs = side.mask.empty() ? 1 : pairs;
      kept_[k].resize(runs * room(side, pairs * steps / runs));
    }
  }
  /// Log-probabilities of the steps of segment k (0: preferred, 1: rejected) of the p-th pair, and their derivatives.
  [[nodiscard]] vector_view<T> log_probs(std::size_t k, std::size_t p) noexcept {
    return {log_probs_.data() + (k * pairs_ + p) * steps_, steps_};
  }
  [[nodiscard]] vector_view<T> d_log_probs(std::size_t k, std::size_t p) noexcept {
    return {d_log_probs_.data() + (k * pairs_ + p) * steps_, steps_};
  }

  /// Log-probabilities of pairs [first, first + n) on side k; their derivatives become 0.
  template <class Side>
  void forward(std::size_t k, const Side& side, std::size_t first, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n * steps_; ++i) d_log_probs(k, 0).data()[i] = T(0);
    if (!side.mask.empty())
      for (std::size_t i = 0, from = first * steps_; i < n * steps_; ++i)
        chosen_of(k)[i] = side.exists(from + i) ? static_cast<std::size_t>(side.actions[from + i]) : 0;
    each_run(k, side, first, n, [&](auto rows, auto chosen, std::size_t at, simd::chosen_scratch<T>& kept) {
      simd::chosen_log_probs(rows(side.logits), chosen, std::span<T>(log_probs(k, 0).data() + at, chosen.size()), kept);
      set_[k] = kept.set;
    });
  }
  /// What the derivatives of these pairs say, into or onto d_logits.
  template <class Side>
  void backward(std::size_t k, const Side& side, std::size_t first, std::size_t n) noexcept {
    if (side.d_logits.rows() == 0) return;
    if (!side.accumulates && !replaces(side)) set_zero(side.d_logits, first * steps_, n * steps_);  // no run reaches the ends
    each_run(k, side, first, n, [&](auto rows, auto chosen, std::size_t at, const simd::chosen_scratch<T>& kept) {
      const std::span<const T> d(d_log_probs(k, 0).data() + at, chosen.size());
      if (replaces(side))
        simd::chosen_gradients(rows(side.logits), chosen, d, kept, rows(side.d_logits));
      else
        simd::add_chosen_gradients(rows(side.logits), chosen, d, kept, rows(side.d_logits));
    });
  }

 private:
  /// True when the derivatives go to where nothing of use is.
  template <class Side>
  [[nodiscard]] static bool replaces(const Side& side) noexcept {
    return !side.accumulates && side.mask.empty() && side.d_logits.rows() > 0;
  }
  static void set_zero(matrix_view<T> m, std::size_t first, std::size_t count) noexcept {
    for (std::size_t i = first; i < first + count; ++i)
      for (std::size_t a = 0; a < m.cols(); ++a) m(i, a) = T(0);
  }
  template <class Side>
  [[nodiscard]] static std::size_t room(const Side& side, std::size_t rows) noexcept {
    return simd::chosen_scratch<T>::size(rows, side.logits.cols());
  }
  [[nodiscard]] std::size_t* chosen_of(std::size_t k) noexcept { return chosen_.data() + k * pairs_ * steps_; }

  /// All rows in one run; with a mask, for each segment those from its first step to its last.
  template <class Side, class F>
  void each_run(std::size_t k, const Side& side, std::size_t first, std::size_t n, const F& f) noexcept {
    const auto run = [&](auto chosen, std::size_t at, std::size_t length, std::size_t room_before) {
      const auto rows = [&](auto m) {
        const auto from = static_cast<std::ptrdiff_t>(first * steps_ + at);
        return decltype(m)(m.data() + from * m.row_stride(), length, m.cols(), m.row_stride(), m.col_stride());
      };
      simd::chosen_scratch<T> kept{std::span<T>(kept_[k]).subspan(room_before), set_[k]};
      if (replaces(side)) kept.exps = rows(side.d_logits);
      f(rows, chosen.subspan(at, length), at, kept);
    };
    if (side.mask.empty()) return run(side.actions.subspan(first * steps_, n * steps_), 0, n * steps_, 0);
    for (std::size_t p = 0; p < n; ++p) {
      const auto mask = side.mask.subspan((first + p) * steps_, steps_);
      std::size_t begin = 0, end = steps_;
      while (begin < end && mask[begin] == 0) ++begin;
      while (begin < end && mask[end - 1] == 0) --end;
      if (begin == end) continue;
      run(std::span<const std::size_t>(chosen_of(k), n * steps_), p * steps_ + begin, end - begin,
          p * room(side, steps_));
    }
  }

  std::size_t pairs_ = 0, steps_ = 0;
  std::vector<T> log_probs_, d_log_probs_;  // of both sides, one behind the other
  std::vector<std::size_t> chosen_;         // the same; of masked sides only, with 0 under the mask
  std::vector<T> kept_[2];
  simd::isa set_[2] = {};
};

/// A batch in parts of a few pairs, and the parts in lanes that may run at once.
struct categorical_plan {
  std::size_t pairs, steps, together, parts, lanes;

  /// So many pairs at a time that their logits, and what is made of them, stay in the first level of
  /// the cache.
  categorical_plan(std::size_t n, std::size_t length, std::size_t bytes_per_row, std::size_t most_lanes) noexcept
      : pairs(n), steps(length), together(1) {
    constexpr std::size_t bytes = 16384;
    const std::size_t pair = 2 * steps * bytes_per_row;
    if (pair > 0 && pair < bytes) together = bytes / pair;
    parts = (pairs + together - 1) / together;
    lanes = parts < most_lanes ? parts : most_lanes;
  }
  /// Calls f(first pair, number of pairs) for the parts of a lane.
  template <class F>
  void each_part(std::size_t lane, const F& f) const {
    for (std::size_t k = lane * parts / lanes; k < (lane + 1) * parts / lanes; ++k)
      f(k * together, k + 1 < parts ? together : pairs - k * together);
  }
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_CATEGORICAL_PART_HPP
