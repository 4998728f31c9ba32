// SPDX-License-Identifier: MIT
// What the fuzz targets share: numbers out of bytes, requirements, and what a loader may do.
#ifndef REALIGN_TESTS_FUZZ_FUZZ_HPP
#define REALIGN_TESTS_FUZZ_FUZZ_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>

/// The entry that libFuzzer calls, and replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace realign_fuzz {

namespace ra = realign;

/// A property that must hold for every input. A fuzzer sees the end of the program as a finding.
inline void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}
inline void require(bool ok, const char* what, const std::string& seen) {
  if (!ok) std::fprintf(stderr, "seen: %s\n", seen.c_str());
  require(ok, what);
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The name under which every loader reads the input.
inline constexpr const char* input_name = "input";

/// Runs a loader. It returns, or throws an `input_error` that begins with the file; anything else is a finding.
/// @param why   the rest of the error's message
/// @param file  what the file's name begins with
template <class Load>
auto attempt(const Load& load, std::string& why, std::string_view file = input_name) -> std::optional<decltype(load())> {
  try {
    return load();
  } catch (const ra::input_error& e) {
    const std::string_view message = e.what();
    const std::size_t colon = message.find(": ", file.size());
    require(message.starts_with(file) && colon != std::string_view::npos && colon + 2 < message.size(),
            "an error begins with its file", e.what());
    why = message.substr(colon + 2);
    return std::nullopt;
  }
}
template <class Load>
auto attempt(const Load& load) {
  std::string why;
  return attempt(load, why);
}

template <ra::scalar T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

/// Hands out the input; zeros once it is used up.
class byte_source {
 public:
  byte_source(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t b = left_.front();
    left_ = left_.subspan(1);
    return b;
  }
  /// A number below `n`.
  std::size_t below(std::size_t n) { return byte() % n; }
  bool coin() { return (byte() & 1U) != 0; }

  /// Raw bits: any number, infinities and NaN included.
  template <ra::scalar T>
  T any_number() {
    std::uint64_t b = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) b = (b << 8) | byte();
    return ra::detail::from_bits<T>(static_cast<ra::detail::bits_of<T>>(b));
  }
  /// One byte: from -16 to 16, or minus infinity.
  template <ra::scalar T>
  T small_number() {
    const int b = byte();
    return b == 0x80 ? ra::neg_infinity<T>() : static_cast<T>(b < 0x80 ? b : b - 0x100) / T(8);
  }
  template <ra::scalar T>
  T number(bool any) {
    return any ? any_number<T>() : small_number<T>();
  }

 private:
  std::span<const std::uint8_t> left_;
};

}  // namespace realign_fuzz

#endif  // REALIGN_TESTS_FUZZ_FUZZ_HPP
