// SPDX-License-Identifier: MIT
// Batches of segments and pairs, what an evaluation finds in one, and what it needs for that.
#ifndef REALIGN_PREFERENCE_BATCH_HPP
#define REALIGN_PREFERENCE_BATCH_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// Segments, the pairs among them, and where their gradients go. Views only.
template <scalar T>
struct preference_batch {
  std::span<const segment<T>> segments;
  std::span<const preference_pair> pairs = {};
  std::span<const vector_view<T>> gradients =
      {};  ///< one per segment, as long as it; empty: forward only
};

/// What one evaluation found.
struct evaluation {
  realign::status status = realign::status::empty;
  double loss =
      0.0;  ///< mean over pairs plus regulariser; +inf when a preferred segment is impossible
  double accuracy =
      0.0;  ///< share of pairs whose better score agrees with the label; ties count one half
  double margin = 0.0;    ///< mean of (2 label - 1)(s_preferred - s_rejected)
  std::size_t empty = 0;  ///< segments without a step: they score 0, which compares nothing
  std::size_t at = 0;     ///< on failure: the segment whose score is at fault
};

/// What an evaluation needs beside its inputs, and what it says about each segment and pair. Reused
/// from batch to batch it stops allocating. Contents are undefined after a failure.
class batch_workspace {
 public:
  /// Room for a batch; allocates when it has grown.
  void resize(std::size_t segments, std::size_t pairs) {
    for (auto* v : {&scores_, &derivatives_, &likelihoods_, &coefficients_}) v->resize(segments);
    for (auto* v : {&per_pair_, &margins_}) v->resize(pairs);
  }

  /// One score per segment.
  [[nodiscard]] std::span<double> scores() noexcept { return scores_; }
  /// d loss / d score, one per segment.
  [[nodiscard]] std::span<double> derivatives() noexcept { return derivatives_; }
  /// One loss per pair, without the part that belongs to the whole batch.
  [[nodiscard]] std::span<double> per_pair() noexcept { return per_pair_; }
  /// The margin of each pair as the loss forms it, in the direction in which `preferred` wins.
  [[nodiscard]] std::span<double> margins() noexcept { return margins_; }
  /// Sums of log-probabilities and their coefficients, one per segment; written when there is a
  /// regulariser.
  [[nodiscard]] std::span<double> likelihoods() noexcept { return likelihoods_; }
  [[nodiscard]] std::span<double> coefficients() noexcept { return coefficients_; }

 private:
  std::vector<double> scores_, derivatives_, likelihoods_, coefficients_, per_pair_, margins_;
};

namespace detail {

template <scalar T>
void check_batch(const preference_batch<T>& batch, bool needs_reference) {
  check_segments(batch.segments, needs_reference);
  check_pairs(batch.pairs, batch.segments.size());
  if (batch.gradients.empty()) return;
  expects(batch.gradients.size() == batch.segments.size(), "gradients", "one view per segment",
          batch.gradients.size(), " for ", batch.segments.size(), " segments");
  for (std::size_t k = 0; k < batch.gradients.size(); ++k)
    expects(batch.gradients[k].size() == batch.segments[k].size(), "gradients",
            "one number per step", batch.gradients[k].size(), " for ", batch.segments[k].size(),
            " steps in segment ", k);
}

}  // namespace detail
}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_BATCH_HPP
