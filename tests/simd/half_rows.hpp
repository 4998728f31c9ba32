// SPDX-License-Identifier: MIT
// Rows of 16-bit numbers beside the floats that they stand for.
#ifndef REALIGN_TESTS_SIMD_HALF_ROWS_HPP
#define REALIGN_TESTS_SIMD_HALF_ROWS_HPP

#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/random.hpp>
#include <realign/core/view.hpp>

namespace realign_tests {

/// The same numbers twice. The halves begin `offset` bytes into their storage, and end with it.
template <class H>
class half_rows {
 public:
  half_rows(const std::vector<float>& x, std::size_t rows, std::size_t offset = 0)
      : rows_(rows), offset_(offset), bytes_(offset + 2 * x.size()) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const H h(x[i]);
      std::memcpy(bytes_.data() + offset + 2 * i, &h, 2);
      floats_.push_back(h);
    }
  }
  realign::matrix_view<const H> halves() const {
    return {reinterpret_cast<const H*>(bytes_.data() + offset_), rows_, floats_.size() / rows_};
  }
  realign::matrix_view<const float> floats() const { return {floats_.data(), rows_, floats_.size() / rows_}; }

 private:
  std::size_t rows_, offset_;
  std::vector<unsigned char> bytes_;
  std::vector<float> floats_;
};

/// Logits of this spread, some of them minus infinity, but not the first of a row.
inline std::vector<float> some_logits(realign::random_generator& g, std::size_t rows, std::size_t n, double spread) {
  std::vector<float> x(rows * n);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = i % n != 0 && realign::uniform(g) < 0.2 ? realign::neg_infinity<float>() : static_cast<float>(spread * realign::normal(g));
  return x;
}
/// A mask that keeps the first choice.
inline std::vector<unsigned char> some_mask(realign::random_generator& g, std::size_t n) {
  std::vector<unsigned char> allowed(n);
  for (unsigned char& a : allowed) a = realign::uniform(g) < 0.7 ? 1 : 0;
  allowed[0] = 1;
  return allowed;
}

/// Infinite alike, or within some units of the last place of their size, or of 1.
inline bool close(double x, double y, double ulps = 4) {
  if (!realign::is_finite(x) || !realign::is_finite(y))
    return realign::is_nan(x) == realign::is_nan(y) && realign::is_neg_inf(x) == realign::is_neg_inf(y) &&
           realign::is_pos_inf(x) == realign::is_pos_inf(y);
  return std::fabs(x - y) <= ulps * static_cast<double>(std::numeric_limits<float>::epsilon()) * (1 + std::fabs(y));
}
/// All numbers of two rows.
inline bool close(const std::vector<float>& x, const std::vector<float>& y, double ulps = 4) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!close(static_cast<double>(x[i]), static_cast<double>(y[i]), ulps)) return false;
  return x.size() == y.size();
}

/// The same bits, or both not a number. Under -ffast-math scalar code may add up another type in another order.
template <realign::scalar T>
bool same(const T& x, const T& y) {
#if defined(__FAST_MATH__)
  return close(static_cast<double>(x), static_cast<double>(y));
#else
  return realign::detail::bits(x) == realign::detail::bits(y) || (realign::is_nan(x) && realign::is_nan(y));
#endif
}
template <realign::scalar T>
bool same(std::span<const T> x, std::span<const T> y) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!same(x[i], y[i])) return false;
  return x.size() == y.size();
}
template <realign::scalar T>
bool same(const std::vector<T>& x, const std::vector<T>& y) {
  return same(std::span<const T>(x), std::span<const T>(y));
}

/// f(rows, mask) for `count` rows of many lengths at any address: some logits are minus infinity, of some rows one is NaN or
/// plus infinity; without a mask, with one, and with one that leaves nothing.
template <class H, class F>
void each_half_rows(std::size_t count, const F& f) {
  using mask = std::vector<unsigned char>;
  realign::random_generator g(7);
  std::vector<std::size_t> lengths{255, 256, 257, 1000, 5003};
  for (std::size_t n = 1; n <= 70; ++n) lengths.push_back(n);
  for (const std::size_t n : lengths)
    for (const float number : {0.0F, realign::not_a_number<float>(), realign::pos_infinity<float>()}) {
      CAPTURE(n);
      CAPTURE(number);
      std::vector<float> x = some_logits(g, count, n, n % 2 == 0 ? 2.0 : 100.0);
      x[realign::uniform_index(g, x.size())] = number;
      const half_rows<H> rows(x, count, n % 3);
      f(rows, mask{});
      f(rows, some_mask(g, n));
      f(rows, mask(n, 0));
    }
}

/// f(rows, weights, mask) for one row, and for three of which one has no weight.
template <class H, class F>
void each_half_mix(const F& f) {
  const std::vector<double> weights{0.5, 0.0, 0.75};
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}})
    each_half_rows<H>(count, [&](const half_rows<H>& x, const std::vector<unsigned char>& allowed) {
      f(x, std::span<const double>(weights.data(), count), allowed);
    });
}

}  // namespace realign_tests

#endif  // REALIGN_TESTS_SIMD_HALF_ROWS_HPP
