// SPDX-License-Identifier: MIT
// Copies the feature vectors of a batch's states into one matrix.
#ifndef REALIGN_NN_FEATURE_BATCH_HPP
#define REALIGN_NN_FEATURE_BATCH_HPP

#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/nn/dense.hpp>

namespace realign::inline v0::nn {

/// Checks a state: `size` finite features. Activations may hide a NaN, so it is looked for here.
/// @throws contract_error naming the first that is not
template <scalar T>
void expect_features(std::span<const T> state, std::size_t size) {
  expects(state.size() == size, "state", "as many features as the network has inputs", state.size(),
          " for ", size);
  for (std::size_t i = 0; i < size; ++i)
    expects(is_finite(state[i]), "state", "finite features", state[i], " at index ", i);
}

/// The features of several states, one row each.
template <scalar T>
class feature_batch {
 public:
  /// Copies the states. @throws contract_error as `expect_features`
  void assign(std::span<const std::vector<T>* const> states, std::size_t size) {
    count_ = states.size();
    size_ = size;
    values_.clear();
    for (const std::vector<T>* state : states) {
      expect_features(std::span<const T>(*state), size);
      values_.insert(values_.end(), state->begin(), state->end());
    }
  }

  [[nodiscard]] const_rows<T> rows() const {
    return as_rows(std::span<const T>(values_), count_, size_);
  }

 private:
  std::vector<T> values_;
  std::size_t count_ = 0;
  std::size_t size_ = 0;
};

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_FEATURE_BATCH_HPP
