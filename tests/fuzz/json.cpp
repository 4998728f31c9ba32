// SPDX-License-Identifier: MIT
// JSON: parsed, walked through, and written again.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <realign/io/json.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;

namespace {

constexpr int deepest = 200;  // of the walk: a document may be deeper than the stack

/// Every accessor returns or reports the value's own place.
template <class Access>
void access(const Access& f) {
  (void)attempt([&] { return f(), 0; });
}

void walk(const io::json_value& v, int depth) {
  access([&] { (void)v.number(); });
  access([&] { (void)v.integer(); });
  access([&] { (void)v.index(); });
  access([&] { (void)v.boolean(); });
  access([&] { (void)v.text(); });
  access([&] { (void)v.numbers(); });
  access([&] { (void)v.at("key"); });
  if (depth == deepest) return;
  access([&] { v.for_each_member([&](std::string_view, const io::json_value& m) { walk(m, depth + 1); }); });
  access([&] {
    for (std::size_t i = 0; i < v.size(); ++i) walk(v[i], depth + 1);
  });
}

/// "line L, column C: ..." lies within the text; an empty file has no place.
void check_place(std::string_view text, const std::string& why) {
  if (why == "the file is empty") return;
  std::size_t line = 0, column = 0;
  require(std::sscanf(why.c_str(), "line %zu, column %zu: not valid JSON: ", &line, &column) == 2, "a place", why);
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    require(end != std::string_view::npos, "the line exists", why);
    text.remove_prefix(end + 1);
  }
  require(line == 1 && column <= text.substr(0, text.find('\n')).size() + 1, "the column exists", why);
}

/// How deep brackets are nested: writing is recursive, and not ours.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0, most = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') most = ++depth > most ? depth : most;
    if ((c == ']' || c == '}') && depth > 0) --depth;
  }
  return most;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  std::string why;
  const auto document = attempt([&] { return io::parse_json(text, input_name); }, why);
  if (!document) {
    check_place(text, why);
    return 0;
  }
  walk(document->root(), 0);
  if (depth_of(text) > 1000) return 0;
  const std::string written = document->root().raw().dump();
  const auto again = attempt([&] { return io::parse_json(written, input_name); }, why);
  require(again.has_value(), "what is written can be read", why);
  require(again->root().raw() == document->root().raw(), "a document survives writing", written);
  return 0;
}
