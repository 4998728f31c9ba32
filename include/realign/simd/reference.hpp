// SPDX-License-Identifier: MIT
// The row kernels in plain scalar code, sums in double: what every vector kernel is tested against, and what runs on
// strided rows, very short ones, and unknown compilers.
#ifndef REALIGN_SIMD_REFERENCE_HPP
#define REALIGN_SIMD_REFERENCE_HPP

#include <cstddef>
#include <span>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/rows.hpp>

/// Scalar code with the same contracts as the functions of the same names in `simd`.
namespace realign::inline v0::simd::reference {

/// Largest logit of the choices that can be made. `found` is false when there is none; a NaN is returned
/// as it is.
template <readable T>
struct row_max {
  double value = 0;
  bool found = false;

  row_max(vector_view<const T> x, mask_view allowed) noexcept {
    for (std::size_t a = 0; a < x.size(); ++a) {
      if (!detail::alive(allowed, a, x[a])) continue;
      const double v = static_cast<double>(x[a]);
      if (is_nan(v)) {
        value = v;
        found = true;
        return;
      }
      if (!found || v > value) value = v;
      found = true;
    }
  }
};

template <readable T>
[[nodiscard]] double log_sum_exp(vector_view<const T> x, mask_view allowed) noexcept {
  const row_max<T> top(x, allowed);
  if (!top.found) return neg_infinity<double>();
  if (!is_finite(top.value)) return not_a_number<double>();
  double sum = 0;
  for (std::size_t a = 0; a < x.size(); ++a)
    if (detail::alive(allowed, a, x[a])) sum += libm::exp(static_cast<double>(x[a]) - top.value);
  return top.value + libm::log(sum);
}

template <readable T>
void normalize_logits(vector_view<const T> x, double log_z, mask_view allowed,
                      vector_view<widened<T>> log_probs) noexcept {
  for (std::size_t a = 0; a < x.size(); ++a)
    log_probs[a] = detail::alive(allowed, a, x[a])
                       ? static_cast<widened<T>>(static_cast<double>(x[a]) - log_z)
                       : neg_infinity<widened<T>>();
}

template <readable T>
void exponentiate_logits(vector_view<const T> x, double log_z, mask_view allowed,
                         vector_view<widened<T>> probs) noexcept {
  for (std::size_t a = 0; a < x.size(); ++a)
    probs[a] = detail::alive(allowed, a, x[a])
                   ? static_cast<widened<T>>(libm::exp(static_cast<double>(x[a]) - log_z))
                   : widened<T>(0);
}

template <class Index>
[[nodiscard]] bool all_below(std::span<const Index> x, std::size_t bound) noexcept {
  for (const Index& i : x)
    if (i < Index{} || static_cast<std::size_t>(i) >= bound) return false;
  return true;
}

/// The log-normaliser of a row as two numbers, so that x - top - log_sum keeps the digits of x.
template <scalar T>
struct row_normalizer {
  double top = neg_infinity<double>(), log_sum = 0;

  explicit row_normalizer(vector_view<const T> x) noexcept {
    const row_max<T> largest(x, {});
    if (!largest.found) return;
    top = is_finite(largest.value) ? largest.value : not_a_number<double>();
    double sum = 0;
    for (std::size_t a = 0; a < x.size(); ++a)
      if (!is_neg_inf(x[a])) sum += libm::exp(static_cast<double>(x[a]) - top);
    log_sum = libm::log(sum);
  }
  /// The log-probability of a choice whose logit is x.
  [[nodiscard]] double log_prob(const T& x) const noexcept {
    if (is_neg_inf(x) && !is_nan(top)) return neg_infinity<double>();
    const volatile double below = static_cast<double>(x) - top;  // before log_sum, whatever the flags allow
    return below - log_sum;
  }
};

template <scalar T, class Index>
void chosen_log_probs(matrix_view<const T> logits, std::span<const Index> chosen, std::span<T> log_probs) noexcept {
  for (std::size_t i = 0; i < chosen.size(); ++i)
    log_probs[i] = static_cast<T>(
        row_normalizer<T>(logits.row(i)).log_prob(logits(i, static_cast<std::size_t>(chosen[i]))));
}

template <scalar T, class Index>
void add_chosen_gradients(matrix_view<const T> logits, std::span<const Index> chosen,
                          std::span<const T> d_log_probs, matrix_view<T> d_logits) noexcept {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const double d = static_cast<double>(d_log_probs[i]);
    if (d == 0) continue;
    const row_normalizer<T> z(logits.row(i));
    for (std::size_t a = 0; a < logits.cols(); ++a)
      if (!is_neg_inf(logits(i, a)))
        d_logits(i, a) -= static_cast<T>(d * libm::exp(z.log_prob(logits(i, a))));
    d_logits(i, static_cast<std::size_t>(chosen[i])) += static_cast<T>(d);
  }
}

template <readable T>
void arithmetic_mix(matrix_view<const T> logits, std::span<const double> w,
                    std::span<const double> log_z, mask_view allowed, vector_view<widened<T>> log_mix) noexcept {
  const std::size_t n = logits.rows();
  for (std::size_t a = 0; a < logits.cols(); ++a) {
    double top = 0;
    bool found = false;
    if (allowed.empty() || allowed[a] != 0) {
      for (std::size_t i = 0; i < n; ++i) {
        if (!(w[i] > 0) || is_neg_inf(logits(i, a))) continue;
        const double t = rounded(static_cast<double>(logits(i, a)) - log_z[i]);
        if (!found || t > top) top = t;
        found = true;
      }
    }
    if (!found) {
      log_mix[a] = neg_infinity<widened<T>>();
      continue;
    }
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      if (w[i] > 0 && !is_neg_inf(logits(i, a)))
        sum += w[i] * libm::exp(rounded(static_cast<double>(logits(i, a)) - log_z[i]) - top);
    log_mix[a] = static_cast<widened<T>>(top + libm::log(sum));
  }
}

/// sum_i c_i logits_ia over rows with c_i != 0, minus infinity where a row of positive coefficient is; NaN where any of them
/// is NaN or plus infinity.
template <readable T>
[[nodiscard]] double geometric_logit(matrix_view<const T> logits, std::span<const double> c, mask_view allowed,
                                     std::size_t a) noexcept {
  if (!allowed.empty() && allowed[a] == 0) return neg_infinity<double>();
  double sum = 0;
  bool never = false;
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    if (!(c[i] > 0 || c[i] < 0)) continue;
    const T& x = logits(i, a);
    if (is_nan(x) || is_pos_inf(x)) return not_a_number<double>();
    if (c[i] > 0 && is_neg_inf(x))
      never = true;  // read on: a NaN of another row must not hide behind it
    else
      sum += c[i] * static_cast<double>(x);
  }
  if (never) return neg_infinity<double>();
  return sum;
}

template <readable T>
[[nodiscard]] double geometric_log_z(matrix_view<const T> logits, std::span<const double> c,
                                     mask_view allowed) noexcept {
  // online: the sum is kept relative to the largest term so far
  double top = 0, sum = 0;
  bool found = false;
  for (std::size_t a = 0; a < logits.cols(); ++a) {
    const double s = geometric_logit(logits, c, allowed, a);
    if (is_neg_inf(s)) continue;
    if (!is_finite(s)) return not_a_number<double>();
    if (found && s > top) sum *= libm::exp(top - s);
    if (!found || s > top) top = s;
    sum += libm::exp(s - top);
    found = true;
  }
  return found ? top + libm::log(sum) : neg_infinity<double>();
}

template <readable T>
void geometric_mix(matrix_view<const T> logits, std::span<const double> c, double log_z, mask_view allowed,
                   vector_view<widened<T>> log_mix) noexcept {
  for (std::size_t a = 0; a < logits.cols(); ++a) {
    const double s = geometric_logit(logits, c, allowed, a);
    log_mix[a] = is_neg_inf(s) ? neg_infinity<widened<T>>() : static_cast<widened<T>>(s - log_z);
  }
}

template <scalar T>
[[nodiscard]] double discounted_sum(vector_view<const T> x, vector_view<const T> less,
                                    vector_view<const unsigned char> exists, double gamma) noexcept {
  double sum = 0, w = 1;
  for (std::size_t t = 0; t < x.size() && w > 0; ++t, w *= gamma)
    if (exists.empty() || exists[t] != 0)
      sum += w * (static_cast<double>(x[t]) - (less.empty() ? 0.0 : static_cast<double>(less[t])));
  return sum;
}

template <scalar T>
void add_discounted(double c, vector_view<const unsigned char> exists, double gamma, vector_view<T> x) noexcept {
  double w = 1;
  for (std::size_t t = 0; t < x.size() && w > 0; ++t, w *= gamma)
    if (exists.empty() || exists[t] != 0) x[t] += static_cast<T>(c * w);
}

template <scalar T>
tilt_normalizer tilt_moments(const tilt_rows<T>& rows, std::span<const double> u, std::span<double> mean,
                             std::span<double> cov, double temperature = 1.0) noexcept {
  const std::size_t v = rows.log_base.size();
  const std::size_t k = u.size();
  double top = 0;
  std::size_t mode = v;
  for (std::size_t a = 0; a < v; ++a) {
    if (!rows.alive(a)) continue;
    const double s = rows.score(u, temperature, a);
    if (is_nan(s)) return {a, s};
    if (mode == v || s > top) {
      top = s;
      mode = a;
    }
  }
  if (mode == v) return {v, 0};

  double z = 0;
  for (double& m : mean) m = 0;
  for (double& c : cov) c = 0;
  for (std::size_t a = 0; a < v; ++a) {
    if (!rows.alive(a)) continue;
    const double e = libm::exp(rows.score_above(u, temperature, a, mode));
    z += e;
    for (std::size_t i = 0; i < k; ++i) {
      const double edi = e * rows.difference(i, a, mode);
      mean[i] += edi;
      for (std::size_t j = 0; j <= i; ++j) cov[i * k + j] += edi * rows.difference(j, a, mode);
    }
  }
  for (std::size_t i = 0; i < k; ++i) mean[i] /= z;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      cov[i * k + j] = cov[i * k + j] / z - mean[i] * mean[j];
      cov[j * k + i] = cov[i * k + j];
    }
  for (std::size_t i = 0; i < k; ++i) mean[i] += static_cast<double>(rows.features(i, mode));
  return {mode, libm::log(z)};
}

template <scalar T>
double tilt_emit(const tilt_rows<T>& rows, std::span<const double> u, tilt_normalizer z, vector_view<const T> base,
                 std::span<const vector_view<const T>> observed, std::span<T> log_probs, std::span<T> probs,
                 std::span<double> means) noexcept {
  double divergence = 0;
  for (double& m : means) m = 0;
  for (std::size_t a = 0; a < rows.log_base.size(); ++a) {
    const bool alive = rows.alive(a);
    const double log_p = alive ? rows.score_above(u, 1.0, a, z.mode) - z.log_sum : neg_infinity<double>();
    const double p = alive ? libm::exp(log_p) : 0.0;
    log_probs[a] = static_cast<T>(log_p);
    probs[a] = static_cast<T>(p);
    if (!(p > 0)) continue;
    divergence += p * (log_p - static_cast<double>(base[a]));
    for (std::size_t i = 0; i < observed.size(); ++i) means[i] += p * static_cast<double>(observed[i][a]);
  }
  return divergence;
}

template <scalar T>
[[nodiscard]] extreme tilt_min(const tilt_rows<T>& rows, std::span<const double> u) noexcept {
  extreme best{rows.log_base.size(), 0};
  for (std::size_t a = 0; a < rows.log_base.size(); ++a) {
    if (!rows.alive(a)) continue;
    const double s = rows.score(u, 0.0, a);
    if (best.choice == rows.log_base.size() || s < best.value) best = {a, s};
  }
  return best;
}

template <scalar T>
[[nodiscard]] bool tilt_exceeds(const tilt_rows<T>& rows, std::span<const double> scale, std::span<const double> shift,
                                double share) noexcept {
  for (std::size_t a = 0; a < rows.log_base.size(); ++a) {
    bool all_above = rows.alive(a);
    for (std::size_t k = 0; all_above && k < scale.size(); ++k) {
      const double f = scale[k] * static_cast<double>(rows.features(k, a));
      all_above = f + shift[k] > share * libm::fmax(libm::fabs(f), libm::fabs(shift[k]));
    }
    if (all_above) return true;
  }
  return false;
}

}  // namespace realign::inline v0::simd::reference

#endif  // REALIGN_SIMD_REFERENCE_HPP
