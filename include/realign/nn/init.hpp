// SPDX-License-Identifier: MIT
// Seeded orthogonal initialisation of weight matrices.
#ifndef REALIGN_NN_INIT_HPP
#define REALIGN_NN_INIT_HPP

#include <cstddef>
#include <span>

#include <Eigen/Core>
#include <Eigen/QR>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>

namespace realign::inline v0::nn {

/// Fills w (I x O, row-major) with gain times a random matrix whose columns are orthonormal, or its
/// rows when there are fewer of these; uniform over such matrices.
///
/// Q of the QR decomposition of a normal matrix, columns multiplied by the signs of the diagonal of
/// R (Saxe et al., ICLR 2014; Mezzadri 2007). Drawn in double: the same generator state gives the
/// same numbers, up to rounding, for either type.
///
/// @param w     I * O numbers
/// @throws contract_error for another length or a gain that is not finite
/// @cost O(I O min(I, O)); allocates
template <scalar T>
void orthogonal(random_generator& random, double gain, std::size_t inputs, std::size_t outputs,
                std::span<T> w) {
  expects(w.size() == inputs * outputs && !w.empty(), "w", "inputs times outputs numbers", w.size(),
          " for ", inputs, " x ", outputs);
  expects(is_finite(gain), "gain", "a finite number", gain);
  const bool tall = inputs >= outputs;
  const auto n = static_cast<Eigen::Index>(tall ? inputs : outputs);
  const auto k = static_cast<Eigen::Index>(tall ? outputs : inputs);
  Eigen::MatrixXd normals(n, k);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < k; ++j) normals(i, j) = normal(random);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(normals);
  Eigen::MatrixXd q = Eigen::MatrixXd::Identity(n, k);
  q.applyOnTheLeft(qr.householderQ());
  for (Eigen::Index j = 0; j < k; ++j)
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> out(
      w.data(), static_cast<Eigen::Index>(inputs), static_cast<Eigen::Index>(outputs));
  if (tall)
    out = (gain * q).template cast<T>();
  else
    out = (gain * q.transpose()).template cast<T>();
}

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_INIT_HPP
