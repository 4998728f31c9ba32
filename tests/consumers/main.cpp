// SPDX-License-Identifier: MIT
// The program that every way of getting the library builds: two policies mixed for one user.
#include <realign/realign.hpp>

#include <array>
#include <cstdio>
#include <span>

int main() {
  const std::array<double, 6> rows{2.0, 1.0, -1.0, -1.0, 1.0, 2.0};
  const realign::matrix_view<const double> logits(rows.data(), 2, 3);
  const realign::weights w{0.7, 0.3};
  std::array<double, 3> p{};
  realign::simd::geometric_mix<double>(logits, w, {}, realign::as_view(p));
  for (const double log_p : p) std::printf("%.6f\n", log_p);
}
