// SPDX-License-Identifier: MIT
// The power mean of policies.
#ifndef REALIGN_MIX_POWER_MEAN_HPP
#define REALIGN_MIX_POWER_MEAN_HPP

#include <cstddef>
#include <limits>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/mix/detail/calls.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/power_mix.hpp>

namespace realign::inline v0::mix {

namespace detail {

/// Some allowed choice that one, or every, weighted policy makes.
template <scalar T>
[[nodiscard]] bool any_choice(matrix_view<const T> rows, std::span<const double> w, mask_view allowed,
                              bool by_all) noexcept {
  for (std::size_t a = 0; a < rows.cols(); ++a) {
    if (!allowed.empty() && allowed[a] == 0) continue;
    std::size_t weighted = 0, makers = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (!(w[i] > 0)) continue;
      ++weighted;
      makers += is_neg_inf(rows(i, a)) ? 0U : 1U;
    }
    if (makers > 0 && (!by_all || makers == weighted)) return true;
  }
  return false;
}

/// Weights that have a sum: those of the user or, where it would overflow, the same times a power of two. None becomes zero.
inline std::span<const double> summable(std::span<const double> w, scratch& room) noexcept {
  double sum = 0, top = 0;
  for (const double v : w) {
    sum += v;
    if (v > top) top = v;
  }
  if (is_finite(sum)) return w;
  const int exponent = libm::ilogb(top);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double scaled = libm::ldexp(w[i], -exponent);
    room.get()[i] = w[i] > 0 && !(scaled > (std::numeric_limits<double>::min)()) ? (std::numeric_limits<double>::min)() : scaled;
  }
  return room.get();
}

}  // namespace detail

/// pi(a) proportional to (sum_i w_i pi_i(a)^p)^(1/p) over the allowed choices: from consensus to veto.
///
/// `power_mean(p)(rows, w, out, allowed)`, arguments as in `arithmetic`; weights are scaled to sum to one. p is any
/// number or plus or minus infinity: 1 is the arithmetic mixture, 0 the geometric one, -1 the harmonic mean, infinity the
/// largest and minus infinity the smallest probability. For p > 0 a choice stays when any policy makes it, else when all
/// do: the lower p, the more each policy can veto.
///
/// @return status, and the log of the mass before normalising. `no_support` when a weighted policy has no choice at all,
///   or no choice is left; `out` is then untouched
/// @throws contract_error on shapes, NaN logits (naming the row), negative weights, NaN for p
/// @cost 2 N V reads, (2 N + 2) V exponentials or logarithms; allocates only for more than 32 policies
struct power_mean : detail::calls<power_mean> {
  double p;

  explicit power_mean(double exponent) : p(exponent) {
    expects(!is_nan(exponent), "p", "a number, or plus or minus infinity", exponent);
  }

  template <scalar T>
  outcome mix(const matrix_view<const T>& rows, std::span<const double> w, const detail::target<T>& to,
              mask_view allowed, workspace<T>*) const {
    detail::check_shapes(rows, w, allowed, to.row.size());
    detail::check_weights(w);
    detail::scratch log_norms(rows.rows()), scaled(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      double& log_norm = log_norms.get()[i] = 0;
      if (w[i] > 0) log_norm = detail::checked_log_norm(rows.row(i), i);
      if (!is_finite(log_norm)) return none();
    }
    if (!detail::any_choice(rows, w, allowed, !(p > 0))) return none();
    simd::power_mix(rows, detail::summable(w, scaled), log_norms.get(), p, allowed, to.row);
    const double log_z = simd::log_sum_exp(vector_view<const T>(to.row));
    detail::normalize(to, log_z);
    return {status::ok, log_z};
  }

 private:
  [[nodiscard]] static outcome none() noexcept { return {status::no_support, neg_infinity<double>()}; }
};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_POWER_MEAN_HPP
