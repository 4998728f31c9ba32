// SPDX-License-Identifier: MIT
// Advantages of a policy that was trained by preference: A(s, a) = alpha log pi(a | s).
#ifndef REALIGN_PREFERENCE_ADVANTAGE_HPP
#define REALIGN_PREFERENCE_ADVANTAGE_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/policy/policy.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0 {

/// out_a = alpha log pi(a | s): the advantages of the maximum-entropy problem whose optimum is the
/// policy (Hejna et al. 2024). Minus infinity for a choice that the policy never makes.
///
/// @param alpha  temperature that the policy was trained with, finite and > 0
/// @param out    one number per choice
/// @return `no_support` when the policy can make no choice: every entry of `out` is then minus
/// infinity
/// @throws contract_error when alpha is out of range or a logit is NaN or plus infinity
/// @cost the policy's own and three passes; no allocation
template <scalar T, class State, policy<State, T> P>
status advantage(const P& p, const State& state, double alpha, std::span<T> out) {
  expects(is_finite(alpha) && alpha > 0, "alpha", "a finite number > 0", alpha);
  evaluate(p, state, out);
  const vector_view<T> row(out);
  const double log_z = simd::log_softmax(vector_view<const T>(row), row);
  expects(!is_nan(log_z), "policy", "logits that are numbers", "NaN or plus infinity");
  if (is_neg_inf(log_z)) return status::no_support;
  for (T& a : out)
    if (!is_neg_inf(a)) a = static_cast<T>(alpha * static_cast<double>(a));
  return status::ok;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_ADVANTAGE_HPP
