// SPDX-License-Identifier: MIT
// safetensors: every tensor of a file that is accepted can be had, and is the same after writing.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <realign/io/safetensors.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;

namespace {

/// Adds the tensor to the writer, when it is of this type.
template <class T>
bool copy(const io::safetensors_file& from, const std::string& name, io::safetensors_writer& to) {
  const auto t = attempt([&] { return from.get<T>(name); });
  if (!t) return false;
  std::size_t count = 1;
  for (const std::size_t n : t->shape) count *= n;
  require(count == t->values.size(), "a shape of its values");
  to.add(name, t->shape, std::span<const T>(t->values));
  return true;
}
template <class T>
bool same(const io::safetensors_file& a, const io::safetensors_file& b, const std::string& name) {
  const auto x = attempt([&] { return a.get<T>(name); }), y = attempt([&] { return b.get<T>(name); });
  if (!x || !y) return !x && !y;
  return x->shape == y->shape && same_bits<T>(x->values, y->values);
}

void check_file(const io::safetensors_file& file) {
  io::safetensors_writer writer;
  std::vector<std::string> known;
  for (const std::string& name : file.names()) {
    require(file.contains(name), "a name is contained");
    if (copy<float>(file, name, writer) || copy<double>(file, name, writer)) known.push_back(name);
  }
  std::string why;
  const auto again = attempt([&] { return io::safetensors_file(writer.bytes(), input_name); }, why);
  require(again.has_value(), "what is written can be read", why);
  require(again->names() == known, "names survive writing");
  for (const std::string& name : known)
    require(same<float>(file, *again, name) && same<double>(file, *again, name), "tensors survive writing", name);
  (void)attempt([&] { return file.get<float>("no such name"); });
  (void)attempt([&] { return file.text("no such key"); });
}

/// A writer takes a name and text, or refuses them; what it takes can be read.
void check_writer(std::string_view bytes) {
  const std::string name(bytes.substr(0, bytes.size() / 2)), value(bytes.substr(bytes.size() / 2));
  io::safetensors_writer writer;
  const std::vector<float> numbers{1.5F, -2.0F};
  try {
    writer.text(name, value);
    writer.add(name, {2}, std::span<const float>(numbers));
  } catch (const ra::contract_error&) {
    return;
  }
  std::string why;
  const auto read = attempt([&] { return io::safetensors_file(writer.bytes(), input_name); }, why);
  require(read.has_value(), "what is written can be read", why);
  require(read->text(name) == value && read->get<float>(name).values == numbers, "names and texts survive writing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = text_of(data, size);
  if (const auto file = attempt([&] { return io::safetensors_file(std::string(bytes), input_name); })) check_file(*file);
  if (bytes.size() < 64) check_writer(bytes);
  return 0;
}
