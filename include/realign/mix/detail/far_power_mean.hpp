// SPDX-License-Identifier: MIT
// Power means whose logs lie so far down that they lose their digits, or overflow, before they are normalised.
#ifndef REALIGN_MIX_DETAIL_FAR_POWER_MEAN_HPP
#define REALIGN_MIX_DETAIL_FAR_POWER_MEAN_HPP

#include <cstddef>
#include <limits>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/simd/detail/power_mean.hpp>

namespace realign::inline v0::mix::detail {

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

/// log (sum_i w_i pi_i^p)^(1/p) = m + log(W) / p with W the weight of the policies that make the choice and m the mean
/// of these alone. Where p > 0 is small the second part is huge and much the same for every choice: it is kept apart. Logs
/// are in quarters, of which no difference overflows.
template <readable T>
class far_power_mean {
 public:
  far_power_mean(matrix_view<const T> rows, std::span<const double> w, std::span<const double> log_norms, double p,
                 mask_view allowed) noexcept
      : rows_(rows), w_(w), log_norms_(log_norms), allowed_(allowed), united_(p > 0), p_(p), mean_(p) {
    for (const double v : w_) sum_w_ += v;
    for (std::size_t a = 0; a < rows_.cols(); ++a)
      if (const double share = makers(a); share > most_) most_ = share;
    bool found = false;
    for (std::size_t a = 0; a < rows_.cols(); ++a) {
      const double l = log_mean(a);
      if (is_neg_inf(l) || (found && !(l > top_))) continue;
      top_ = l;
      found = true;
    }
  }
  [[nodiscard]] bool possible() const noexcept { return most_ > 0; }
  /// Writes the logs, the largest as zero.
  /// @return what was taken away; minus infinity where no double holds it
  double write(vector_view<widened<T>> to) const noexcept {
    using number = widened<T>;
    constexpr double lowest = -static_cast<double>((std::numeric_limits<number>::max)()) / 4;
    for (std::size_t a = 0; a < to.size(); ++a) {
      const double l = log_mean(a), below = is_neg_inf(l) ? 2 * lowest : l - top_;
      to[a] = below > lowest ? static_cast<number>(4 * below) : neg_infinity<number>();
    }
    const double shared = most_ < sum_w_ && !limit() ? libm::log(most_ / sum_w_) / (4 * p_) : 0.0;
    return taken(shared);
  }

 private:
  /// Largest or smallest: all policies count, or none.
  [[nodiscard]] bool limit() const noexcept {
    return mean_.kind == simd::detail::mean_kind::largest || mean_.kind == simd::detail::mean_kind::smallest;
  }
  [[nodiscard]] double taken(double shared) const noexcept {
    constexpr double lowest = -(std::numeric_limits<double>::max)() / 4;
    const double sum = is_finite(shared) ? rounded(top_ + shared) : neg_infinity<double>();
    return is_finite(sum) && sum > lowest ? 4 * sum : neg_infinity<double>();
  }
  [[nodiscard]] bool makes(std::size_t i, std::size_t a) const noexcept {
    return w_[i] > 0 && !is_neg_inf(rows_(i, a));
  }
  [[nodiscard]] double log_prob(std::size_t i, std::size_t a) const noexcept {
    return rounded(static_cast<double>(rows_(i, a)) / 4) - rounded(log_norms_[i] / 4);
  }
  /// W, or zero where the choice cannot be made.
  [[nodiscard]] double makers(std::size_t a) const noexcept {
    if (!allowed_.empty() && allowed_[a] == 0) return 0;
    double share = 0;
    for (std::size_t i = 0; i < w_.size(); ++i) {
      if (makes(i, a))
        share += w_[i];
      else if (w_[i] > 0 && !united_)
        return 0;
    }
    return share;
  }
  [[nodiscard]] double extreme(std::size_t a) const noexcept {
    double found = 0;
    bool any = false;
    for (std::size_t i = 0; i < w_.size(); ++i) {
      if (!makes(i, a)) continue;
      const double l = log_prob(i, a);
      if (!any || (united_ ? l > found : l < found)) found = l;
      any = true;
    }
    return found;
  }
  /// Less log(W of the likeliest) / p.
  [[nodiscard]] double log_mean(std::size_t a) const noexcept {
    const double share = makers(a);
    if (!(share > 0)) return neg_infinity<double>();
    const double about = extreme(a);
    if (limit()) return about;
    const double mean = about + above(a, about, share);
    if (!(share < most_)) return mean;
    if (mean_.kind == simd::detail::mean_kind::product) return neg_infinity<double>();
    return mean + libm::log1p((share - most_) / most_) / (4 * p_);
  }
  [[nodiscard]] double above(std::size_t a, double about, double share) const noexcept {
    const bool product = mean_.kind == simd::detail::mean_kind::product;
    double sum = 0, less_one = 0;
    for (std::size_t i = 0; i < w_.size(); ++i) {
      if (!makes(i, a)) continue;
      const double part = w_[i] / share, l = log_prob(i, a) - about, power = product ? l : 4 * p_ * l;
      sum += part * (product ? power : libm::exp(power));
      less_one += product ? 0.0 : part * libm::expm1(power);
    }
    if (product) return sum;
    return (less_one < -0.5 ? libm::log(sum) : libm::log1p(less_one)) / (4 * p_);
  }

  matrix_view<const T> rows_;
  std::span<const double> w_, log_norms_;
  mask_view allowed_;
  bool united_;  ///< a choice stays when any policy makes it, else when all do
  double p_;
  simd::detail::power_mean mean_;
  double sum_w_ = 0, most_ = 0, top_ = 0;
};

}  // namespace realign::inline v0::mix::detail

#endif  // REALIGN_MIX_DETAIL_FAR_POWER_MEAN_HPP
