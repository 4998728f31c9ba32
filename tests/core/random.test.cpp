// SPDX-License-Identifier: MIT
#include <realign/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace ra = realign;

static_assert(std::uniform_random_bit_generator<ra::random_generator>);

namespace {

// The published algorithms, written out once more.
std::uint64_t splitmix(std::uint64_t& x) {
  std::uint64_t z = (x += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// Always the same number.
struct stuck {
  std::uint64_t x;
  std::uint64_t operator()() const { return x; }
};
// A list of numbers.
struct scripted {
  std::vector<std::uint64_t> numbers;
  std::size_t at = 0;
  std::uint64_t operator()() { return numbers.at(at++); }
};

// a number whose `uniform` is u
std::uint64_t bits_for(double u) { return static_cast<std::uint64_t>(std::ldexp(u, 53)) << 11; }

}  // namespace

static_assert(ra::random_bits<ra::random_generator> && ra::random_bits<std::mt19937_64> && ra::random_bits<scripted>);
static_assert(!ra::random_bits<std::mt19937> && !ra::random_bits<std::minstd_rand>);

TEST_CASE("the generator is xoshiro256++ seeded by splitmix64") {
  // first output of splitmix64 from seed 0, as published
  std::uint64_t x = 0;
  REQUIRE(splitmix(x) == 0xe220a8397b1dcdafULL);
  for (const std::uint64_t seed : {0ULL, 1ULL, 42ULL, ~0ULL}) {
    std::uint64_t s[4], at = seed;
    for (std::uint64_t& word : s) word = splitmix(at);
    const auto rotate = [](std::uint64_t v, int k) { return (v << k) | (v >> (64 - k)); };
    ra::random_generator g(seed);
    for (int n = 0; n < 100; ++n) {
      CHECK(g() == rotate(s[0] + s[3], 23) + s[0]);
      const std::uint64_t t = s[1] << 17;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = rotate(s[3], 45);
    }
  }
}

TEST_CASE("the same seed gives the same numbers, another one others") {
  ra::random_generator a(7), b(7), c(8);
  CHECK(a == b);
  CHECK_FALSE(a == c);
  ra::random_generator child = a.split();
  CHECK(b.split() == child);
  CHECK_FALSE(child == a);
  CHECK(a == b);
  CHECK(a() != child());
}

TEST_CASE("uniform numbers lie in [0, 1)") {
  stuck bottom{0}, top{~0ULL};
  CHECK(ra::uniform(bottom) == 0.0);
  CHECK(ra::uniform(top) == 1 - std::ldexp(1.0, -53));
  CHECK(ra::uniform(top) < 1.0);
  ra::random_generator g(1);
  double sum = 0, square = 0, least = 1, most = 0;
  for (int n = 0; n < 20000; ++n) {
    const double u = ra::uniform(g);
    least = (std::min)(least, u);
    most = (std::max)(most, u);
    sum += u;
    square += u * u;
  }
  CHECK(least >= 0.0);
  CHECK(most < 1.0);
  CHECK(std::fabs(sum / 20000 - 0.5) < 0.01);
  CHECK(std::fabs(square / 20000 - 1.0 / 3) < 0.01);
}

TEST_CASE("uniform indices are in range, without bias, from the high bits") {
  ra::random_generator g(2);
  std::size_t count[7] = {};
  for (int n = 0; n < 70000; ++n) ++count[ra::uniform_index(g, 7)];
  double chi2 = 0;
  for (const std::size_t c : count) chi2 += std::pow(static_cast<double>(c) - 10000, 2) / 10000;
  CHECK(chi2 < 22.5);  // 99.9 % of chi-square with 6 degrees of freedom
  CHECK(ra::uniform_index(g, 1) == 0);
  // floor(x n / 2^64), by 128-bit arithmetic
  for (const std::uint64_t n : {3ULL, 1000003ULL, 0x8000000000000001ULL}) {
    for (int k = 0; k < 200; ++k) {
      const std::uint64_t x = g();
      __extension__ using wide = unsigned __int128;
      const std::uint64_t low = x * n;
      if (low < (0 - n) % n) continue;  // would be rejected
      stuck fixed{x};
      CHECK(ra::uniform_index(fixed, n) ==
            static_cast<std::size_t>((static_cast<wide>(x) * n) >> 64));
    }
  }
  // with n = 2^63 + 1 nearly half of the numbers are rejected: the first here is, the second is not
  scripted two{{0, ~0ULL}};
  CHECK(ra::uniform_index(two, 0x8000000000000001ULL) == 0x8000000000000000ULL);
  CHECK(two.at == 2);
  CHECK_THROWS_AS((void)ra::uniform_index(g, 0), ra::contract_error);
}

TEST_CASE("normal numbers have the moments of the normal distribution") {
  ra::random_generator g(3);
  constexpr int n = 40000;
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (int i = 0; i < n; ++i) {
    const double x = ra::normal(g);
    m1 += x / n;
    m2 += x * x / n;
    m3 += x * x * x / n;
    m4 += x * x * x * x / n;
  }
  CHECK(std::fabs(m1) < 0.02);
  CHECK(std::fabs(m2 - 1) < 0.03);
  CHECK(std::fabs(m3) < 0.08);
  CHECK(std::fabs(m4 - 3) < 0.2);
}

TEST_CASE_TEMPLATE("draws follow the probabilities", T, float, double) {
  const std::vector<T> p{T(0), T(0.25), T(0), T(0.5), T(0.25), T(0)};
  for (const auto& [u, expected] : std::vector<std::pair<double, std::size_t>>{
           {0.0, 1}, {0.2499, 1}, {0.25, 3}, {0.7499, 3}, {0.75, 4}, {0.9999, 4}}) {
    stuck at{bits_for(u)};
    CHECK(ra::draw(at, p) == expected);
  }
  ra::random_generator g(4);
  std::size_t count[6] = {};
  for (int n = 0; n < 20000; ++n) ++count[ra::draw(g, p)];
  CHECK(count[0] + count[2] + count[5] == 0);
  CHECK(std::abs(static_cast<double>(count[3]) - 10000) < 300);
}

TEST_CASE_TEMPLATE("rounding never draws an entry that is zero", T, float, double) {
  // sums to less than one: what is missing goes to the last positive entry
  const std::vector<T> p{T(0.3), T(0.3), T(0)};
  stuck top{~0ULL};
  CHECK(ra::draw(top, p) == 1);
  const std::vector<T> one{T(0), T(1)};
  stuck bottom{0};
  CHECK(ra::draw(bottom, one) == 1);
  CHECK_THROWS_AS((void)ra::draw(top, std::vector<T>{}), ra::contract_error);
  CHECK_THROWS_AS((void)ra::draw(top, (std::vector<T>{0, 0})), ra::contract_error);
}

TEST_CASE("shuffling keeps the items and reaches every order") {
  ra::random_generator g(5);
  std::size_t count[6] = {};
  for (int n = 0; n < 6000; ++n) {
    std::vector<int> x{0, 1, 2};
    ra::shuffle(g, x);
    std::vector<int> sorted = x;
    std::sort(sorted.begin(), sorted.end());
    REQUIRE(sorted == std::vector<int>{0, 1, 2});
    ++count[static_cast<std::size_t>(x[0] * 2 + (x[1] > x[2] ? 1 : 0))];
  }
  for (const std::size_t c : count) CHECK(std::abs(static_cast<double>(c) - 1000) < 150);
  std::vector<int> none, one{9};
  ra::shuffle(g, none);
  ra::shuffle(g, one);
  CHECK(one == std::vector<int>{9});
}

TEST_CASE("a shuffle permutes bits and what can only be moved as it does numbers") {
  ra::random_generator numbers(5), bits(5), owners(5);
  std::vector<int> x;
  std::vector<bool> b;
  std::vector<std::unique_ptr<int>> p;
  for (int i = 0; i < 100; ++i) {
    x.push_back(i);
    b.push_back(i < 30);
    p.push_back(std::make_unique<int>(i));
  }
  ra::shuffle(numbers, x);
  ra::shuffle(bits, b);
  ra::shuffle(owners, p);
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(b[i] == (x[i] < 30));
    REQUIRE(p[i] != nullptr);
    CHECK(*p[i] == x[i]);
  }
  // the order that this seed has always given
  ra::random_generator g(5);
  std::vector<int> few{0, 1, 2, 3, 4, 5, 6, 7};
  ra::shuffle(g, few);
  CHECK(few == std::vector<int>{1, 6, 3, 7, 5, 0, 4, 2});
}
