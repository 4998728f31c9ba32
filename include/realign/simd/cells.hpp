// SPDX-License-Identifier: MIT
// Probabilities of a row added up by cell: what remains of a row where few distinct things matter.
#ifndef REALIGN_SIMD_CELLS_HPP
#define REALIGN_SIMD_CELLS_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/half.hpp>
#include <realign/core/view.hpp>
#include <realign/simd/choice_reference.hpp>
#include <realign/simd/detail/cell_kernels.hpp>
#include <realign/simd/detail/logit_row.hpp>
#include <realign/simd/mix.hpp>

namespace realign::inline v0::simd {

/// Number of the cell that a choice is in.
template <class C>
concept cell_id = std::same_as<C, std::uint8_t> || std::same_as<C, std::uint16_t> || std::same_as<C, std::uint32_t>;

namespace detail {

template <readable T, cell_id Cell>
bool add_cells(const logit_row<T>& r, double log_z, std::span<const Cell> cell, std::span<double> mass) noexcept {
  [[maybe_unused]] const std::size_t n = r.n;
  REALIGN_SIMD_LONG(widened<T>, add_cells, r, log_z, cell.data(), mass.size(), mass.data())
  return false;
}
template <cell_id Cell>
void check_cells(std::size_t n, std::span<const Cell> cell, std::size_t count) {
  expects(cell.size() == n, "cells", "one id per choice", cell.size(), " for ", n, " choices");
  for (std::size_t a = 0; a < n; ++a)
    expects(cell[a] < count, "cells", "ids below the number of cells", cell[a], " of ", count, " at choice ", a);
}
template <readable T, cell_id Cell, class Logit>
void add_cells(const logit_row<T>& r, bool vectors, const Logit& logit, double log_z, std::span<const Cell> cell,
               std::span<double> mass) {
  if (vectors && cell.size() == r.n && add_cells(r, log_z, cell, mass)) return;
  check_cells(r.n, cell, mass.size());
  reference::add_cells(logit, log_z, cell, mass.data());
}

}  // namespace detail

/// mass_k += sum over the allowed choices a in cell k of exp(logits_a - log_z).
///
/// Features of few distinct values cut the choices into cells; a projection on limits for such features then needs the
/// masses of the cells alone, and is exact (2^K cells for K yes-or-no features).
///
/// @param logits   n numbers, also of 16 bits; minus infinity adds nothing, NaN makes the mass of its cell NaN
/// @param log_z    the row's log_sum_exp; less log w, the row counts w times: masses of a mixture add up row by row
/// @param cell     n ids: std::uint8_t, std::uint16_t or std::uint32_t
/// @param mass     as many numbers as there are cells
/// @param allowed  n bytes, zero means never; empty allows all
/// @throws contract_error on a wrong length, or an id that is no cell; nothing is added then
/// @cost one pass over the row and its ids, n exponentials; no allocation
template <readable T, cell_id Cell>
void add_cell_masses(vector_view<const T> logits, double log_z, std::span<const Cell> cell, std::span<double> mass,
                     mask_view allowed = {}) {
  const auto logit = [&](std::size_t a) { return reference::plain_logit(logits, allowed, a); };
  detail::add_cells(detail::row_of(logits, allowed), detail::vectorizable(logits), logit, log_z, cell, mass);
}

/// The same for the geometric mean of policies: logits sum_i c_i logits_ia, log_z its `geometric_log_z`.
///
/// @param logits  N x V, also of 16 bits
/// @param c       N coefficients; a negative one may not meet a masked logit that no other row masks
template <readable T, cell_id Cell>
void add_geometric_cell_masses(matrix_view<const T> logits, std::span<const double> c, double log_z,
                               std::span<const Cell> cell, std::span<double> mass, mask_view allowed = {}) {
  const auto logit = [&](std::size_t a) { return reference::geometric_logit(logits, c, allowed, a); };
  const bool vectors = detail::vectorizable(logits) && detail::weights_only<widened<T>>(c);
  detail::add_cells(detail::row_of(logits, c, allowed), vectors, logit, log_z, cell, mass);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_CELLS_HPP
