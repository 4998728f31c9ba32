// SPDX-License-Identifier: MIT
// The multiplier that makes an f-divergence mean sum to one.
#ifndef REALIGN_MIX_DETAIL_DIVERGENCE_SOLVE_HPP
#define REALIGN_MIX_DETAIL_DIVERGENCE_SOLVE_HPP

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/divergence_mix.hpp>
#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/mix.hpp>
#include <realign/simd/rows.hpp>

namespace realign::inline v0::mix::detail {

/// f(n numbers of scratch): of the workspace, of the stack while they are few, else of the heap.
template <scalar T, class F>
REALIGN_NOINLINE outcome with_stack(std::size_t n, const F& f) {
  T numbers[stack_room<T>];
  return f(std::span<T>(numbers, n));
}
template <scalar T, class F>
outcome with_room(std::size_t n, workspace<T>* work, const F& f) {
  if (work != nullptr) return f(work->room(n));
  if (n <= stack_room<T>) return with_stack<T>(n, f);
  std::vector<T> numbers(n);
  return f(std::span<T>(numbers));
}

/// What a mean is made of.
template <scalar T>
struct divergence_input {
  matrix_view<const T> rows;
  std::size_t reference;
  std::span<const double> c;  ///< that of the reference is zero
  std::span<const double> log_norms;
  mask_view allowed;

  [[nodiscard]] double sum_c() const noexcept {
    double sum = 0;
    for (const double x : c) sum += x;
    return sum;
  }
  /// What the coefficients leave of one; exactly zero when all but rounding is gone.
  [[nodiscard]] double rest() const noexcept {
    const double left = 1 - sum_c();
    return libm::fabs(left) < 4e-15 ? 0.0 : left;
  }
  [[nodiscard]] bool possible(std::size_t a) const noexcept {
    return simd::detail::alive(allowed, a, rows(reference, a));
  }
  [[nodiscard]] bool all_possible() const noexcept {
    for (std::size_t a = 0; a < rows.cols(); ++a)
      if (!possible(a)) return false;
    return true;
  }
  /// A mask of the possible choices, in room that is theirs.
  [[nodiscard]] mask_view possible_choices(std::span<T> room) const noexcept {
    auto* const bytes = reinterpret_cast<unsigned char*>(room.data());
    for (std::size_t a = 0; a < rows.cols(); ++a) bytes[a] = possible(a) ? 1 : 0;
    return {bytes, rows.cols()};
  }
  /// The coefficients, and what they leave of one for the reference.
  void share_out(std::span<double> to) const noexcept {
    for (std::size_t i = 0; i < c.size(); ++i) to[i] = c[i];
    to[reference] = rest();
  }
};

[[nodiscard]] inline outcome no_mean() noexcept { return {status::no_support, neg_infinity<double>()}; }

/// Root of log mass(tau) between `low`, where the mass is at least one, and 0: Newton's steps, halving where one leaves the
/// bracket. 4 to 10 trials but for huge logits.
/// @param log_mass  what is left of it at the root: rounding
template <scalar T>
double solve_tau(std::span<const T> level, std::span<const T> distance, const simd::barrier_divergence& d, double low,
                 double& log_mass) noexcept {
  double high = 0, tau = low;
  for (int trials = 0;; ++trials) {
    const simd::trial at = simd::divergence_mass(level, distance, d, tau);
    log_mass = libm::log(at.mass);
    const double rounding = 2 * static_cast<double>(std::numeric_limits<T>::epsilon()) * (8 - tau / d.alpha);
    if (libm::fabs(log_mass) <= rounding || trials == 100) return tau;
    (at.mass > 1 ? low : high) = tau;
    double next = low / 2 + high / 2;
    if (at.mass > 0 && at.slope < 0) {
      const double newton = tau - log_mass / at.slope;
      if (newton > low && newton < high) next = newton;
    }
    const T step = static_cast<T>(next) - static_cast<T>(tau);  // as the kernels see it
    if (!(step > 0 || step < 0)) return tau;
    tau = next;
  }
}
/// From statistics to the mean.
/// @return tau
template <scalar T>
double solve_and_emit(std::span<T> level, std::span<T> distance, const simd::barrier_divergence& d, T least,
                      target<T> to) noexcept {
  const T low = simd::divergence_distances(d, least, level, distance);
  double log_mass = 0;
  const double tau = solve_tau<T>(level, distance, d, static_cast<double>(low), log_mass);
  simd::divergence_emit<T>(level, distance, d, tau, log_mass, to.row);
  if (to.probabilities) simd::exponentiate_logits(vector_view<const T>(to.row), 0.0, {}, to.row);
  return tau;
}
/// alpha divergences with alpha > 0, and Jensen-Shannon.
template <scalar T>
outcome barrier_mean(const divergence_input<T>& in, const simd::barrier_divergence& d, target<T> to, std::span<T> room) {
  const std::size_t n = in.rows.cols();
  const std::span<T> level = room.first(n), distance = room.last(n);
  const T least = simd::divergence_statistics(in.rows, in.reference, in.c, in.log_norms, d, in.allowed, level, distance);
  if (!is_finite(least)) return no_mean();
  const double tau = solve_and_emit(level, distance, d, least, to);
  return {status::ok, simd::divergence_nu(d, static_cast<double>(least), in.sum_c(), tau)};
}

/// Logs of the policies' weighted sum and of the reference, and the mass that the latter has to add (or take).
template <scalar T>
struct shifted_sum {
  std::span<T> mixed, prior;
  double shift;

  void drop(std::size_t a) noexcept {
    if (!is_neg_inf(mixed[a])) shift += libm::exp(static_cast<double>(mixed[a]));
    mixed[a] = prior[a] = neg_infinity<T>();
  }
  [[nodiscard]] double log_prior() const noexcept { return simd::log_sum_exp(vector_view<const T>(prior)); }
  /// log of mixed / prior; below every other one where only the reference makes the choice.
  [[nodiscard]] double log_ratio(std::size_t a) const noexcept {
    if (is_neg_inf(mixed[a])) return -(std::numeric_limits<double>::max)();
    return static_cast<double>(mixed[a]) - static_cast<double>(prior[a]);
  }
  [[nodiscard]] double top_ratio() const noexcept {
    double top = -(std::numeric_limits<double>::max)();
    for (std::size_t a = 0; a < prior.size(); ++a)
      if (!is_neg_inf(prior[a]) && log_ratio(a) > top) top = log_ratio(a);
    return top;
  }
  /// @return whether some choice was dropped whose ratio is at most `log_ratio`, and not the largest
  bool drop_up_to(double most, double top) noexcept {
    bool dropped = false;
    for (std::size_t a = 0; a < prior.size(); ++a) {
      if (is_neg_inf(prior[a]) || log_ratio(a) > most || !(log_ratio(a) < top)) continue;
      drop(a);
      dropped = true;
    }
    return dropped;
  }
  /// log(mixed + kappa prior), |kappa| = e^log_kappa with the sign of the shift.
  [[nodiscard]] double log_sum(std::size_t a, double log_kappa) const noexcept {
    const double m = static_cast<double>(mixed[a]), p = static_cast<double>(prior[a]);
    if (shift < 0) return m + simd::reference::log_one_less_exp(libm::fmax(log_ratio(a) - log_kappa, 1e-300));
    return shift > 0 ? simd::reference::log_add(m, p + log_kappa) : m;
  }
};
/// Pearson's chi-squared: [sum_i c_i pi_i + kappa pi_ref]_+ with the kappa that makes it sum to one. The mass is convex and
/// piecewise linear in kappa: Newton's steps come from above, and what one of them leaves without mass has none at the end.
template <scalar T>
outcome chi_squared_mean(const divergence_input<T>& in, target<T> to, std::span<T> room) {
  const std::size_t n = in.rows.cols();
  shifted_sum<T> sum{room.first(n), room.last(n), in.rest()};
  simd::arithmetic_mix(in.rows, in.c, in.log_norms, {}, vector_view<T>(sum.mixed));
  simd::normalize_logits(in.rows.row(in.reference), in.log_norms[in.reference], {}, vector_view<T>(sum.prior));
  for (std::size_t a = 0; a < n; ++a)
    if (!in.possible(a)) sum.drop(a);
  double log_prior = sum.log_prior();
  if (!is_finite(log_prior)) return no_mean();
  const auto log_kappa = [&] { return libm::log(libm::fabs(sum.shift)) - log_prior; };
  const double top = sum.top_ratio();
  while (sum.shift < 0 && sum.drop_up_to(log_kappa(), top)) log_prior = sum.log_prior();
  const double shift = sum.shift, log_size = shift < 0 || shift > 0 ? log_kappa() : 0;
  for (std::size_t a = 0; a < n; ++a)
    to.row[a] = is_neg_inf(sum.prior[a]) ? neg_infinity<T>() : static_cast<T>(sum.log_sum(a, log_size));
  normalize(to, simd::log_sum_exp(vector_view<const T>(to.row)));
  const double kappa = shift < 0 ? -libm::exp(log_size) : shift > 0 ? libm::exp(log_size) : 0.0;
  return {status::ok, in.rest() - kappa};
}

}  // namespace realign::inline v0::mix::detail

#endif  // REALIGN_MIX_DETAIL_DIVERGENCE_SOLVE_HPP
