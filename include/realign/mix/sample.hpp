// SPDX-License-Identifier: MIT
// One choice drawn from a combination of policies, without the combined row.
#ifndef REALIGN_MIX_SAMPLE_HPP
#define REALIGN_MIX_SAMPLE_HPP

#include <cstddef>
#include <span>

#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/random.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/simd/draw.hpp>

namespace realign::inline v0::mix {

/// What a draw from a combination reports.
struct [[nodiscard]] sampled {
  /// `no_support` when no choice can be made.
  realign::status status = realign::status::ok;
  std::size_t choice = 0;
};

namespace detail {

/// A draw from the arithmetic mixture of N rows: `row(i)` is the view of one.
template <class Row, class Generator>
class mixture_draw {
 public:
  mixture_draw(std::size_t n, const Row& row, std::span<const double> w, Generator& g, mask_view allowed)
      : n_(n), row_(row), w_(w), g_(g), allowed_(allowed) {}

  sampled operator()() {
    check_weights(w_);
    double total = 0;
    for (const double w : w_) total += w;
    if (!(total > 0)) return {status::no_support, 0};
    for (int tries = allowed_.empty() ? 1 : 4; tries > 0; --tries) {
      const std::size_t i = policy(w_, total);
      const sampled s = choice(i, {});
      if (!succeeded(s.status) || allowed_.empty() || allowed_[s.choice] != 0) return s;
    }
    return by_allowed_mass();
  }

 private:
  std::size_t policy(std::span<const double> mass, double total) {
    double target = uniform(g_) * total;
    return simd::detail::walk(0, n_, target, [&](std::size_t i) { return mass[i]; });
  }
  sampled choice(std::size_t i, mask_view allowed) {
    const auto row = row_(i);
    const std::size_t a = simd::draw(row, g_, allowed);
    if (a < row.size()) return {status::ok, a};
    (void)checked_log_norm(row, i);
    return {status::no_support, 0};
  }
  /// The policy by the mass that the mask leaves it, w_i pi_i(allowed): relative to the largest, as all may be tiny.
  sampled by_allowed_mass() {
    scratch masses(n_);
    double top = neg_infinity<double>(), total = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      double& log_mass = masses.get()[i] = neg_infinity<double>();
      if (!(w_[i] > 0)) continue;
      const double all = checked_log_norm(row_(i), i), left = simd::log_sum_exp(row_(i), allowed_);
      if (!is_finite(all)) return {status::no_support, 0};
      log_mass = libm::log(w_[i]) + (left - all);
      if (is_neg_inf(top) || log_mass > top) top = log_mass;
    }
    if (is_neg_inf(top)) return {status::no_support, 0};
    for (double& mass : masses.get()) total += mass = is_neg_inf(mass) ? 0.0 : libm::exp(mass - top);
    return choice(policy(masses.get(), total), allowed_);
  }

  std::size_t n_;
  const Row& row_;
  std::span<const double> w_;
  Generator& g_;
  mask_view allowed_;
};

}  // namespace detail

/// A draw from the arithmetic mixture: first the policy, by weight, then its choice. One row is read, of however many.
///
/// `sample(mix::arithmetic, rows, w, generator, allowed)`: rows, also of 16 bits, w and allowed as in `arithmetic`. A mask
/// cuts policies by unequal shares, so a masked choice sends the draw back to the policies; after four such tries the
/// policies are drawn by w_i pi_i(allowed), which reads all rows. Both ways are exact.
///
/// @return status and choice. `no_support` when the policy that was drawn has no choice at all, or the mask leaves none
/// @throws contract_error on shapes, negative weights, NaN logits in a row that was read (naming it)
/// @cost V reads, hardly an exponential; allocates only for more than 32 policies with a mask
template <readable T, class Generator>
sampled sample(const arithmetic_rule&, matrix_view<const T> rows, std::span<const double> w, Generator& g,
               mask_view allowed = {}) {
  detail::check_shapes(rows, w, allowed, rows.cols());
  const auto row = [&](std::size_t i) { return rows.row(i); };
  return detail::mixture_draw(rows.rows(), row, w, g, allowed)();
}
/// Rows as a list of arrays, read where they are.
template <detail::row_list Rows, class Generator>
sampled sample(const arithmetic_rule&, const Rows& rows, std::span<const double> w, Generator& g,
               mask_view allowed = {}) {
  using T = detail::row_number<Rows>;
  const auto row = [&](std::size_t i) {
    auto r = std::begin(rows);
    for (; i > 0; --i) ++r;
    return vector_view<const T>(detail::row_view(*r));
  };
  std::size_t n = 0;
  for (auto r = std::begin(rows); r != std::end(rows); ++r) ++n;
  const std::size_t v = n == 0 ? 0 : row(0).size();
  for (std::size_t i = 1; i < n; ++i) detail::check_length(row(i).size(), i, v);
  detail::check_shapes(matrix_view<const T>(nullptr, n, v), w, allowed, v);
  return detail::mixture_draw(n, row, w, g, allowed)();
}

/// A draw from the weighted geometric mean: `sample(mix::geometric, rows, c, generator, allowed)`, rows, also of 16 bits,
/// c and allowed as in `geometric`.
///
/// @return status and choice; `no_support` when no choice keeps mass
/// @throws contract_error as `geometric` does
/// @cost N V reads, hardly an exponential; does not allocate
template <readable T, class Generator>
sampled sample(const geometric_rule&, matrix_view<const T> rows, std::span<const double> c, Generator& g,
               mask_view allowed = {}) {
  detail::check_shapes(rows, c, allowed, rows.cols());
  detail::check_coefficients(rows, c, allowed);
  const std::size_t a = simd::geometric_draw(rows, c, g, allowed);
  if (a < rows.cols()) return {status::ok, a};
  if (is_nan(simd::geometric_log_z(rows, c, allowed))) detail::check_sums(rows, c, allowed);
  return {status::no_support, 0};
}
/// Rows as a list of arrays; copies them (allocates).
template <detail::row_list Rows, class Generator>
sampled sample(const geometric_rule& rule, const Rows& rows, std::span<const double> c, Generator& g,
               mask_view allowed = {}) {
  const detail::packed_rows<detail::row_number<Rows>> packed(rows);
  return sample(rule, packed.view(), c, g, allowed);
}

/// Rows that could be written to.
template <class Rule, readable T, class Generator>
sampled sample(const Rule& rule, matrix_view<T> rows, std::span<const double> w, Generator& g,
               mask_view allowed = {}) {
  return sample(rule, matrix_view<const T>(rows), w, g, allowed);
}

}  // namespace realign::inline v0::mix

#endif  // REALIGN_MIX_SAMPLE_HPP
