// SPDX-License-Identifier: MIT
// A policy tilted by a reward, under any of the divergences.
#ifndef REALIGN_MIX_DIVERGENCE_TILT_HPP
#define REALIGN_MIX_DIVERGENCE_TILT_HPP

#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/mix/detail/divergence_solve.hpp>
#include <realign/mix/f_divergence.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>
#include <realign/simd/divergence_mix.hpp>
#include <realign/simd/log_sum_exp.hpp>

namespace realign::inline v0::mix {

namespace detail {

/// Log of the base, and (largest reward - reward) / beta, of every choice; minus infinity and zero where it cannot be made.
template <scalar T>
struct tilt_rows {
  std::span<T> level, gap;
  double top = 0;  ///< largest reward / beta

  /// @return false when no choice is left whose log-probability T holds
  [[nodiscard]] bool read(vector_view<const T> base, double log_norm, vector_view<const T> reward, double beta,
                          mask_view allowed) {
    simd::normalize_logits(base, log_norm, allowed, vector_view<T>(level));
    bool found = false;
    for (std::size_t a = 0; a < level.size(); ++a) {
      if (is_neg_inf(level[a])) continue;
      expects(is_finite(reward[a]), "reward", "numbers", reward[a], " at choice ", a);
      const double r = static_cast<double>(reward[a]);
      if (!found || r > top) top = r;
      found = true;
    }
    for (std::size_t a = 0; a < level.size(); ++a) gap[a] = is_neg_inf(level[a]) ? T(0) : gap_of(reward[a], beta);
    top /= beta;
    return found;
  }

 private:
  /// A number whatever beta, and sums of such numbers by probability too.
  [[nodiscard]] T gap_of(const T& reward, double beta) const noexcept {
    constexpr double most = static_cast<double>((std::numeric_limits<T>::max)()) / 4;
    const double below = rounded(top - static_cast<double>(reward));
    if (!(below > 0)) return 0;
    const double over = below / beta;
    return static_cast<T>(over < most ? over : most);
  }
};

/// base e^-gap, normalised.
template <scalar T>
outcome reverse_kl_tilt(const tilt_rows<T>& in, target<T> to) noexcept {
  for (std::size_t a = 0; a < in.level.size(); ++a)
    if (!is_neg_inf(in.level[a])) in.level[a] -= in.gap[a];
  const double log_z = simd::log_sum_exp(vector_view<const T>(in.level));
  for (std::size_t a = 0; a < in.level.size(); ++a) to.row[a] = in.level[a];
  normalize(to, log_z);
  return {status::ok, log_z + in.top};
}
/// base (k - gap)_+: Newton's steps for k come from above, and what one of them leaves without mass has none at the end.
template <scalar T>
outcome chi_squared_tilt(const tilt_rows<T>& in, target<T> to) noexcept {
  double log_mass = 0, mean = 0;
  const auto log_ratio = [&](std::size_t a) {  // of k - gap to 1 / mass
    const double over = (mean - static_cast<double>(in.gap[a])) * libm::exp(log_mass);
    return over > -1 ? libm::log1p(over) : neg_infinity<double>();
  };
  for (bool dropped = true; dropped;) {
    dropped = false;
    log_mass = simd::log_sum_exp(vector_view<const T>(in.level));
    mean = 0;
    for (std::size_t a = 0; a < in.level.size(); ++a)
      if (!is_neg_inf(in.level[a]))
        mean += libm::exp(static_cast<double>(in.level[a]) - log_mass) * static_cast<double>(in.gap[a]);
    for (std::size_t a = 0; a < in.level.size(); ++a) {
      if (is_neg_inf(in.level[a]) || !is_neg_inf(log_ratio(a))) continue;
      in.level[a] = neg_infinity<T>();
      dropped = true;
    }
  }
  for (std::size_t a = 0; a < in.level.size(); ++a) {
    to.row[a] = in.level[a];
    if (!is_neg_inf(in.level[a])) to.row[a] = static_cast<T>(static_cast<double>(in.level[a]) - log_mass + log_ratio(a));
  }
  normalize(to, simd::log_sum_exp(vector_view<const T>(to.row)));
  return {status::ok, 1 + in.top - mean - libm::exp(-log_mass)};
}
/// alpha divergences with alpha > 0 and Jensen-Shannon: the mean's solver, with S = 1 + alpha gap.
template <scalar T>
outcome barrier_tilt(const tilt_rows<T>& in, const simd::barrier_divergence& d, target<T> to) noexcept {
  constexpr double most = (std::numeric_limits<double>::max)();
  for (T& gap : in.gap) {
    const double over = d.alpha * static_cast<double>(gap);
    gap = static_cast<T>(libm::log1p(over < most ? over : most));
  }
  const double tau = solve_and_emit(in.level, in.gap, d, T(0), to);
  return {status::ok, simd::divergence_nu(d, neg_infinity<double>(), 0, tau) + in.top};
}

}  // namespace detail

/// pi = base g(reward / beta - nu)_+, g the inverse of f', nu such that pi sums to one: the maximiser of
/// E[reward] - beta D_f(pi || base). Reverse KL is the exponential tilt; under chi-squared choices of low reward get no mass
/// at all, which keeps a policy from being taken in by an imperfect reward (inference-time pessimism, Huang et al. 2025).
///
/// `divergence_tilt(divergence, beta)(base, reward, out, allowed)`: base V logits, reward V numbers of the same type, beta
/// > 0 in units of the reward; out and allowed as in `arithmetic`. A reward of a choice that the base or the mask rules out
/// is not read.
///
/// @return status, and nu as `log_z` (for reverse KL the log of E_base[e^(reward / beta)]); it overflows where
///   reward / beta does, while a difference of rewards over beta that their type does not hold counts as a quarter of its
///   largest number. `no_support` when no choice is left; `out` is then untouched
/// @throws contract_error on shapes, NaN, beta that is not positive
/// @cost 4 V reads, then 4 to 10 passes over two rows (reverse KL: one); 2 V numbers of scratch: from a `workspace` as last
///   argument, from the stack up to 32 KiB, else allocated
class divergence_tilt {
 public:
  divergence_tilt(divergence d, double beta) : divergence_(d), beta_(beta) {
    expects(is_finite(beta) && beta > 0, "beta", "a number > 0", beta);
  }

  template <vector_like Base, vector_like Reward, detail::output Out>
  outcome operator()(const Base& base, const Reward& reward, Out&& out, mask_view allowed = {}) const {
    using number = scalar_of<const Base>;
    return tilt<number>(as_view(base), as_view(reward), detail::target_of(std::forward<Out>(out)), allowed, nullptr);
  }
  template <vector_like Base, vector_like Reward, detail::output Out>
  outcome operator()(const Base& base, const Reward& reward, Out&& out, mask_view allowed,
                     workspace<scalar_of<const Base>>& work) const {
    using number = scalar_of<const Base>;
    return tilt<number>(as_view(base), as_view(reward), detail::target_of(std::forward<Out>(out)), allowed, &work);
  }

 private:
  using family = divergence::family;

  template <scalar T>
  outcome tilt(vector_view<const T> base, vector_view<const T> reward, detail::target<T> to, mask_view allowed,
               workspace<T>* work) const {
    const double one = 1;
    detail::check_shapes(matrix_view<const T>(base.data(), 1, base.size()), std::span<const double>(&one, 1), allowed,
                         to.row.size());
    expects(reward.size() == base.size(), "reward", "one number per choice", reward.size(), " for ", base.size(),
            " choices");
    const double log_norm = detail::checked_log_norm(base, 0);
    if (!is_finite(log_norm) || is_neg_inf(simd::log_sum_exp(base, allowed))) return detail::no_mean();
    return detail::with_room<T>(2 * base.size(), work, [&](std::span<T> room) {
      detail::tilt_rows<T> in{room.first(base.size()), room.last(base.size())};
      if (!in.read(base, log_norm, reward, beta_, allowed)) return detail::no_mean();
      if (divergence_.kind_ == family::reverse_kl) return detail::reverse_kl_tilt(in, to);
      if (divergence_.kind_ == family::chi_squared) return detail::chi_squared_tilt(in, to);
      return detail::barrier_tilt(in, divergence_.barrier_, to);
    });
  }

  divergence divergence_;
  double beta_;
};

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_DIVERGENCE_TILT_HPP
