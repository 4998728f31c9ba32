// SPDX-License-Identifier: MIT
// The arithmetic mixture of policies.
#ifndef REALIGN_MIX_ARITHMETIC_HPP
#define REALIGN_MIX_ARITHMETIC_HPP

#include <realign/mix/outcome.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::mix {

/// The type of `arithmetic`.
struct arithmetic_rule {
  /// Rows as one N x V matrix of logits.
  template <scalar T, detail::output Out>
  outcome operator()(matrix_view<const T> rows, std::span<const double> w, Out&& out,
                     mask_view allowed = {}) const {
    const detail::target<T> to = detail::target_of(std::forward<Out>(out));
    detail::check_shapes(rows, w, allowed, to.row.size());
    detail::scratch log_norms(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      log_norms.get()[i] = 0;
      expects(is_finite(w[i]) && w[i] >= 0, "weights", "finite entries >= 0", w[i], " at index ", i);
      if (!(w[i] > 0)) continue;
      const double log_norm = detail::checked_log_norm(rows.row(i), i);
      if (!is_finite(log_norm)) return {status::no_support, log_norm};
      log_norms.get()[i] = log_norm;
    }
    if (!any_mass(rows, w, allowed)) return {status::no_support, neg_infinity<double>()};
    if (allowed.empty()) {
      fill(rows, w, log_norms.get(), allowed, to);
      return {status::ok, 0.0};
    }
    simd::arithmetic_mix(rows, w, log_norms.get(), allowed, to.row);
    const double log_z = simd::log_sum_exp(vector_view<const T>(to.row));
    detail::normalize(to, log_z);
    return {status::ok, log_z};
  }
  template <scalar T, detail::output Out>
  outcome operator()(matrix_view<T> rows, std::span<const double> w, Out&& out,
                     mask_view allowed = {}) const {
    return (*this)(matrix_view<const T>(rows), w, std::forward<Out>(out), allowed);
  }
  /// Rows as a list of arrays; copies them (allocates).
  template <detail::row_list Rows, detail::output Out>
  outcome operator()(const Rows& rows, std::span<const double> w, Out&& out, mask_view allowed = {}) const {
    const detail::packed_rows<detail::row_scalar<Rows>> packed(rows);
    return (*this)(packed.view(), w, std::forward<Out>(out), allowed);
  }

 private:
  template <scalar T>
  static void fill(matrix_view<const T> rows, std::span<const double> w, std::span<const double> log_norms,
                   mask_view allowed, detail::target<T> to) noexcept {
    if (to.probabilities)
      simd::arithmetic_mix_probs(rows, w, log_norms, allowed, to.row);
    else
      simd::arithmetic_mix(rows, w, log_norms, allowed, to.row);
  }
  template <scalar T>
  static bool any_mass(matrix_view<const T> rows, std::span<const double> w, mask_view allowed) noexcept {
    for (std::size_t i = 0; i < rows.rows(); ++i)
      if (w[i] > 0)
        for (std::size_t a = 0; a < rows.cols(); ++a)
          if (simd::detail::alive(allowed, a, rows(i, a))) return true;
    return false;
  }
};

/// pi(a) = sum_i w_i pi_i(a), over the allowed choices, renormalised (the poster's Eq. 3).
///
/// `arithmetic(rows, w, out, allowed)`: rows N x V logits (a matrix, or a list of arrays of equal length); w
/// N weights; out V numbers: log-probabilities, or probabilities if wrapped with `as_probs`; allowed V bytes, or
/// nothing. A choice that one weighted policy makes, the mixture makes: a mask is the only way to forbid it.
///
/// @return status, and the log of the mass that the mask leaves (0 without a mask). `no_support` when a
///   weighted policy has no choice at all, or the mask leaves none; `out` is then untouched
/// @throws contract_error on shapes, NaN logits (naming the row), negative weights
/// @cost 2 N V reads, 2 N V exponentials; allocates only for more than 32 policies
inline constexpr arithmetic_rule arithmetic{};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_ARITHMETIC_HPP
