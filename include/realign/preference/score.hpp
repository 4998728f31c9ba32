// SPDX-License-Identifier: MIT
// Scores: the linear map from step log-probabilities to one number per segment, and its adjoint.
#ifndef REALIGN_PREFERENCE_SCORE_HPP
#define REALIGN_PREFERENCE_SCORE_HPP

#include <cmath>
#include <cstddef>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/preference/segment.hpp>
#include <realign/simd/discount.hpp>

namespace realign::inline v0 {

/// What a step contributes: its log-probability, or that minus the reference's.
enum class potential : unsigned char { log_prob, log_ratio };

/// How steps become one number: their sum, or the sum divided by the number of existing steps.
enum class reduction : unsigned char { sum, mean };

/// s = scale * sum_t w_t phi_t,  w_t = gamma^t if step t exists, else 0;  phi_t = l_t or l_t - r_t.
///
/// `reduction::mean` divides by the number of existing steps. The exponent is the position in the
/// segment, so time passes in holes. Sums are carried in double, and the reference is subtracted
/// step by step. A step is never read and gets no gradient when it does not exist; when, with b the
/// first that exists, scale gamma^b is 0 in double; or when gamma^(t - b) is. With the start of
/// a long segment masked, steps are read whose weight would otherwise have worn off.
class score {
 public:
  /// @param scale  alpha or beta of the loss, finite and >= 0
  /// @param gamma  discount in [0, 1]
  score(potential phi, reduction reduce, double scale, double gamma = 1.0)
      : scale_(scale), gamma_(gamma), potential_(phi), reduction_(reduce) {
    expects(is_finite(scale) && scale >= 0, "scale", "a finite number >= 0", scale);
    expects(!is_nan(gamma) && gamma >= 0 && gamma <= 1, "gamma", "a discount in [0, 1]", gamma);
  }

  [[nodiscard]] double scale() const noexcept { return scale_; }
  [[nodiscard]] double gamma() const noexcept { return gamma_; }
  [[nodiscard]] reduction reduce() const noexcept { return reduction_; }
  /// True when segments must bring reference log-probabilities.
  [[nodiscard]] bool needs_reference() const noexcept { return potential_ == potential::log_ratio; }

  /// The score of one segment: 0 when it has no steps; -inf or +inf where a counted log-ratio is;
  /// NaN when a counted log-probability is NaN, or policy and reference are both -inf. One pass, no
  /// allocation.
  template <scalar T>
  [[nodiscard]] double forward(const segment<T>& s) const noexcept {
    const extent e(s);
    const double unit = step_scale(s) * weight_at(e.begin);
    if (!(unit > 0)) return 0.0;
    const vector_view<const T> less = needs_reference() ? e.of(s.reference) : vector_view<const T>();
    return unit * simd::discounted_sum(e.of(s.log_probs), less, e.of(s.mask), gamma_);
  }

  /// The adjoint: dl_t += ds * scale * w_t.
  ///
  /// @param ds  derivative of the loss in this score, finite; 0 touches nothing
  /// @param dl  one number per step of `s`; entries of steps that do not count stay as they are
  template <scalar T>
  void backward(const segment<T>& s, double ds, vector_view<T> dl) const noexcept {
    if (!(ds > 0) && !(ds < 0)) return;
    const extent e(s);
    const double unit = step_scale(s) * weight_at(e.begin);
    if (unit > 0) simd::add_discounted(ds * unit, e.of(s.mask), gamma_, e.of(dl));
  }

  /// True when a log-probability that counts is NaN: something went wrong before. Tells why
  /// `forward` is NaN.
  template <scalar T>
  [[nodiscard]] bool reads_nan(const segment<T>& s) const noexcept {
    const extent e(s);
    double w = step_scale(s) * weight_at(e.begin) > 0 ? 1 : 0;
    for (std::size_t t = e.begin; t < e.end && w > 0; ++t, w *= gamma_)
      if (s.exists(t) && (is_nan(s.log_probs[t]) || (needs_reference() && is_nan(s.reference[t])))) return true;
    return false;
  }

 private:
  /// From the first step that exists to the last: padding costs little, and changes no digit.
  struct extent {
    std::size_t begin = 0, end;

    template <scalar T>
    explicit extent(const segment<T>& s) noexcept : end(s.size()) {
      while (begin < end && !s.exists(begin)) ++begin;
      while (begin < end && !s.exists(end - 1)) --end;
    }
    template <class X>
    [[nodiscard]] vector_view<X> of(vector_view<X> x) const noexcept {
      if (x.empty()) return x;
      return {x.data() + static_cast<std::ptrdiff_t>(begin) * x.stride(), end - begin, x.stride()};
    }
  };
  /// gamma^t
  [[nodiscard]] double weight_at(std::size_t t) const noexcept {
    return t == 0 || gamma_ == 1 ? 1.0 : std::pow(gamma_, static_cast<double>(t));
  }
  /// scale, or scale / number of steps; 0 when there are none.
  template <scalar T>
  [[nodiscard]] double step_scale(const segment<T>& s) const noexcept {
    if (reduction_ == reduction::sum) return scale_;
    const std::size_t n = s.steps();
    return n == 0 ? 0.0 : scale_ / static_cast<double>(n);
  }
  double scale_;
  double gamma_;
  potential potential_;
  reduction reduction_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_SCORE_HPP
