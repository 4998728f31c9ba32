// SPDX-License-Identifier: MIT
// refused: it is not one row of float or double at equal steps in memory
#include <realign/adapt/mdspan.hpp>
#include <realign/policy/policy.hpp>

struct tiled {
  using element_type = const float;
  using value_type = float;
  using reference = const float&;
  struct mapping_type {
#ifdef REFUSED
    static constexpr bool is_always_strided() { return false; }
#else
    static constexpr bool is_always_strided() { return true; }
#endif
  };
  static constexpr std::size_t rank() { return 1; }
  const float* data_handle() const { return nullptr; }
  int extents() const { return 0; }
  int extent(std::size_t) const { return 0; }
  int stride(std::size_t) const { return 1; }
  mapping_type mapping() const { return {}; }
};

void use(std::span<float> out) { realign::evaluate(tiled(), 0, out); }
