// SPDX-License-Identifier: MIT
// The optimum of a weighted sum of rewards, from policies that were trained for one reward each under an f-divergence.
#ifndef REALIGN_MIX_F_DIVERGENCE_HPP
#define REALIGN_MIX_F_DIVERGENCE_HPP

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/detail/calls.hpp>
#include <realign/mix/detail/divergence_solve.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>

namespace realign::inline v0::mix {

/// An f-divergence D_f(pi || pi_ref) = E_ref[f(pi / pi_ref)] with f(1) = f'(1) = 0.
class divergence {
 public:
  /// f'(x) = log x: the geometric mixture.
  [[nodiscard]] static constexpr divergence reverse_kl() noexcept { return {family::reverse_kl, {}}; }
  /// f'(x) = 1 - 1 / x: a shifted harmonic mean.
  [[nodiscard]] static constexpr divergence forward_kl() noexcept { return {family::barrier, {1, false}}; }
  /// f'(x) = (1 - x^-alpha) / alpha, alpha > 0: between reverse (0) and forward (1) KL, and beyond.
  [[nodiscard]] static divergence alpha_family(double alpha) {
    expects(is_finite(alpha) && alpha > 0, "alpha", "a number > 0", alpha);
    return {family::barrier, {alpha, false}};
  }
  /// f'(x) = log(2 x / (1 + x))
  [[nodiscard]] static constexpr divergence jensen_shannon() noexcept { return {family::barrier, {1, true}}; }
  /// f'(x) = x - 1 (Pearson): the arithmetic mixture, less where the coefficients exceed one.
  [[nodiscard]] static constexpr divergence chi_squared() noexcept { return {family::chi_squared, {}}; }

 private:
  friend struct f_divergence;
  enum class family : unsigned char { reverse_kl, barrier, chi_squared };
  constexpr divergence(family kind, simd::barrier_divergence barrier) noexcept : kind_(kind), barrier_(barrier) {}

  family kind_;
  simd::barrier_divergence barrier_;
};

/// pi = pi_ref g(sum_i c_i f'(pi_i / pi_ref) - nu), g the inverse of f', nu such that pi sums to one: the exact optimum of
/// sum_i w_i E[R_i] - beta D_f(pi || pi_ref) when pi_i is optimal for R_i and beta_i, c_i = w_i beta_i / beta (MOD, Shi et
/// al. 2024, with nu solved instead of set to zero).
///
/// `f_divergence(divergence, reference)(rows, c, out, allowed)`: one of the rows is the reference, `reference` its
/// number; its coefficient has no effect (f'(1) = 0). c are numbers >= 0, not necessarily of sum one. Mass never appears
/// where the reference has none; but for chi-squared neither where a policy of positive coefficient has none.
///
/// @return status, and nu as `log_z` (for reverse KL the log of the mass before normalising); it may overflow when logits
///   do not. `no_support` when the reference or such a policy has no choice, or none is left; `out` is then untouched
/// @throws contract_error on shapes, NaN logits (naming the row), negative coefficients, a reference that is no row
/// @cost 2 (N + 1) V reads, then some 5 passes over two rows; 2 V numbers of scratch: from a `workspace` as last
///   argument, from the stack up to 32 KiB, else allocated
struct f_divergence : detail::calls<f_divergence> {
  f_divergence(divergence d, std::size_t reference) noexcept : divergence_(d), reference_(reference) {}

  template <scalar T>
  outcome mix(matrix_view<const T> rows, std::span<const double> c, detail::target<T> to, mask_view allowed,
              workspace<T>* work) const {
    detail::check_shapes(rows, c, allowed, to.row.size());
    detail::check_weights(c);
    expects(reference_ < rows.rows(), "reference", "the number of a row", reference_, " of ", rows.rows());
    detail::scratch log_norms(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      double& log_norm = log_norms.get()[i] = 0;
      if (c[i] > 0 || i == reference_) log_norm = detail::checked_log_norm(rows.row(i), i);
      if (!is_finite(log_norm)) return {status::no_support, log_norm};
    }
    const detail::divergence_input<T> in{rows, reference_, c, log_norms.get(), allowed};
    const bool chi_squared = divergence_.kind_ == divergence::family::chi_squared;
    if (divergence_.kind_ == divergence::family::reverse_kl) return product(in, to, work);
    if (!chi_squared && !(in.sum_c() > 0)) return reference_alone(in, to, work);
    return detail::with_room<T>(2 * rows.cols(), work, [&](std::span<T> room) {
      if (chi_squared) return detail::chi_squared_mean(in, to, room);
      return detail::barrier_mean(in, divergence_.barrier_, to, room);
    });
  }

 private:
  /// The geometric mixture in which the reference has what the coefficients leave of one.
  template <scalar T>
  outcome product(const detail::divergence_input<T>& in, detail::target<T> to, workspace<T>* work) const {
    detail::scratch c(in.c.size());
    for (std::size_t i = 0; i < in.c.size(); ++i) c.get()[i] = in.c[i];
    double& rest = c.get()[reference_] = 1 - in.sum_c();
    if (rest < 1e-12 && rest > -1e-12) rest = 0;
    double log_norm = 0;  // of the rows as they are combined
    for (std::size_t i = 0; i < in.c.size(); ++i) log_norm += c.get()[i] * in.log_norms[i];
    // what the reference rules out stays out even where it has no coefficient, or a negative one
    std::vector<unsigned char> possible;
    for (std::size_t a = 0; !(rest > 0) && possible.empty() && a < in.rows.cols(); ++a)
      if (is_neg_inf(in.rows(reference_, a))) possible.resize(in.rows.cols());
    for (std::size_t a = 0; a < possible.size(); ++a) possible[a] = in.possible(a) ? 1 : 0;
    outcome got = geometric_rule::mix(in.rows, c.get(), to, possible.empty() ? in.allowed : mask_view(possible), work);
    if (got.status == status::ok) got.log_z -= log_norm;
    return got;
  }
  /// The reference alone, over the allowed choices.
  template <scalar T>
  outcome reference_alone(const detail::divergence_input<T>& in, detail::target<T> to, workspace<T>* work) const {
    outcome got = product(in, to, work);
    if (got.status != status::ok) return got;
    const double mass = std::exp(got.log_z), alpha = divergence_.barrier_.alpha;
    got.log_z = divergence_.barrier_.jensen_shannon ? std::log1p(mass) - std::log(2.0)
                                                    : (std::pow(mass, alpha) - 1) / alpha;
    return got;
  }

  divergence divergence_;
  std::size_t reference_;
};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_F_DIVERGENCE_HPP
