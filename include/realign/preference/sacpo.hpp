// SPDX-License-Identifier: MIT
// Stepwise alignment (SACPO): a safe optimum in two runs of DPO, and its merged form P-SACPO.
#ifndef REALIGN_PREFERENCE_SACPO_HPP
#define REALIGN_PREFERENCE_SACPO_HPP

#include <cstddef>
#include <span>
#include <type_traits>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/distribution.hpp>
#include <realign/preference/dpo.hpp>

namespace realign::inline v0 {

/// SACPO (Wachi et al. 2024): max E[R] - beta KL with E[G] >= 0 has the optimum
/// pi_ref exp((R + lambda G) / beta), which two runs of DPO reach.
///
///     1. pairs by reward,  reference pi_ref,  coefficient beta:           gives pi_R
///     2. pairs by safety,  reference pi_R,    coefficient beta / lambda
///
/// `train` takes the policy as it is at its start for the reference, so the second call on the same
/// policy, with `second()`, does step 2. The order may be reversed. P-SACPO trains step 2 with a
/// large lambda and merges, see `merge_parameters`.
struct sacpo {
  double beta = 0.1;
  double lambda = 4.0;  ///< > 0; beta / lambda is 0.025, the paper tries 0.1 to 0.01

  void validate() const { detail::expect_positive(lambda, "lambda"); }
  [[nodiscard]] dpo first() const noexcept { return {.beta = beta}; }
  [[nodiscard]] dpo second() const {
    validate();
    return {.beta = beta / lambda};
  }
};

/// out = (1 - q) a + q b, the merge of P-SACPO: of the parameters before (a) and after (b) step 2.
///
/// For tabular and log-linear policies it is the optimum for lambda = q lambda_b, exactly. Of
/// log-probabilities it is a geometric mixture up to its normaliser.
///
/// @param q    in [0, 1]; the paper uses 0.25, 0.5, 0.75
/// @param out  as long as a and b; may be one of them
/// @throws contract_error for different sizes or another q
template <scalar T>
void merge_parameters(std::type_identity_t<std::span<const T>> a, std::type_identity_t<std::span<const T>> b,
                      double q, std::span<T> out) {
  detail::expect_probability(q, "q");
  expects(a.size() == b.size() && a.size() == out.size(), "b, out", "as many numbers as a",
          b.size(), " and ", out.size(), " for ", a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    double x = detail::scaled(1 - q, static_cast<double>(a[i]));
    x += detail::scaled(q, static_cast<double>(b[i]));
    out[i] = static_cast<T>(x);
  }
}

/// The exact results of the two steps in one state: log pi_R and log pi*.
///
///     pi_R = reference exp(reward / beta) / Z,    pi* = pi_R exp(lambda safety / beta) / Z'
///
/// @param reference  logits of pi_ref
/// @return as `kl_optimum`; on failure neither row is written
/// @cost two tilts, no allocation
template <scalar T>
[[nodiscard]] status sacpo_optimum(const sacpo& p, vector_view<const T> reference,
                                   vector_view<const T> reward, vector_view<const T> safety,
                                   vector_view<T> stage_1, vector_view<T> stage_2) {
  p.validate();
  expects(stage_2.size() == reference.size(), "stage_2", "one number per choice", stage_2.size());
  detail::expect_finite_where_possible(reference, safety, "safety");
  const distribution_value first = kl_optimum(reference, reward, p.beta, stage_1);
  if (!succeeded(first.status)) return first.status;
  return kl_optimum(vector_view<const T>(stage_1), safety, p.beta / p.lambda, stage_2).status;
}

/// As above, for rows of one number type that `as_view` sees.
template <vector_like Q, vector_of<scalar_of<Q>> R, vector_of<scalar_of<Q>> G, detail::writable_row<scalar_of<Q>> A,
          detail::writable_row<scalar_of<Q>> B>
[[nodiscard]] status sacpo_optimum(const sacpo& p, const Q& reference, const R& reward, const G& safety, A&& stage_1,
                                   B&& stage_2) {
  const auto q = as_view(reference);
  const auto r = as_view(reward);
  const auto g = as_view(safety);
  return sacpo_optimum<scalar_of<Q>>(p, q, r, g, as_view(stage_1), as_view(stage_2));
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SACPO_HPP
