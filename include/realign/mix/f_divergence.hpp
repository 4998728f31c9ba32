// SPDX-License-Identifier: MIT
// The optimum of a weighted sum of rewards, from policies that were trained for one reward each under an f-divergence.
#ifndef REALIGN_MIX_F_DIVERGENCE_HPP
#define REALIGN_MIX_F_DIVERGENCE_HPP

#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/detail/calls.hpp>
#include <realign/mix/detail/divergence_solve.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/detail/overlap.hpp>
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
  /// f'(x) = (1 - x^-alpha) / alpha, 0.001 <= alpha <= 1000: between reverse (0) and forward (1) KL, and beyond. A
  /// small alpha costs digits: results are exact to the rounding of a number divided by alpha.
  [[nodiscard]] static divergence alpha_family(double alpha) {
    expects(is_finite(alpha) && alpha >= 1e-3 && alpha <= 1e3, "alpha", "a number from 0.001 to 1000", alpha);
    return {family::barrier, {alpha, false}};
  }
  /// f'(x) = log(2 x / (1 + x))
  [[nodiscard]] static constexpr divergence jensen_shannon() noexcept { return {family::barrier, {1, true}}; }
  /// f'(x) = x - 1 (Pearson): the arithmetic mixture, less where the coefficients exceed one.
  [[nodiscard]] static constexpr divergence chi_squared() noexcept { return {family::chi_squared, {}}; }

 private:
  friend struct f_divergence;
  friend class divergence_tilt;
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
/// number; its coefficient has no effect (f'(1) = 0). c are numbers >= 0, not necessarily of sum one; out and allowed as in
/// `arithmetic`. Mass never appears where the reference has none; but for chi-squared neither where a policy of positive
/// coefficient has none.
///
/// @return status, and nu as `log_z` (for reverse KL the log of the mass before normalising); it may overflow when logits
///   do not. `no_support` when the reference or such a policy has no choice, or none is left; `out` is then untouched
/// @throws contract_error on shapes, negative coefficients, a reference that is no row, NaN or plus infinity in the
///   reference or a row of positive coefficient (naming it), also at a masked choice
/// @cost 2 (N + 1) V reads, then 4 to 10 passes over two rows; 2 V numbers of scratch: from a `workspace` as last
///   argument, from the stack up to 32 KiB, else allocated, as are numbers of more than 32 policies
struct f_divergence : detail::calls<f_divergence> {
  f_divergence(divergence d, std::size_t reference) noexcept : divergence_(d), reference_(reference) {}

  template <scalar T>
  outcome mix(const matrix_view<const T>& rows, std::span<const double> c, const detail::target<T>& to,
              mask_view allowed, workspace<T>* work) const {
    detail::check_shapes(rows, c, allowed, to.row.size());
    detail::check_weights(c);
    detail::check_apart(rows, {}, to.row);
    expects(reference_ < rows.rows(), "reference", "the number of a row", reference_, " of ", rows.rows());
    detail::scratch log_norms(rows.rows()), coefficients(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      coefficients.get()[i] = i == reference_ ? 0.0 : c[i];
      double& log_norm = log_norms.get()[i] = 0;
      if (c[i] > 0 || i == reference_) log_norm = detail::checked_log_norm(rows.row(i), i);
      if (!is_finite(log_norm)) return detail::no_mean();
    }
    return mean(detail::divergence_input<T>{rows, reference_, coefficients.get(), log_norms.get(), allowed}, to, work);
  }

 private:
  using family = divergence::family;

  template <scalar T>
  outcome mean(const detail::divergence_input<T>& in, const detail::target<T>& to, workspace<T>* work) const {
    const bool chi_squared = divergence_.kind_ == family::chi_squared;
    if (divergence_.kind_ == family::reverse_kl) return product(in, to, work);
    if (!chi_squared && !(in.sum_c() > 0)) return reference_alone(in, to, work);
    if (chi_squared && in.rest() >= 0 && in.all_possible()) return sum(in, to, work);
    return detail::with_room<T>(2 * in.rows.cols(), work, [&](std::span<T> room) {
      if (chi_squared) return detail::chi_squared_mean(in, to, room);
      return detail::barrier_mean(in, divergence_.barrier_, to, room);
    });
  }
  /// The arithmetic mixture in which the reference has what the coefficients leave of one.
  template <scalar T>
  outcome sum(const detail::divergence_input<T>& in, const detail::target<T>& to, workspace<T>* work) const {
    detail::scratch w(in.c.size());
    in.share_out(w.get());
    return arithmetic_rule::mix<T>(in.rows, w.get(), to, {}, work);
  }
  /// The geometric one.
  template <scalar T>
  outcome product(const detail::divergence_input<T>& in, const detail::target<T>& to, workspace<T>* work) const {
    detail::scratch c(in.c.size());
    in.share_out(c.get());
    outcome got;
    // what the reference rules out stays out even where it has no coefficient, or a negative one
    if (in.rest() > 0 || in.all_possible())
      got = geometric_rule::mix<T>(in.rows, c.get(), to, in.allowed, work);
    else
      got = detail::with_room<T>(in.rows.cols(), work, [&](std::span<T> room) {
        return geometric_rule::mix<T>(in.rows, c.get(), to, in.possible_choices(room), nullptr);
      });
    for (std::size_t i = 0; got.status == status::ok && i < in.c.size(); ++i)
      got.log_z -= c.get()[i] * in.log_norms[i];
    return got;
  }
  /// The reference alone, over the allowed choices.
  template <scalar T>
  outcome reference_alone(const detail::divergence_input<T>& in, const detail::target<T>& to, workspace<T>* work) const {
    outcome got = product(in, to, work);
    const simd::barrier_divergence& d = divergence_.barrier_;
    if (got.status == status::ok)
      got.log_z = simd::divergence_nu(d, neg_infinity<double>(), 0, d.alpha * got.log_z);
    return got;
  }

  divergence divergence_;
  std::size_t reference_;
};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_F_DIVERGENCE_HPP
