// SPDX-License-Identifier: MIT
// NPY: read as each number type, and written again.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <realign/io/npy.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;

namespace {

void check_place(std::string_view why) {
  if (why == "the file is empty" || why == "not an NPY file") return;
  require(why.starts_with("header: ") || why.starts_with("data: ") || why.starts_with("entry ["), "a place",
          std::string(why));
}

template <class T>
void check(std::string_view bytes) {
  std::string why;
  const auto read = attempt([&] { return io::parse_npy<T>(bytes, input_name); }, why);
  if (!read) return check_place(why);
  std::size_t count = 1;
  for (const std::size_t n : read->shape) count *= n;
  require(!read->shape.empty() && read->shape.size() <= 4 && count == read->values.size(), "a shape of its values");

  const std::string written = io::npy_bytes<T>(read->shape, std::span<const T>(read->values));
  require((written.size() - read->values.size() * sizeof(T)) % 64 == 0, "data begin at a multiple of 64");
  const auto again = attempt([&] { return io::parse_npy<T>(written, input_name); }, why);
  require(again.has_value(), "what is written can be read", why);
  require(again->shape == read->shape && again->values.size() == read->values.size(), "a shape survives writing");
  require(count == 0 || std::memcmp(again->values.data(), read->values.data(), count * sizeof(T)) == 0,
          "numbers survive writing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = text_of(data, size);
  check<float>(bytes);
  check<double>(bytes);
  check<std::int32_t>(bytes);
  check<std::int64_t>(bytes);
  check<std::uint8_t>(bytes);
  return 0;
}
