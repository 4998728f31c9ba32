// SPDX-License-Identifier: MIT
// Every float through the functions of simd/math.hpp, on every instruction set, against double precision.
//
//   realign_every_float FUNCTION [PART PARTS]
//
// Prints the largest error of each set; exits 1 when one is larger than promised, or when a special value is wrong.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string_view>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/simd/isa.hpp>
#include <realign/simd/math.hpp>

#include "../simd/ulp.hpp"

namespace {

namespace ra = realign;
namespace simd = ra::simd;
using function = realign_tests::tested_function<float, double>;

constexpr std::size_t block = 4096;
constexpr std::uint64_t all_floats = std::uint64_t{1} << 32;

/// What one instruction set made of the numbers so far.
struct record {
  simd::isa set;
  std::uint64_t wrong = 0;  // special values
  double worst = 0;         // units of the last place
  float worst_at = 0, wrong_at = 0;
};

/// Outside the domain, and of what is not finite, the scalar function tells; inside, the wide one.
void compare(const function& f, const std::vector<float>& x, const std::vector<double>& exact,
             const std::vector<float>& y, record& r) {
  for (std::size_t i = 0; i < block; ++i) {
    if (ra::is_finite(x[i]) && x[i] > f.below) {
      const double e = realign_tests::ulp_error(y[i], exact[i], f.flushes);
      if (e <= r.worst) continue;
      r.worst = e;
      r.worst_at = x[i];
    } else {
      const float expected = f.scalar(x[i]);
      if (ra::is_nan(expected) ? ra::is_nan(y[i]) : std::memcmp(&expected, &y[i], sizeof expected) == 0) continue;
      if (r.wrong++ == 0) r.wrong_at = x[i];
    }
  }
}

std::vector<record> supported_sets() {
  std::vector<record> sets;
  for (const simd::isa set : {simd::isa::portable, simd::isa::avx2, simd::isa::avx512})
    if (simd::supported(set)) sets.push_back({.set = set});
  return sets;
}

bool check(const function& f, std::uint64_t part, std::uint64_t parts) {
  std::vector<record> records = supported_sets();
  std::vector<float> x(block), y(block);
  std::vector<double> exact(block);
  for (std::uint64_t begin = part * block; begin < all_floats; begin += parts * block) {
    for (std::size_t i = 0; i < block; ++i) {
      const auto b = static_cast<std::uint32_t>(begin + i);
      std::memcpy(&x[i], &b, sizeof b);
      exact[i] = ra::is_finite(x[i]) && x[i] > f.below ? f.wide(static_cast<double>(x[i])) : 0;
    }
    for (record& r : records) {
      simd::force(r.set);
      f.run({x.data(), block}, {y.data(), block});
      compare(f, x, exact, y, r);
    }
  }
  bool kept = true;
  for (const record& r : records) {
    std::cout << f.name << ' ' << simd::to_string(r.set) << ": worst " << r.worst << " ulp at " << r.worst_at
              << ", promised " << f.most_ulp << "; " << r.wrong << " special values wrong";
    if (r.wrong > 0) std::cout << ", the first at " << r.wrong_at;
    std::cout << '\n';
    kept = kept && r.worst <= f.most_ulp && r.wrong == 0;
  }
  return kept;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t part = argc > 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
  const std::uint64_t parts = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  if (argc > 1 && parts > 0)
    for (const function& f : realign_tests::tested_functions<float, double>)
      if (f.name == std::string_view(argv[1])) return check(f, part, parts) ? 0 : 1;
  std::cerr << "usage: realign_every_float FUNCTION [PART PARTS]\n";
  return 2;
}
