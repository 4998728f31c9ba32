// SPDX-License-Identifier: MIT
// The rows that distribution objectives read and write: what is taken for one, and what they are checked for.
#ifndef REALIGN_PREFERENCE_DETAIL_DISTRIBUTION_ROWS_HPP
#define REALIGN_PREFERENCE_DETAIL_DISTRIBUTION_ROWS_HPP

#include <concepts>
#include <cstddef>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0::detail {

/// X can be written as a row of T.
template <class X, class T>
concept writable_row = vector_of<X, T> && requires(X& x) {
  { as_view(x) } -> std::convertible_to<vector_view<T>>;
};

/// @throws contract_error when a value of a choice that can be made is not finite
template <scalar T>
void expect_finite_where_possible(vector_view<const T> reference, vector_view<const T> values,
                                  const char* name) {
  expects(values.size() == reference.size(), name, "one number per choice", values.size(), " for ",
          reference.size(), " choices");
  for (std::size_t a = 0; a < values.size(); ++a)
    expects(is_neg_inf(reference[a]) || is_finite(values[a]), name, "finite numbers", values[a],
            " at choice ", a);
}

/// The least that a temperature, or its product with a variance, may be: its inverse is a number, with room.
inline constexpr double least_temperature = 1e-300;

inline void expect_temperature(double beta) {
  expects(is_finite(beta) && beta >= least_temperature, "beta", "a finite number >= 1e-300", beta);
}

/// beta * variance of a choice; 1 stands for the variance when there is none.
template <scalar T>
struct kl_weight {
  double beta;
  vector_view<const T> variance;

  [[nodiscard]] double operator()(std::size_t a) const noexcept {
    return variance.empty() ? beta : beta * static_cast<double>(variance[a]);
  }
  void validate(vector_view<const T> reference) const {
    expect_temperature(beta);
    if (variance.empty()) return;
    expect_finite_where_possible(reference, variance, "variance");
    for (std::size_t a = 0; a < variance.size(); ++a)
      expects(is_neg_inf(reference[a]) || variance[a] > 0, "variance", "numbers > 0", variance[a],
              " at choice ", a);
  }
  /// @throws contract_error for a weight of a possible choice that cannot be divided by
  void expect_invertible(vector_view<const T> reference) const {
    for (std::size_t a = 0; a < reference.size(); ++a) {
      if (is_neg_inf(reference[a])) continue;
      const double k = (*this)(a);
      expects(is_finite(k) && k >= least_temperature, "beta",
              "a finite product of at least 1e-300 with each variance", k, " at choice ", a);
    }
  }
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_DISTRIBUTION_ROWS_HPP
