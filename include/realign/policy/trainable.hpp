// SPDX-License-Identifier: MIT
// What training asks of a policy: log-probabilities of steps, and their adjoint.
#ifndef REALIGN_POLICY_TRAINABLE_HPP
#define REALIGN_POLICY_TRAINABLE_HPP

#include <concepts>
#include <span>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0 {

/// One step of a trajectory: the action that was taken in a state. The state is not owned; steps with the
/// same address are in the same state, and are evaluated once.
template <class State, class Action>
struct step {
  const State* state;
  Action action;
};

/// A policy that can be trained from log-probabilities alone.
///
/// `P::scalar_type`, `P::state_type`, `P::action_type` name its types, `P::tape` holds what one forward pass must
/// remember (reused from batch to batch, so that it stops allocating).
///
/// | expression                    | meaning                                                                |
/// | ----------------------------- | ---------------------------------------------------------------------- |
/// | `p.log_probs(steps, tape, l)` | `l[t] = log pi(action_t given state_t)`; fills the tape                |
/// | `p.backward(tape, dl, grad)`  | `grad += sum_t dl[t] * d l[t] / d parameters`, of the last `log_probs` |
/// | `q.parameters()`              | all parameters as one contiguous span                                  |
template <class P>
concept trainable_policy =
    scalar<typename P::scalar_type> && std::copy_constructible<P> &&
    requires(const P& p, P& q, typename P::tape& tape,
             std::span<const step<typename P::state_type, typename P::action_type>> steps,
             std::span<typename P::scalar_type> l, std::span<const typename P::scalar_type> dl) {
      p.log_probs(steps, tape, l);
      p.backward(tape, dl, l);
      { q.parameters() } -> std::convertible_to<std::span<typename P::scalar_type>>;
      { p.parameters() } -> std::convertible_to<std::span<const typename P::scalar_type>>;
    };

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_TRAINABLE_HPP
