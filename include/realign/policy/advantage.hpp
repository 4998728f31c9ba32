// SPDX-License-Identifier: MIT
// The advantage that a policy trained by preference stands for: alpha times its log-probabilities.
#ifndef REALIGN_POLICY_ADVANTAGE_HPP
#define REALIGN_POLICY_ADVANTAGE_HPP

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/policy/policy.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0 {

/// A(s, a) = alpha log pi(a | s), pi normalised by log-softmax: the optimal advantage under
/// maximum-entropy reinforcement learning with temperature alpha (Hejna et al., ICLR 2024).
///
/// sum_a exp(A / alpha) = 1 in every state; impossible choices get minus infinity.
///
/// @param alpha  > 0, the temperature that the policy was trained with
/// @param out    one number per choice of `state`
/// @return `no_support` when no choice is possible: then `out` is minus infinity throughout
/// @throws contract_error for a bad alpha, or when a logit is NaN or plus infinity
/// @cost one evaluation and three passes; allocates only if the policy does
template <scalar T, class State, policy<State, T> P>
[[nodiscard]] status advantage(const P& p, const State& state, double alpha, std::span<T> out) {
  expects(is_finite(alpha) && alpha > 0, "alpha", "a finite number > 0", alpha);
  evaluate<T>(p, state, out);
  const vector_view<const T> logits{std::span<const T>(out)};
  const double log_z = simd::log_sum_exp(logits);
  if (is_neg_inf(log_z)) return status::no_support;
  for (std::size_t a = 0; a < out.size(); ++a)
    expects(!is_nan(out[a]) && !is_pos_inf(out[a]), "policy", "logits below plus infinity", out[a],
            " at choice ", a);
  for (T& x : out)
    if (!is_neg_inf(x)) x = static_cast<T>(alpha * (static_cast<double>(x) - log_z));
  return status::ok;
}
/// The same into any row of numbers, such as a std::vector; a row with steps costs a copy.
template <class State, class P, vector_like Out, class T = std::remove_cvref_t<decltype(as_view(std::declval<Out&>())[0])>>
  requires(!std::is_const_v<std::remove_reference_t<Out>> && policy<P, State, T>)
[[nodiscard]] status advantage(const P& p, const State& state, double alpha, Out& out) {
  const vector_view<T> row = as_view(out);
  if (row.contiguous()) return advantage(p, state, alpha, std::span<T>(row.data(), row.size()));
  std::vector<T> copy(row.size());
  const status found = advantage(p, state, alpha, std::span<T>(copy));
  for (std::size_t a = 0; a < copy.size(); ++a) row[a] = copy[a];
  return found;
}

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_ADVANTAGE_HPP
