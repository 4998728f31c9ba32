// SPDX-License-Identifier: MIT
// Reads and writes arrays of numbers in NumPy's NPY format: C order, little endian, 1 to 4 axes.
#ifndef REALIGN_IO_NPY_HPP
#define REALIGN_IO_NPY_HPP

#include <algorithm>
#include <bit>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/io/detail/entries.hpp>
#include <realign/io/detail/npy_header.hpp>
#include <realign/io/text_file.hpp>

namespace realign::inline v0::io {

/// A number that an NPY file can hold.
template <class T>
concept npy_number = scalar<T> || std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::uint8_t>;

/// An array, row-major.
template <npy_number T>
struct npy_array {
  std::vector<std::size_t> shape;
  std::vector<T> values;
};

namespace detail {

/// Calls `f` with a number of the type that an array's description names. False for other types.
template <class F>
[[nodiscard]] bool with_npy_type(std::string_view descr, F&& f) {
  if (descr == "<f4") return f(float{}), true;
  if (descr == "<f8") return f(double{}), true;
  if (descr == "<i4") return f(std::int32_t{}), true;
  if (descr == "<i8") return f(std::int64_t{}), true;
  if (descr == "|u1" || descr == "|b1") return f(std::uint8_t{}), true;
  return false;
}

template <npy_number T>
[[nodiscard]] constexpr std::string_view npy_descr() noexcept {
  if constexpr (std::same_as<T, std::uint8_t>)
    return "|u1";
  else if constexpr (scalar<T>)
    return sizeof(T) == 4 ? "<f4" : "<f8";
  else
    return sizeof(T) == 4 ? "<i4" : "<i8";
}

/// The number whose bytes, lowest first, begin at `from`.
template <npy_number T>
[[nodiscard]] T load_little_endian(const char* from) noexcept {
  char bytes[sizeof(T)];
  std::memcpy(bytes, from, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) std::reverse(bytes, bytes + sizeof(T));
  return std::bit_cast<T>(bytes);
}

/// True when To holds x: whole numbers exactly, others up to rounding.
template <npy_number To, npy_number From>
[[nodiscard]] bool fits(const From& x) noexcept {
  if constexpr (scalar<To> && scalar<From>) {
    if (!is_finite(x)) return true;
    const To y = static_cast<To>(x);
    return is_finite(y);
  } else if constexpr (scalar<To>) {
    // From its first to its last bit it must not be longer than what To keeps: converting back and comparing would be
    // undefined where To has rounded up to 2^63.
    const auto wide = static_cast<std::int64_t>(x);
    const auto size = wide < 0 ? 0 - static_cast<std::uint64_t>(wide) : static_cast<std::uint64_t>(wide);
    return 64 - std::countl_zero(size) - std::countr_zero(size) <= std::numeric_limits<To>::digits;
  } else {
    return std::in_range<To>(x);
  }
}

/// Refuses a number that the asked type does not hold, and a truth value that is none.
template <npy_number To, npy_number From>
void check_entry(const From& x, const npy_header& header, std::size_t i, std::string_view file) {
  if (!fits<To>(x)) {
    constexpr bool rounded = scalar<To> && !scalar<From>;
    input_failure(file, npy_place(header.shape, i), rounded ? "not held exactly: " : "out of range: ", x);
  }
  if constexpr (std::same_as<From, std::uint8_t>)
    if (x > 1 && header.descr == "|b1") input_failure(file, npy_place(header.shape, i), "expected 0 or 1, got ", x);
}

}  // namespace detail

/// Reads the bytes of an NPY file (format 1 to 3). A file of another type is converted: whole
/// numbers and truth values to any T that holds them exactly, floating-point numbers to float or double.
///
/// @param file  the name that errors carry
/// @throws input_error naming the place: not an NPY file, Fortran order, big endian, another type,
///         no or more than 4 axes, cut or too long, a number that T does not hold, a truth value
///         other than 0 and 1
template <npy_number T>
[[nodiscard]] npy_array<T> parse_npy(std::string_view bytes, const std::string& file) {
  const detail::npy_header header = detail::parse_npy_header(bytes, file);
  npy_array<T> out{header.shape, {}};
  const std::string_view data = bytes.substr(header.size);
  const bool known = detail::with_npy_type(header.descr, [&]<class From>(From) {
    if constexpr (scalar<From> && !scalar<T>) {
      input_failure(file, "header", "descr: expected whole numbers, got ", header.descr);
    } else {
      const std::size_t count = detail::npy_count(header, sizeof(From), data.size(), file);
      out.values.resize(count);
      for (std::size_t i = 0; i < count; ++i) {
        const From x = detail::load_little_endian<From>(data.data() + i * sizeof(From));
        detail::check_entry<T>(x, header, i, file);
        out.values[i] = static_cast<T>(x);
      }
    }
  });
  if (!known)
    input_failure(file, "header", "descr: expected one of <f4 <f8 <i4 <i8 |u1 |b1, got ",
                  header.descr);
  return out;
}

/// Reads an NPY file. @throws input_error as `parse_npy`, or when it cannot be read
template <npy_number T>
[[nodiscard]] npy_array<T> read_npy(const std::string& file) {
  return parse_npy<T>(read_text_file(file), file);
}

/// The bytes of an NPY file (format 1).
/// @throws contract_error when the shape has no or more than 4 axes or does not hold so many values
template <npy_number T>
[[nodiscard]] std::string npy_bytes(const std::vector<std::size_t>& shape,
                                    std::span<const T> values) {
  expects(!shape.empty() && shape.size() <= 4, "shape", "1 to 4 axes", shape.size());
  const std::size_t count = detail::entry_count(shape);
  expects(count == values.size(), "shape", "as many entries as values", count, " for ",
          values.size());
  std::string out = detail::npy_header_bytes(detail::npy_descr<T>(), shape);
  const std::size_t begin = out.size();
  out.resize(begin + values.size_bytes());
  if (!values.empty()) std::memcpy(out.data() + begin, values.data(), values.size_bytes());
  if constexpr (std::endian::native == std::endian::big)
    for (std::size_t i = begin; i < out.size(); i += sizeof(T))
      std::reverse(out.data() + i, out.data() + i + sizeof(T));
  return out;
}

/// Writes an NPY file. @throws input_error when it cannot be written
template <npy_number T>
void write_npy(const std::string& file, const std::vector<std::size_t>& shape,
               std::span<const T> values) {
  const std::string all = npy_bytes(shape, values);
  const auto close = [](std::FILE* f) { (void)std::fclose(f); };
  std::unique_ptr<std::FILE, decltype(close)> out(std::fopen(file.c_str(), "wb"), close);
  if (!out) input_failure(file, "", "cannot be opened for writing: ", std::strerror(errno));
  const bool written = std::fwrite(all.data(), 1, all.size(), out.get()) == all.size();
  if (std::fclose(out.release()) != 0 || !written)
    input_failure(file, "", "cannot be written: ", std::strerror(errno));
}

}  // namespace realign::inline v0::io

#endif  // REALIGN_IO_NPY_HPP
