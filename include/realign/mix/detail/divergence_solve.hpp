// SPDX-License-Identifier: MIT
// The multiplier that makes an f-divergence mean sum to one.
#ifndef REALIGN_MIX_DETAIL_DIVERGENCE_SOLVE_HPP
#define REALIGN_MIX_DETAIL_DIVERGENCE_SOLVE_HPP

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/divergence_mix.hpp>
#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/math.hpp>

namespace realign::inline v0::mix::detail {

/// f(n numbers of scratch): of the workspace, of the stack while they are few, else of the heap.
template <scalar T, class F>
REALIGN_NOINLINE outcome with_stack(const F& f) {
  T numbers[stack_room<T>];
  return f(std::span<T>(numbers));
}
template <scalar T, class F>
outcome with_room(std::size_t n, workspace<T>* work, const F& f) {
  if (work != nullptr) return f(work->room(n));
  if (n <= stack_room<T>) return with_stack<T>(f);
  std::vector<T> numbers(n);
  return f(std::span<T>(numbers));
}

/// What a mean is made of.
template <scalar T>
struct divergence_input {
  matrix_view<const T> rows;
  std::size_t reference;
  std::span<const double> c;
  std::span<const double> log_norms;
  mask_view allowed;

  /// Of all rows but the reference.
  [[nodiscard]] double sum_c() const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < c.size(); ++i) sum += i == reference ? 0.0 : c[i];
    return sum;
  }
  [[nodiscard]] bool possible(std::size_t a) const noexcept {
    return simd::detail::alive(allowed, a, rows(reference, a));
  }
};

/// Root of log mass(tau) between a tau whose mass is at least one and 0: Newton's steps, halving where one leaves the
/// bracket. Some 5 trials.
/// @param log_mass  what is left of it at the root, rounding
template <scalar T>
double solve_tau(std::span<const T> level, std::span<const T> distance, const simd::barrier_divergence& d, double low,
                 double& log_mass) {
  double high = 0, tau = low;
  for (int step = 0; step < 100; ++step) {
    const simd::trial at = simd::divergence_mass(level, distance, d, tau);
    log_mass = std::log(at.mass);
    if (std::fabs(log_mass) <= 16 * static_cast<double>(std::numeric_limits<T>::epsilon())) break;
    (log_mass > 0 ? low : high) = tau;
    double next = tau - log_mass / at.slope;
    if (!(next > low && next < high)) next = low / 2 + high / 2;
    if (!(next < tau || next > tau)) break;
    tau = next;
  }
  return tau;
}
/// alpha divergences with alpha > 0, and Jensen-Shannon.
template <scalar T>
outcome barrier_mean(const divergence_input<T>& in, const simd::barrier_divergence& d, target<T> to, std::span<T> room) {
  const std::size_t n = in.rows.cols();
  const std::span<T> level = room.first(n), distance = room.subspan(n, n);
  const T least = simd::divergence_statistics(in.rows, in.reference, in.c, in.log_norms, d, in.allowed, level, distance);
  if (!is_finite(least)) return {status::no_support, neg_infinity<double>()};
  const T low = simd::divergence_distances(d, least, level, distance);
  double log_mass = 0;
  const double tau = solve_tau<T>(level, distance, d, static_cast<double>(low), log_mass);
  simd::divergence_emit<T>(level, distance, d, tau, log_mass, to.row);
  if (to.probabilities) simd::exponentiate_logits(vector_view<const T>(to.row), 0.0, {}, to.row);
  return {status::ok, simd::divergence_nu(d, static_cast<double>(least), in.sum_c(), tau)};
}

/// Pearson's chi-squared: [sum_i c_i pi_i + kappa pi_ref]_+ with the kappa that makes it sum to one. The mass is convex and
/// piecewise linear in kappa: Newton's steps from above end.
template <scalar T>
outcome chi_squared_mean(const divergence_input<T>& in, target<T> to, std::span<T> room) {
  const std::size_t n = in.rows.cols();
  const std::span<T> mixed = room.first(n), prior = room.subspan(n, n);
  scratch c(in.c.size());
  for (std::size_t i = 0; i < in.c.size(); ++i) c.get()[i] = i == in.reference ? 0.0 : in.c[i];
  if (in.sum_c() > 0)
    simd::arithmetic_mix_probs(in.rows, c.get(), in.log_norms, in.allowed, vector_view<T>(mixed));
  else
    for (T& x : mixed) x = 0;
  simd::exponentiate_logits(in.rows.row(in.reference), in.log_norms[in.reference], in.allowed, vector_view<T>(prior));
  // the kappa that makes the choices sum to one which have mass at another one
  const auto next = [&](double least, double kappa) {
    double mixed_mass = 0, prior_mass = 0;
    for (std::size_t a = 0; a < n; ++a) {
      const double m = static_cast<double>(mixed[a]), p = static_cast<double>(prior[a]);
      if (!(p > 0) || !(m + kappa * p > least)) continue;
      mixed_mass += m;
      prior_mass += p;
    }
    return prior_mass > 0 ? (1 - mixed_mass) / prior_mass : not_a_number<double>();
  };
  double kappa = next(-1, 0);  // every choice
  if (is_nan(kappa)) return {status::no_support, neg_infinity<double>()};
  while (kappa < 0) {
    const double below = next(0, kappa);
    if (!(below < kappa)) break;
    kappa = below;
  }
  for (std::size_t a = 0; a < n; ++a) {
    const double q = static_cast<double>(mixed[a]) + kappa * static_cast<double>(prior[a]);
    mixed[a] = prior[a] > T(0) && q > 0 ? static_cast<T>(q) : T(0);
  }
  if (to.probabilities)
    for (std::size_t a = 0; a < n; ++a) to.row[a] = mixed[a];
  else
    simd::log(vector_view<const T>(std::span<const T>(mixed)), to.row);
  return {status::ok, 1 - in.sum_c() - kappa};
}

}  // namespace realign::inline v0::mix::detail

#endif  // REALIGN_MIX_DETAIL_DIVERGENCE_SOLVE_HPP
