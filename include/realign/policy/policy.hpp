// SPDX-License-Identifier: MIT
// What a policy is: something that gives a logit to every choice in a state. `evaluate` is the one way in.
#ifndef REALIGN_POLICY_POLICY_HPP
#define REALIGN_POLICY_POLICY_HPP

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/policy/scale.hpp>

namespace realign::inline v0 {

// The four forms of a policy, in the order in which they are looked for. Being an array is asked first
// and excludes the callable forms: array types often have call operators that accept anything.

/// A row of logits, the same in every state.
template <class P>
concept constant_policy = vector_like<P>;

/// Has `p.logits(state, out)`, which fills the logit of every choice without allocating.
template <class P, class State, class T>
concept logits_policy =
    !vector_like<P> && !foreign_array<P> && requires(const P& p, const State& s, std::span<T> out) {
      p.logits(s, out);
    };

/// Callable with `(state, out)`: fills the logit of every choice.
template <class P, class State, class T>
concept filling_policy =
    !vector_like<P> && !foreign_array<P> && !logits_policy<P, State, T> &&
    requires(const P& p, const State& s, std::span<T> out) { p(s, out); };

/// Callable with `(state)`: returns a row of logits.
template <class P, class State, class T>
concept returning_policy =
    !vector_like<P> && !foreign_array<P> && !logits_policy<P, State, T> &&
    !filling_policy<P, State, T> && requires(const P& p, const State& s) {
      { p(s) } -> vector_like;
    };

namespace detail {

template <class P>
struct unwrapped {
  using type = P;
};
template <class P>
struct unwrapped<logits<P>> {
  using type = std::remove_cvref_t<P>;
};
template <class P>
struct unwrapped<log_probs<P>> {
  using type = std::remove_cvref_t<P>;
};
template <class P>
struct unwrapped<probs<P>> {
  using type = std::remove_cvref_t<P>;
};
template <class P>
using unwrapped_t = typename unwrapped<std::remove_cvref_t<P>>::type;

template <class P>
inline constexpr bool gives_probs = false;
template <class P>
inline constexpr bool gives_probs<probs<P>> = true;

template <class P>
constexpr const auto& unwrap(const P& p) noexcept {
  if constexpr (requires { p.inner; } && !std::same_as<unwrapped_t<P>, P>)
    return p.inner;
  else
    return p;
}

template <class T, class V>
void copy_row(const V& row, std::span<T> out) {
  const auto view = as_view(row);
  expects(view.size() == out.size(), "policy", "as many logits as there are choices", view.size(),
          " for ", out.size(), " choices");
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = static_cast<T>(view[a]);
}
/// The logarithm of a probability as it came: a double that float rounds to zero is not zero.
template <class T, scalar P>
[[nodiscard]] T logit_of(const P& p, std::size_t a) {
  expects(is_finite(p) && p >= 0, "policy", "finite probabilities >= 0", p, " at choice ", a);
  return p > 0 ? static_cast<T>(libm::log(p)) : neg_infinity<T>();
}
template <class T, class V>
void copy_probs(const V& row, std::span<T> out) {
  const auto view = as_view(row);
  expects(view.size() == out.size(), "policy", "as many probabilities as there are choices", view.size(), " for ",
          out.size(), " choices");
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = logit_of<T>(view[a], a);
}

}  // namespace detail

/// P gives a logit of type T to every choice in a State. Bare, or wrapped with `as_logits`, `as_log_probs`,
/// `as_probs`.
template <class P, class State, class T>
concept policy = scalar<T> && (constant_policy<detail::unwrapped_t<P>> ||
                               logits_policy<detail::unwrapped_t<P>, State, T> ||
                               filling_policy<detail::unwrapped_t<P>, State, T> ||
                               returning_policy<detail::unwrapped_t<P>, State, T>);

namespace detail {

/// Says in a sentence why P is not a policy.
template <class P, class State, class T>
constexpr void explain_policy() {
  constexpr bool returns = requires(const P& p, const State& s) { p(s); };
  constexpr bool fills = requires(P& p, const State& s, std::span<T> out) { p.logits(s, out); } ||
                         requires(P& p, const State& s, std::span<T> out) { p(s, out); };
  if constexpr (foreign_array<P>) {
    explain_row<P>();
  } else if constexpr (returns) {
    using row = std::remove_cvref_t<decltype(std::declval<const P&>()(std::declval<const State&>()))>;
    if constexpr (foreign_array<row>) explain_row<row>();
    static_assert(foreign_array<row>, "realign: called with a state, the policy returns no row of float or double.");
  } else {
    static_assert(!fills, "realign: the policy's logits or call operator must be const: one policy serves all threads.");
    static_assert(fills,
                  "realign: no policy for this type of state. Expected a row of numbers, p.logits(state, span), "
                  "p(state, span), or p(state) that returns a row.");
  }
}

}  // namespace detail

/// Fills `out` with the logits of every choice of `state`.
///
/// Log-probabilities are logits as they are; of probabilities the log is taken (0 becomes minus infinity).
///
/// @param out  one number per choice; the policy must fill exactly these
/// @throws contract_error when a returned row has another length, or a probability is negative or not finite
/// @cost the policy's own; allocates only if the policy does
template <scalar T, class State, policy<State, T> P>
void evaluate(const P& p, const State& state, std::span<T> out) {
  const auto& inner = detail::unwrap(p);
  using Inner = detail::unwrapped_t<P>;
  constexpr bool probabilities = detail::gives_probs<std::remove_cvref_t<P>>;
  constexpr bool fills = logits_policy<Inner, State, T> || filling_policy<Inner, State, T>;
  const auto copy = [&](const auto& numbers) {
    if constexpr (probabilities)
      detail::copy_probs<T>(numbers, out);
    else
      detail::copy_row<T>(numbers, out);
  };
  if constexpr (constant_policy<Inner>)
    copy(inner);
  else if constexpr (logits_policy<Inner, State, T>)
    inner.logits(state, out);
  else if constexpr (filling_policy<Inner, State, T>)
    inner(state, out);
  else
    copy(inner(state));
  if constexpr (probabilities && fills && !constant_policy<Inner>)
    for (std::size_t a = 0; a < out.size(); ++a) out[a] = detail::logit_of<T>(out[a], a);
}

/// Refuses what is no policy with a sentence.
template <scalar T, class State, class P>
  requires(!policy<P, State, T>)
void evaluate(const P&, const State&, std::span<T>) {
  detail::explain_policy<detail::unwrapped_t<P>, State, T>();
}

/// The state knows how many choices it offers: `state.choice_count()`.
template <class State>
concept counts_choices = requires(const State& s) {
  { s.choice_count() } -> std::convertible_to<std::size_t>;
};

/// The policy knows how many choices a state offers: `p.choice_count(state)`.
template <class P, class State>
concept counts_choices_of = requires(const P& p, const State& s) {
  { p.choice_count(s) } -> std::convertible_to<std::size_t>;
};

}  // namespace realign::inline v0

#endif  // REALIGN_POLICY_POLICY_HPP
