// SPDX-License-Identifier: MIT
// The ways in which every combination rule can be called.
#ifndef REALIGN_MIX_DETAIL_CALLS_HPP
#define REALIGN_MIX_DETAIL_CALLS_HPP

#include <cstddef>
#include <span>
#include <utility>

#include <realign/core/half.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/workspace.hpp>

namespace realign::inline v0::mix::detail {

/// The numbers of a rule's rows: those of 16 bits only if it says so.
template <class T, class Rule>
concept rows_of = scalar<T> || (half_precision<T> && Rule::reads_half);

/// `Rule` has `mix(rows, weights, target, allowed, workspace or null)`, static or const; this gives it its call operators.
template <class Rule>
struct calls {
  /// Rows as one N x V matrix of logits.
  template <rows_of<Rule> T, output Out>
  outcome operator()(const matrix_view<const T>& rows, std::span<const double> w, Out&& out, mask_view allowed = {}) const {
    return self().template mix<T>(rows, w, target_of(std::forward<Out>(out)), allowed, nullptr);
  }
  template <rows_of<Rule> T, output Out>
  outcome operator()(const matrix_view<const T>& rows, std::span<const double> w, Out&& out, mask_view allowed,
                     workspace<widened<T>>& work) const {
    return self().template mix<T>(rows, w, target_of(std::forward<Out>(out)), allowed, &work);
  }
  template <rows_of<Rule> T, output Out>
  outcome operator()(const matrix_view<T>& rows, std::span<const double> w, Out&& out, mask_view allowed = {}) const {
    return (*this)(matrix_view<const T>(rows), w, std::forward<Out>(out), allowed);
  }
  template <rows_of<Rule> T, output Out>
  outcome operator()(const matrix_view<T>& rows, std::span<const double> w, Out&& out, mask_view allowed,
                     workspace<widened<T>>& work) const {
    return (*this)(matrix_view<const T>(rows), w, std::forward<Out>(out), allowed, work);
  }
  /// Rows as a list of arrays; copies them (allocates).
  template <row_list Rows, output Out>
    requires rows_of<row_number<Rows>, Rule>
  outcome operator()(const Rows& rows, std::span<const double> w, Out&& out, mask_view allowed = {}) const {
    const packed_rows<row_number<Rows>> packed(rows);
    return (*this)(packed.view(), w, std::forward<Out>(out), allowed);
  }
  template <row_list Rows, output Out>
    requires rows_of<row_number<Rows>, Rule>
  outcome operator()(const Rows& rows, std::span<const double> w, Out&& out, mask_view allowed,
                     workspace<widened<row_number<Rows>>>& work) const {
    const packed_rows<row_number<Rows>> packed(rows);
    return (*this)(packed.view(), w, std::forward<Out>(out), allowed, work);
  }

 private:
  [[nodiscard]] const Rule& self() const noexcept { return static_cast<const Rule&>(*this); }
};

}  // namespace realign::inline v0::mix::detail

#endif  // REALIGN_MIX_DETAIL_CALLS_HPP
