// SPDX-License-Identifier: MIT
// What a scalarization is: one number out of many objectives, and the prices that it can put on them.
#ifndef REALIGN_SCALARIZE_SCALARIZATION_HPP
#define REALIGN_SCALARIZE_SCALARIZATION_HPP

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>

namespace realign::inline v0::scalarize {

/// The point that objectives are measured from: Chebyshev's reference point, Nash's disagreement point.
///
/// Fixed, or taken anew in every decision from the choices on offer.
class anchor {
 public:
  enum class kind : unsigned char {
    fixed,  ///< given values; none given means zero for every objective
    best,   ///< the largest value among the choices that can be made (the local utopia point)
    worst,  ///< the smallest value among them
    prior,  ///< the expectation under the prior: "everyone must gain over the prior"
  };

  anchor() = default;
  anchor(kind where) : kind_(where) {}
  anchor(std::initializer_list<double> values) : anchor(std::vector<double>(values)) {}
  anchor(std::vector<double> values) : values_(std::move(values)) {
    for (std::size_t i = 0; i < values_.size(); ++i)
      expects(is_finite(values_[i]), "anchor", "finite values", values_[i], " at index ", i);
  }

  [[nodiscard]] kind where() const noexcept { return kind_; }
  [[nodiscard]] bool fixed() const noexcept { return kind_ == kind::fixed; }
  [[nodiscard]] std::span<const double> values() const noexcept { return {values_.data(), values_.size()}; }
  /// Value of objective `i`, for a fixed anchor.
  [[nodiscard]] double operator[](std::size_t i) const noexcept {
    return values_.empty() ? 0.0 : values_[i];
  }
  /// Checks a fixed anchor against the number of objectives.
  void check(std::size_t objectives) const {
    expects(values_.empty() || values_.size() == objectives, "anchor", "one value per objective",
            values_.size(), " for ", objectives, " objectives");
  }

 private:
  kind kind_ = kind::fixed;
  std::vector<double> values_;
};

/// Where the coordinates mu of the prices nu may range. A concave f is the least of its tangents,
/// f(J) = min_nu nu.J + conjugate(nu); the scalarizations differ only in this set and in the conjugate.
enum class price_domain : unsigned char {
  point,     ///< nothing to choose: the prices are fixed
  simplex,   ///< mu >= 0, sum mu = 1
  positive,  ///< mu > 0
};

/// nu = offset + scale * mu for one objective.
struct price_map {
  double offset;
  double scale;
};

/// One term of a separable conjugate: value, slope and curvature in mu.
struct conjugate_term {
  double value;
  double slope;
  double curvature;
};

/// Value and supergradient of f(x, w), x_i = J_i - anchor_i. Larger is better.
///
/// | expression                 | meaning                                                                    |
/// | -------------------------- | -------------------------------------------------------------------------- |
/// | `f.anchored_at()`          | the `anchor` that x is measured from                                       |
/// | `f.value(x, w)`            | f; minus infinity outside its domain                                       |
/// | `f.gradient(x, w, out)`    | a supergradient in x; ties of a minimum go to the first                    |
template <class F>
concept scalarization =
    requires(const F& f, std::span<const double> x, std::span<const double> w, std::span<double> out) {
      { f.anchored_at() } -> std::convertible_to<const anchor&>;
      { f.value(x, w) } -> std::same_as<double>;
      f.gradient(x, w, out);
    };

/// A scalarization that `decide` can maximise: it also tells its prices.
///
/// | expression               | meaning                                                                      |
/// | ------------------------ | ---------------------------------------------------------------------------- |
/// | `f.domain()`             | the `price_domain`                                                           |
/// | `f.price(w_i)`           | the `price_map` of one objective; scale 0 means: no coordinate               |
/// | `f.conjugate(mu_i, w_i)` | one term of sup_x f(x, w) - nu.x, by objective; unused on a `point`          |
template <class F>
concept priced_scalarization = scalarization<F> && requires(const F& f, double v) {
  { f.domain() } -> std::same_as<price_domain>;
  { f.price(v) } -> std::same_as<price_map>;
  { f.conjugate(v, v) } -> std::same_as<conjugate_term>;
};

namespace detail {

/// J - anchor, once all is checked.
template <scalarization F>
[[nodiscard]] std::vector<double> gains(const F& f, std::span<const double> J, std::span<const double> w) {
  const anchor& z = f.anchored_at();
  expects(z.fixed(), "anchor", "fixed values outside a decision", "one that depends on the choices");
  expects(J.size() == w.size(), "weights", "one per objective", w.size(), " for ", J.size());
  for (std::size_t i = 0; i < w.size(); ++i)
    expects(is_finite(w[i]) && w[i] >= 0, "weights", "finite entries >= 0", w[i], " at index ", i);
  z.check(J.size());
  std::vector<double> x(J.begin(), J.end());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= z[i];
  return x;
}

}  // namespace detail

/// f(J, w) of expected objectives J, with a fixed anchor.
/// @throws contract_error on unequal lengths, weights that are negative or not finite, or an anchor that depends on the choices
template <scalarization F>
[[nodiscard]] double value(const F& f, std::span<const double> J, std::span<const double> w) {
  return f.value(detail::gains(f, J, w), w);
}

/// A supergradient of f(J, w) in J, with a fixed anchor. As `value`.
template <scalarization F>
void gradient(const F& f, std::span<const double> J, std::span<const double> w, std::span<double> out) {
  expects(J.size() == out.size(), "gradient", "one number per objective", out.size(), " for ", J.size());
  f.gradient(detail::gains(f, J, w), w, out);
}

}  // namespace realign::inline v0::scalarize

#endif  // REALIGN_SCALARIZE_SCALARIZATION_HPP
