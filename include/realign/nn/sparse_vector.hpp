// SPDX-License-Identifier: MIT
// A sparse vector: sorted distinct indices with their values.
#ifndef REALIGN_NN_SPARSE_VECTOR_HPP
#define REALIGN_NN_SPARSE_VECTOR_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>

namespace realign::inline v0::nn {

/// The entries of a vector that are not zero, by ascending index.
template <scalar T>
struct sparse_vector {
  std::vector<int> indices;
  std::vector<T> values;

  [[nodiscard]] std::size_t size() const noexcept { return indices.size(); }
  [[nodiscard]] bool empty() const noexcept { return indices.empty(); }
  friend bool operator==(const sparse_vector&, const sparse_vector&) = default;
};

/// Checks that the indices ascend from 0 on and stay below `dimension`, and that the values are
/// finite.
/// @throws contract_error naming the entry
template <scalar T>
void expect_valid(const sparse_vector<T>& x, std::size_t dimension) {
  expects(x.indices.size() == x.values.size(), "sparse_vector", "as many values as indices",
          x.values.size(), " for ", x.indices.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int low = i == 0 ? 0 : x.indices[i - 1] + 1;
    expects(x.indices[i] >= low && static_cast<std::size_t>(x.indices[i]) < dimension,
            "sparse_vector", "ascending indices below the dimension", x.indices[i], " at entry ", i,
            " of dimension ", dimension);
    expects(is_finite(x.values[i]), "sparse_vector", "finite values", x.values[i], " at entry ", i);
  }
}

/// Collects entries in any order; those with the same index are added, and sums that vanish are
/// left out.
/// @cost O(n log n); allocates the result
template <scalar T>
[[nodiscard]] sparse_vector<T> collect(std::vector<std::pair<int, double>> entries) {
  std::sort(entries.begin(), entries.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size();) {
    std::pair<int, double> sum = entries[i];
    while (++i < entries.size() && entries[i].first == sum.first) sum.second += entries[i].second;
    if (sum.second > 0 || sum.second < 0) entries[kept++] = sum;
  }
  sparse_vector<T> out;
  out.indices.reserve(kept);
  out.values.reserve(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    out.indices.push_back(entries[i].first);
    out.values.push_back(static_cast<T>(entries[i].second));
  }
  return out;
}

/// Divides by the Euclidean norm; a vector without entries stays as it is.
template <scalar T>
void normalize(sparse_vector<T>& x) {
  double top = 0, square = 0;
  for (const T v : x.values) top = (std::max)(top, std::abs(static_cast<double>(v)));
  if (!(top > 0)) return;
  int exponent = 0;
  (void)std::frexp(top, &exponent);
  const double unit = std::ldexp(1.0, -std::clamp(exponent, -1000, 1000));  // in which no square is beyond the range
  const auto in_units = [&](const T& v) { return rounded(static_cast<double>(v) * unit); };
  for (const T& v : x.values) square += in_units(v) * in_units(v);
  const double scale = 1 / std::sqrt(square);
  for (T& v : x.values) v = static_cast<T>(in_units(v) * scale);
}

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_SPARSE_VECTOR_HPP
