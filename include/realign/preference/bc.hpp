// SPDX-License-Identifier: MIT
// Behaviour cloning: the mean of -log pi over recorded steps.
#ifndef REALIGN_PREFERENCE_BC_HPP
#define REALIGN_PREFERENCE_BC_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// Behaviour cloning as a loss to train with: unscaled, undiscounted, without labels.
///
///     loss = mean over steps of -log pi(a_t | s_t)
struct bc {
  sides data =
      sides::both;  ///< clone all segments of the pairs, or those that are preferred in some pair
};

/// Cloning as an objective on sums of log-probabilities (`nll::score()`): loss = -sum_k s_k /
/// steps.
struct mean_step_nll {
  std::size_t steps;  ///< existing steps in all segments together, > 0

  double operator()(std::span<const double> s, std::span<double> ds,
                    double weight = 1.0) const noexcept {
    const double share = 1.0 / static_cast<double>(steps);
    double sum = 0;
    for (std::size_t k = 0; k < s.size(); ++k) {
      sum += s[k];
      ds[k] -= weight * share;
    }
    return -share * sum;
  }
};

/// Evaluates behaviour cloning on the segments of a batch; its pairs are not used.
///
/// @return as `evaluate_group`; `empty` when no step exists
/// @cost two passes over the steps; allocates only when `ws` grows
template <scalar T>
[[nodiscard]] evaluation evaluate_cloning(const preference_batch<T>& batch, batch_workspace& ws) {
  std::size_t steps = 0;
  for (const segment<T>& s : batch.segments) {
    expects(s.mask.empty() || s.mask.size() == s.size(), "mask", "one byte per step", s.mask.size(),
            " for ", s.size(), " steps");
    steps += s.steps();
  }
  if (steps == 0) return {};
  return evaluate_group(nll::score(), mean_step_nll{steps}, batch, ws);
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_BC_HPP
