// SPDX-License-Identifier: MIT
// A small, fast, reproducible random generator, and the draws that the library needs.
#ifndef REALIGN_CORE_RANDOM_HPP
#define REALIGN_CORE_RANDOM_HPP

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <realign/core/contract.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/view.hpp>

namespace realign::inline v0 {

/// xoshiro256++ (Blackman and Vigna 2021), seeded through splitmix64. Meets
/// `std::uniform_random_bit_generator`; the same seed gives the same numbers on every platform.
class random_generator {
 public:
  using result_type = std::uint64_t;

  explicit constexpr random_generator(std::uint64_t seed = 0) noexcept {
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15ULL;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      word = z ^ (z >> 31);
    }
  }

  [[nodiscard]] static constexpr result_type(min)() noexcept { return 0; }
  [[nodiscard]] static constexpr result_type(max)() noexcept {
    return (std::numeric_limits<result_type>::max)();
  }

  constexpr result_type operator()() noexcept {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// A generator for another stream, drawn from this one.
  [[nodiscard]] constexpr random_generator split() noexcept { return random_generator((*this)()); }

  friend constexpr bool operator==(const random_generator&, const random_generator&) noexcept = default;

 private:
  std::uint64_t state_[4] = {};
};

/// G gives 64 random bits in every call, as `random_generator` and `std::mt19937_64` do, and `std::mt19937` does not.
template <class G>
concept random_bits = requires(G& g) {
  requires std::unsigned_integral<std::remove_cvref_t<decltype(g())>> && sizeof(g()) == 8;
} && (!requires { (G::max)(); } || requires {
  requires (G::min)() == 0 && (G::max)() == (std::numeric_limits<std::uint64_t>::max)();
});

namespace detail {
template <class G>
constexpr void expect_random_bits() noexcept {
  static_assert(random_bits<G>,
                "realign: a generator of 64 random bits is needed: random_generator or std::mt19937_64; std::mt19937 "
                "gives 32.");
}
}  // namespace detail

/// A uniform number in [0, 1), 53 random bits.
template <class Generator>
[[nodiscard]] constexpr double uniform(Generator& g) noexcept {
  detail::expect_random_bits<Generator>();
  return static_cast<double>(g() >> 11) * 0x1.0p-53;
}

/// A uniform index in [0, n), n > 0, without bias (Lemire 2019).
template <class Generator>
[[nodiscard]] std::size_t uniform_index(Generator& g, std::size_t n) {
  detail::expect_random_bits<Generator>();
  expects(n > 0, "uniform_index", "a size above 0", n);
  const auto bound = static_cast<std::uint64_t>(n);
  const std::uint64_t threshold = (0 - bound) % bound;
  for (;;) {
    // 64 x 64 -> 128 bit product out of halves
    const std::uint64_t x = g();
    const std::uint64_t a = x >> 32, b = x & 0xffffffffU, c = bound >> 32, d = bound & 0xffffffffU;
    const std::uint64_t mid = a * d + ((b * d) >> 32);
    const std::uint64_t mid2 = b * c + (mid & 0xffffffffU);
    const std::uint64_t high = a * c + (mid >> 32) + (mid2 >> 32);
    if (x * bound >= threshold) return static_cast<std::size_t>(high);
  }
}

/// A standard normal number (Marsaglia's polar method; the second number of a pair is not kept).
template <class Generator>
[[nodiscard]] double normal(Generator& g) noexcept {
  for (;;) {
    const double u = 2 * uniform(g) - 1;
    const double v = 2 * uniform(g) - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * libm::sqrt(-2 * libm::log(s) / s);
  }
}

/// Draws an index with probability `p[i]`; `p` sums to one up to rounding. Entries that are exactly zero
/// are never drawn. O(n), no allocation.
template <class Generator, vector_like P>
[[nodiscard]] std::size_t draw(Generator& g, const P& p) {
  const auto v = as_view(p);
  double u = uniform(g);
  std::size_t last = v.size();
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (!(v[i] > 0)) continue;
    last = i;
    u -= static_cast<double>(v[i]);
    if (u < 0) break;
  }
  expects(last < v.size(), "probabilities", "at least one positive entry", "none");
  return last;
}

/// Puts `items`, which may be of a type that can only be moved, in random order (Fisher and Yates).
template <class Generator, class Items>
void shuffle(Generator& g, Items& items) {
  using std::swap;
  for (std::size_t i = items.size(); i > 1; --i) {
    const std::size_t j = uniform_index(g, i);
    swap(items[i - 1], items[j]);
  }
}

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_RANDOM_HPP
