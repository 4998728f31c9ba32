// SPDX-License-Identifier: MIT
// Objectives on the whole distribution of one state: KL-regularised reward, its variance-weighted
// form, and their optima in closed form.
#ifndef REALIGN_PREFERENCE_DISTRIBUTION_HPP
#define REALIGN_PREFERENCE_DISTRIBUTION_HPP

#include <cmath>
#include <cstddef>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/detail/distribution_rows.hpp>
#include <realign/preference/detail/variance_optimum.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0 {

/// What a distribution objective found.
struct distribution_value {
  realign::status status = realign::status::no_support;
  double loss = 0.0;        ///< minus the objective
  double multiplier = 0.0;  ///< of sum pi = 1, for optima
};

namespace detail {

/// -sum_a pi_a (R_a - k_a log(pi_a / q_a)) and, unless d is empty, its derivatives in the logits.
template <scalar T>
[[nodiscard]] distribution_value regularised_loss(vector_view<const T> logits,
                                                  vector_view<const T> reference,
                                                  vector_view<const T> reward,
                                                  const kl_weight<T>& k, vector_view<T> d) {
  k.validate(reference);
  expects(logits.size() == reference.size(), "logits", "as many as the reference", logits.size(),
          " for ", reference.size());
  expects(d.empty() || d.size() == logits.size(), "d_logits", "one per choice, or none", d.size());
  expect_finite_where_possible(reference, reward, "reward");
  const double log_p = simd::log_sum_exp(logits), log_q = simd::log_sum_exp(reference);
  if (is_nan(log_p) || is_nan(log_q)) return {.status = status::diverged};
  if (is_neg_inf(log_p) || is_neg_inf(log_q)) return {};
  const auto log_pi = [&](std::size_t a) { return static_cast<double>(logits[a]) - log_p; };
  const auto log_ratio = [&](std::size_t a) {
    return log_pi(a) - (static_cast<double>(reference[a]) - log_q);
  };
  double value = 0, mean = 0;
  for (std::size_t a = 0; a < logits.size(); ++a) {
    if (is_neg_inf(logits[a])) continue;
    if (is_neg_inf(reference[a])) return {};
    const double p = std::exp(log_pi(a)), penalty = k(a) * log_ratio(a);
    const double gain = static_cast<double>(reward[a]) - penalty;
    value += p * gain;
    mean += p * (gain - k(a));
  }
  for (std::size_t a = 0; a < d.size(); ++a) {
    if (is_neg_inf(logits[a])) continue;
    const double slope = static_cast<double>(reward[a]) - k(a) * (log_ratio(a) + 1);
    d[a] -= static_cast<T>(std::exp(log_pi(a)) * (slope - mean));
  }
  return {.status = status::ok, .loss = -value};
}

}  // namespace detail

/// KL-regularised reward of one state, to be minimised; the objective of RLHF (Ziegler et al.
/// 2019).
///
///     loss = -sum_a pi_a (R_a - beta log(pi_a / q_a)),    pi = softmax(logits), q =
///     softmax(reference)
///
/// @param logits, reference, reward  one number per choice; minus infinity logits mean never
/// @param beta      at least 1e-300
/// @param d_logits  += the gradient; empty: not wanted
/// @return `ok`; `no_support` when no choice is left or the policy makes one that the reference
/// never
///         makes; `diverged` when a logit is NaN or plus infinity. Nothing is written unless `ok`
/// @cost two passes per row, no allocation
/// @throws contract_error for wrong sizes, beta, or rewards that are not finite
template <scalar T>
[[nodiscard]] distribution_value kl_loss(vector_view<const T> logits,
                                         vector_view<const T> reference,
                                         vector_view<const T> reward, double beta,
                                         vector_view<T> d_logits = {}) {
  return detail::regularised_loss(logits, reference, reward, {beta, {}}, d_logits);
}

/// As above, for rows of one number type that `as_view` sees: vectors, spans, arrays of other libraries.
template <vector_like L, vector_of<scalar_of<L>> Q, vector_of<scalar_of<L>> R,
          detail::writable_row<scalar_of<L>> D = vector_view<scalar_of<L>>>
[[nodiscard]] distribution_value kl_loss(const L& logits, const Q& reference, const R& reward, double beta,
                                         D&& d_logits = {}) {
  const auto l = as_view(logits);
  const auto q = as_view(reference);
  const auto r = as_view(reward);
  return kl_loss<scalar_of<L>>(l, q, r, beta, as_view(d_logits));
}

/// The distribution that minimises `kl_loss`:
///
///     log pi*_a = log q_a + R_a / beta - log Z,    loss = -beta log Z
///
/// Where beta is small against what rewards differ by, the choices of the largest reward share what there is.
///
/// @param log_probs  written: log pi*; minus infinity where the reference is. May be `reference`
/// @return as `kl_loss`; the multiplier is beta (log Z - 1), see `variance_kl_optimum`
/// @cost three passes, no allocation
template <scalar T>
[[nodiscard]] distribution_value kl_optimum(vector_view<const T> reference,
                                            vector_view<const T> reward, double beta,
                                            vector_view<T> log_probs) {
  detail::kl_weight<T>{beta, {}}.validate(reference);
  detail::expect_finite_where_possible(reference, reward, "reward");
  expects(log_probs.size() == reference.size(), "log_probs", "one number per choice",
          log_probs.size());
  const double log_q = simd::log_sum_exp(reference);
  if (is_nan(log_q)) return {.status = status::diverged};
  if (is_neg_inf(log_q)) return {};
  double best = neg_infinity<double>();  // the largest reward; only what others are below it is divided
  for (std::size_t a = 0; a < reference.size(); ++a)
    if (!is_neg_inf(reference[a]) && (is_neg_inf(best) || static_cast<double>(reward[a]) > best))
      best = static_cast<double>(reward[a]);
  const auto tilted = [&](std::size_t a, double top) {
    const double below = rounded(static_cast<double>(reward[a]) - best);
    return (static_cast<double>(reference[a]) - log_q) + below / beta - top;
  };
  double top = neg_infinity<double>(), sum = 0;
  for (std::size_t a = 0; a < reference.size(); ++a) {
    if (is_neg_inf(reference[a])) continue;
    const double x = tilted(a, 0.0);
    if (is_neg_inf(top) || x > top) top = x;
  }
  for (std::size_t a = 0; a < reference.size(); ++a)
    if (!is_neg_inf(reference[a])) sum += std::exp(tilted(a, top));
  const double log_z = std::log(sum);
  for (std::size_t a = 0; a < reference.size(); ++a)
    log_probs[a] =
        is_neg_inf(reference[a]) ? neg_infinity<T>() : static_cast<T>(tilted(a, top) - log_z);
  const double total = top + log_z;  // log Z - best / beta
  return {.status = status::ok, .loss = -(best + beta * total), .multiplier = best + beta * (total - 1)};
}

/// As above, for rows of one number type that `as_view` sees.
template <vector_like Q, vector_of<scalar_of<Q>> R, detail::writable_row<scalar_of<Q>> Out>
[[nodiscard]] distribution_value kl_optimum(const Q& reference, const R& reward, double beta, Out&& log_probs) {
  const auto q = as_view(reference);
  const auto r = as_view(reward);
  return kl_optimum<scalar_of<Q>>(q, r, beta, as_view(log_probs));
}

/// The same with a penalty in proportion to how uncertain a reward is (Banerjee et al. 2025, as
/// recalled; the derivation is ours):
///
///     loss = -sum_a pi_a (R_a - beta v_a log(pi_a / q_a))
///
/// @param variance  v_a > 0, one per choice, such as the variance of an ensemble; floor it
template <scalar T>
[[nodiscard]] distribution_value variance_kl_loss(vector_view<const T> logits,
                                                  vector_view<const T> reference,
                                                  vector_view<const T> reward,
                                                  vector_view<const T> variance, double beta,
                                                  vector_view<T> d_logits = {}) {
  expects(variance.size() == reference.size(), "variance", "one number per choice",
          variance.size());
  return detail::regularised_loss(logits, reference, reward, {beta, variance}, d_logits);
}

/// As above, for rows of one number type that `as_view` sees.
template <vector_like L, vector_of<scalar_of<L>> Q, vector_of<scalar_of<L>> R, vector_of<scalar_of<L>> V,
          detail::writable_row<scalar_of<L>> D = vector_view<scalar_of<L>>>
[[nodiscard]] distribution_value variance_kl_loss(const L& logits, const Q& reference, const R& reward,
                                                  const V& variance, double beta, D&& d_logits = {}) {
  const auto l = as_view(logits);
  const auto q = as_view(reference);
  const auto r = as_view(reward);
  const auto v = as_view(variance);
  return variance_kl_loss<scalar_of<L>>(l, q, r, v, beta, as_view(d_logits));
}

/// The distribution that minimises `variance_kl_loss`:
///
///     log pi*_a = log q_a + (R_a - mu) / (beta v_a) - 1,    mu such that sum pi* = 1
///
/// Not q exp(R / (beta v)) renormalised, unless v is constant. Newton's method on the convex,
/// strictly decreasing log-sum-exp, from below: it cannot overshoot.
///
/// @param log_probs  written: log pi*; may be `reference`
/// @return as `kl_loss`, with mu as the multiplier; `not_converged` when 200 steps were not enough
/// @throws contract_error as `kl_loss`, and when beta times the variance of a possible choice is below 1e-300 or not
/// finite
template <scalar T>
[[nodiscard]] distribution_value variance_kl_optimum(vector_view<const T> reference,
                                                     vector_view<const T> reward,
                                                     vector_view<const T> variance, double beta,
                                                     vector_view<T> log_probs) {
  expects(variance.size() == reference.size(), "variance", "one number per choice",
          variance.size());
  const detail::kl_weight<T> k{beta, variance};
  k.validate(reference);
  k.expect_invertible(reference);
  detail::expect_finite_where_possible(reference, reward, "reward");
  expects(log_probs.size() == reference.size(), "log_probs", "one number per choice",
          log_probs.size());
  const double log_q = simd::log_sum_exp(reference);
  if (is_nan(log_q)) return {.status = status::diverged};
  if (is_neg_inf(log_q)) return {};
  detail::variance_optimum<T> optimum(reference, reward, k, log_q);
  if (!optimum.solve()) return {.status = status::not_converged};
  double spread = 0;
  for (std::size_t a = 0; a < reference.size(); ++a) {
    const bool possible = optimum.possible(a);
    const double l = possible ? optimum.log_pi(a) : 0.0;
    if (possible) spread += std::exp(l) * k(a);
    log_probs[a] = possible ? static_cast<T>(l) : neg_infinity<T>();
  }
  const double mu = optimum.multiplier();
  return {.status = status::ok, .loss = -(mu + spread), .multiplier = mu};
}

/// As above, for rows of one number type that `as_view` sees.
template <vector_like Q, vector_of<scalar_of<Q>> R, vector_of<scalar_of<Q>> V, detail::writable_row<scalar_of<Q>> Out>
[[nodiscard]] distribution_value variance_kl_optimum(const Q& reference, const R& reward, const V& variance,
                                                     double beta, Out&& log_probs) {
  const auto q = as_view(reference);
  const auto r = as_view(reward);
  const auto v = as_view(variance);
  return variance_kl_optimum<scalar_of<Q>>(q, r, v, beta, as_view(log_probs));
}

/// A pessimistic reward from an ensemble: -beta log mean_i exp(-R_i / beta).
///
/// Between the mean (beta to infinity) and the minimum (beta to 0); mean - variance / (2 beta) to
/// second order.
/// @param samples  finite, at least one
/// @param beta     at least 1e-300
template <scalar T>
[[nodiscard]] double soft_min_reward(vector_view<const T> samples, double beta) {
  expects(!samples.empty(), "samples", "at least one", "none");
  detail::expect_temperature(beta);
  double least = static_cast<double>(samples[0]), above = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    expects(is_finite(samples[i]), "samples", "finite numbers", samples[i], " at index ", i);
    if (static_cast<double>(samples[i]) < least) least = static_cast<double>(samples[i]);
  }
  for (std::size_t i = 0; i < samples.size(); ++i)
    above += std::expm1((least - static_cast<double>(samples[i])) / beta);
  return least - beta * std::log1p(above / static_cast<double>(samples.size()));
}

/// As above, for a row that `as_view` sees.
template <vector_like X>
[[nodiscard]] double soft_min_reward(const X& samples, double beta) {
  const auto x = as_view(samples);
  return soft_min_reward<scalar_of<X>>(x, beta);
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_DISTRIBUTION_HPP
