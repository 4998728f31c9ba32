// SPDX-License-Identifier: MIT
// Newton's direction by a small factorization.
#include <Eigen/Core>
#include <Eigen/LU>

#include "decide_dual.hpp"

namespace bench {

few<double> newton_direction(const dual_form& form, std::size_t n, const few<double>& x, const dual_value& d) {
  using small = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most_rows + 1, most_rows + 1>;
  using column = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most_rows + 1, 1>;
  const bool simplex = form.kind == welfare::chebyshev;
  double price = 0;
  if (simplex)
    for (std::size_t k = 0; k < form.tied; ++k) price += x[k] * d.gradient[k];
  std::array<bool, most_rows> fixed = {};
  for (std::size_t k = 0; k < n; ++k)
    fixed[k] = !(x[k] > 0) && d.gradient[k] - (simplex && k < form.tied ? price : 0.0) >= 0;
  few<double> s = {};
  for (bool again = true; again;) {
    again = false;
    std::array<std::size_t, most_rows> free = {};
    std::size_t count = 0;
    for (std::size_t k = 0; k < n; ++k)
      if (!fixed[k]) free[count++] = k;
    const auto f = static_cast<Eigen::Index>(count);
    small kkt = small::Zero(f + (simplex ? 1 : 0), f + (simplex ? 1 : 0));
    column right = column::Zero(kkt.rows());
    for (Eigen::Index i = 0; i < f; ++i) {
      const std::size_t k = free[static_cast<std::size_t>(i)];
      for (Eigen::Index j = 0; j < f; ++j) kkt(i, j) = d.hessian[k * n + free[static_cast<std::size_t>(j)]];
      kkt(i, i) += 1e-12 * (1 + kkt(i, i));
      if (simplex && k < form.tied) kkt(i, f) = kkt(f, i) = 1;
      right[i] = -d.gradient[k];
    }
    const column solved = kkt.partialPivLu().solve(right);
    s = {};
    for (Eigen::Index i = 0; i < f; ++i) {
      const std::size_t k = free[static_cast<std::size_t>(i)];
      s[k] = solved[i];
      if (!(x[k] > 0) && s[k] < 0) again = fixed[k] = true;
    }
  }
  return s;
}

}  // namespace bench
