// SPDX-License-Identifier: MIT
// Tags that say on which scale a policy or a row gives its numbers: logits, log-probabilities, probabilities.
#ifndef REALIGN_POLICY_SCALE_HPP
#define REALIGN_POLICY_SCALE_HPP

#include <type_traits>
#include <utility>

namespace realign::inline v0 {

/// A policy or an array whose numbers are logits. A bare policy means the same.
template <class P>
struct logits {
  P inner;
};

/// A policy or an array whose numbers are log-probabilities.
template <class P>
struct log_probs {
  P inner;
};

/// A policy or an array whose numbers are probabilities.
template <class P>
struct probs {
  P inner;
};

/// Wraps a policy; an lvalue is held by reference, an rvalue by value.
template <class P>
[[nodiscard]] constexpr logits<P> as_logits(P&& p) {
  return {std::forward<P>(p)};
}
template <class P>
[[nodiscard]] constexpr log_probs<P> as_log_probs(P&& p) {
  return {std::forward<P>(p)};
}
template <class P>
[[nodiscard]] constexpr probs<P> as_probs(P&& p) {
  return {std::forward<P>(p)};
}

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_SCALE_HPP
