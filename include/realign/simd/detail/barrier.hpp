// SPDX-License-Identifier: MIT
// What the kernels for f-divergence means of policies pass on.
#ifndef REALIGN_SIMD_DETAIL_BARRIER_HPP
#define REALIGN_SIMD_DETAIL_BARRIER_HPP

#include <cstddef>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::simd {

/// A divergence whose f' falls to minus infinity at 0: f'(x) = (1 - x^-alpha) / alpha with alpha > 0, or
/// Jensen-Shannon's f'(x) = log(2 x / (1 + x)).
struct barrier_divergence {
  double alpha = 1;
  bool jensen_shannon = false;
};

/// Mass of a mean at a trial, and d log mass / d tau.
struct trial {
  double mass;
  double slope;
};

namespace detail {

/// N rows of logits, one of them the reference.
template <scalar T>
struct divergence_rows {
  const T* logits;
  std::ptrdiff_t row_stride;
  std::size_t rows;
  const double* c;  ///< of the reference without effect
  const double* log_z;
  std::size_t reference;
  const unsigned char* allowed;
  std::size_t n;
};

}  // namespace detail
}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_DETAIL_BARRIER_HPP
