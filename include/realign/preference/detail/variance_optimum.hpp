// SPDX-License-Identifier: MIT
// The solver behind `variance_kl_optimum`: Newton's method for the multiplier of sum pi = 1.
#ifndef REALIGN_PREFERENCE_DETAIL_VARIANCE_OPTIMUM_HPP
#define REALIGN_PREFERENCE_DETAIL_VARIANCE_OPTIMUM_HPP

#include <cmath>
#include <cstddef>

#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/detail/distribution_rows.hpp>

namespace realign::inline v0::detail {

/// log pi_a = log q_a + (R_a - mu) / k_a - 1 with mu such that sum pi = 1.
///
/// One choice alone has mass 1 at its own mu; the largest of these, that of `m`, is a lower bound. What is above it
/// is kept apart, so that large rewards take no digits from small penalties. What belongs to `m` is kept here: the
/// result may be written over the reference.
template <scalar T>
class variance_optimum {
 public:
  variance_optimum(vector_view<const T> reference, vector_view<const T> reward, const kl_weight<T>& k, double log_q)
      : reference_(reference), reward_(reward), k_(k), log_q_(log_q), m_(reference.size()) {
    for (std::size_t a = 0; a < reference.size(); ++a)
      if (possible(a) && (m_ == reference.size() || alone(a) > alone_m_)) {
        m_ = a;
        alone_m_ = alone(a);
        log_ref_m_ = log_ref(a);
      }
  }

  /// False when 200 steps were not enough.
  [[nodiscard]] bool solve() {
    for (int step = 0; step < 200; ++step)
      if (newton()) return true;
    return false;
  }
  [[nodiscard]] bool possible(std::size_t a) const noexcept { return !is_neg_inf(reference_[a]); }
  [[nodiscard]] double multiplier() const noexcept { return alone_m_ + above_; }
  [[nodiscard]] double log_pi(std::size_t a) const noexcept {
    if (a == m_) return -above_ / k_(m_);
    const double gap = static_cast<double>(reward_[a]) - static_cast<double>(reward_[m_]);
    return log_ref(a) + (gap - k_(m_) * log_ref_m_ - above_) / k_(a);
  }

 private:
  /// From below on a convex, strictly decreasing function: it cannot overshoot. True when it no longer moves.
  [[nodiscard]] bool newton() noexcept {
    double top = neg_infinity<double>(), mass = 0, slope = 0;
    for (std::size_t a = 0; a < reference_.size(); ++a)
      if (possible(a) && (is_neg_inf(top) || log_pi(a) > top)) top = log_pi(a);
    for (std::size_t a = 0; a < reference_.size(); ++a) {
      if (!possible(a)) continue;
      const double p = std::exp(log_pi(a) - top);
      mass += p;
      slope += p / k_(a);
    }
    const double move = (top + std::log(mass)) * mass / slope;
    const bool settled = !(std::fabs(move) > 1e-15 * (above_ + mass / slope));
    above_ += move;
    return settled;
  }
  [[nodiscard]] double log_ref(std::size_t a) const noexcept { return static_cast<double>(reference_[a]) - log_q_ - 1; }
  [[nodiscard]] double alone(std::size_t a) const noexcept {
    return static_cast<double>(reward_[a]) + k_(a) * log_ref(a);
  }

  vector_view<const T> reference_, reward_;
  kl_weight<T> k_;
  double log_q_, above_ = 0, alone_m_ = 0, log_ref_m_ = 0;
  std::size_t m_;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_VARIANCE_OPTIMUM_HPP
