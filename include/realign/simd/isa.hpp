// SPDX-License-Identifier: MIT
// Which instruction set the row kernels run on: chosen once per process, listed and forced on request.
#ifndef REALIGN_SIMD_ISA_HPP
#define REALIGN_SIMD_ISA_HPP

#include <cstdlib>
#include <string_view>

#include <realign/core/contract.hpp>
#include <realign/core/detail/atomic_value.hpp>

/// Where run-time selection is possible: GNU vector extensions and target regions on x86-64.
#if defined(__GNUC__) && defined(__x86_64__) && !defined(REALIGN_SIMD_PORTABLE)
#define REALIGN_SIMD_X86 1
#else
#define REALIGN_SIMD_X86 0
#endif

namespace realign::inline v0::simd {

/// Instruction sets that have kernels of their own. `portable` is what the compiler was told to use anyway.
enum class isa : unsigned char { portable, avx2, avx512 };

[[nodiscard]] constexpr std::string_view to_string(isa set) noexcept {
  return set == isa::avx512 ? "avx512" : set == isa::avx2 ? "avx2" : "portable";
}

/// True when this processor can run the kernels of `set`.
[[nodiscard]] inline bool supported(isa set) noexcept {
#if REALIGN_SIMD_X86
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (set == isa::avx2) return avx2;
  if (set == isa::avx512)
    return avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
#endif
  return set == isa::portable;
}

namespace detail {

/// The best supported set, or the best up to that which the environment variable REALIGN_SIMD names (portable, avx2,
/// avx512). Any other value of it says nothing.
[[nodiscard]] inline isa choose() noexcept {
  const char* const wish = std::getenv("REALIGN_SIMD");
  isa best = isa::portable;
  for (const isa set : {isa::portable, isa::avx2, isa::avx512}) {
    if (supported(set)) best = set;
    if (wish != nullptr && std::string_view(wish) == to_string(set)) break;
  }
  return best;
}

[[nodiscard]] inline realign::detail::atomic_value<isa>& chosen() noexcept {
  static realign::detail::atomic_value<isa> set{choose()};
  return set;
}

}  // namespace detail

/// The instruction set that kernels run on now.
[[nodiscard]] inline isa active() noexcept { return detail::chosen().load(); }

/// True where the third-level cache gives a number in less time than an exponential takes: a core of Zen 4 reads one in a
/// quarter of that time, a core of Sapphire Rapids in 1.2 times. The vendor decides, for AMD's others were not measured.
[[nodiscard]] inline bool third_cache_is_near() noexcept {
#if REALIGN_SIMD_X86
  __builtin_cpu_init();
  return __builtin_cpu_is("amd") != 0;
#else
  return false;
#endif
}

/// Makes all kernels of the process run on `set`: for tests and comparisons. Kernels that need a full vector run rows of
/// fewer than 16 choices on the portable set whatever is active.
/// @return the set before
/// @throws contract_error when this processor cannot run it
inline isa force(isa set) {
  expects(supported(set), "simd::force", "an instruction set of this processor", to_string(set));
  return detail::chosen().exchange(set);
}

}  // namespace realign::inline v0::simd

#endif  // REALIGN_SIMD_ISA_HPP
