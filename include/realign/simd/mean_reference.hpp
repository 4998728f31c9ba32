// SPDX-License-Identifier: MIT
// Means of policies in plain scalar code, in double: what their vector kernels are tested against, and what runs on
// strided rows, very short ones, and unknown compilers.
#ifndef REALIGN_SIMD_MEAN_REFERENCE_HPP
#define REALIGN_SIMD_MEAN_REFERENCE_HPP

#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/detail/power_mean.hpp>

namespace realign::inline v0::simd::reference {

/// log (sum_i w_i pi_i(a)^p)^(1/p) with log pi_i = logits_i - log_z_i, weights scaled to sum to one.
template <scalar T>
[[nodiscard]] double log_power_mean(matrix_view<const T> logits, std::span<const double> w,
                                    std::span<const double> log_z, const detail::power_mean& mean,
                                    std::size_t a) noexcept {
  const bool by_least = mean.kind == detail::mean_kind::smallest || mean.p < 0;
  const bool by_all = by_least || mean.kind == detail::mean_kind::product;  // one zero makes it zero
  double about = 0, sum_w = 0, sum = 0;
  bool found = false;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (!(w[i] > 0)) continue;
    sum_w += w[i];
    if (is_neg_inf(logits(i, a))) {
      if (by_all) return neg_infinity<double>();
      continue;
    }
    const double l = rounded(static_cast<double>(logits(i, a)) - log_z[i]);
    if (!found || (by_least ? l < about : l > about)) about = l;
    found = true;
  }
  if (!found) return neg_infinity<double>();
  if (mean.kind == detail::mean_kind::largest || mean.kind == detail::mean_kind::smallest) return about;
  double less_one = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (!(w[i] > 0)) continue;
    const double share = w[i] / sum_w;
    if (is_neg_inf(logits(i, a))) {
      less_one -= share;
      continue;
    }
    const double l = rounded(static_cast<double>(logits(i, a)) - log_z[i]);
    if (mean.kind == detail::mean_kind::product) {
      sum += share * l;
    } else {
      sum += share * libm::exp(mean.p * (l - about));
      less_one += share * libm::expm1(mean.p * (l - about));
    }
  }
  if (mean.kind == detail::mean_kind::product) return sum;
  return about + (less_one < -0.5 ? libm::log(sum) : libm::log1p(less_one)) / mean.p;
}

template <scalar T>
void power_mix(matrix_view<const T> logits, std::span<const double> w, std::span<const double> log_z,
               const detail::power_mean& mean, mask_view allowed, vector_view<T> log_mix) noexcept {
  for (std::size_t a = 0; a < logits.cols(); ++a) {
    const bool possible = allowed.empty() || allowed[a] != 0;
    const double l = possible ? log_power_mean(logits, w, log_z, mean, a) : neg_infinity<double>();
    log_mix[a] = is_neg_inf(l) ? neg_infinity<T>() : static_cast<T>(l);
  }
}

}  // namespace realign::inline v0::simd::reference

#endif  // REALIGN_SIMD_MEAN_REFERENCE_HPP
