// SPDX-License-Identifier: MIT
// Mean and 95 % confidence interval of a few numbers.
#ifndef TRAIN_CPL_STATISTICS_HPP
#define TRAIN_CPL_STATISTICS_HPP

#include <cmath>
#include <cstddef>
#include <span>

namespace train_cpl {

/// mean +- half_width contains the expectation with probability 0.95, for normal numbers.
struct interval {
  double mean = 0;
  double half_width = 0;

  [[nodiscard]] double low() const { return mean - half_width; }
  [[nodiscard]] double high() const { return mean + half_width; }
};

/// The 0.975 quantile of Student's distribution: exact for 1 and 2 degrees of freedom, within 0.002
/// from 3 on (Cornish and Fisher's expansion with four terms).
[[nodiscard]] inline double student_quantile(std::size_t degrees) {
  constexpr double z = 1.959963984540054;
  const auto n = static_cast<double>(degrees);
  if (degrees == 1) return 12.706204736174698;
  if (degrees == 2) return 4.302652729749462;
  const double z2 = z * z;
  const double first = (z2 + 1) / 4, second = ((5 * z2 + 16) * z2 + 3) / 96;
  const double third = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  const double fourth = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
  return z * (1 + (first + (second + (third + fourth / n) / n) / n) / n);
}

/// The interval of at least two numbers.
[[nodiscard]] inline interval confidence(std::span<const double> x) {
  const auto n = static_cast<double>(x.size());
  interval out;
  for (const double v : x) out.mean += v / n;
  double square = 0;
  for (const double v : x) square += (v - out.mean) * (v - out.mean) / (n - 1);
  out.half_width = student_quantile(x.size() - 1) * std::sqrt(square / n);
  return out;
}

}  // namespace train_cpl

#endif  // TRAIN_CPL_STATISTICS_HPP
