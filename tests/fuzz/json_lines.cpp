// SPDX-License-Identifier: MIT
// JSON lines: what refusing reports is what skipping leaves out.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <realign/io/json_lines.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;

namespace {

struct reading {
  io::json_lines_report report;
  std::vector<std::string> records;
  std::vector<std::size_t> lines;
};

reading read(std::string_view text, io::bad_lines on_bad) {
  reading r;
  r.report = io::for_each_json_line(text, input_name, on_bad, [&](const io::json_value& v, std::size_t line) {
    require(v.place() == "line " + std::to_string(line), "a record knows its line");
    if (v.raw().is_object() && v.find("bad")) v.at("bad").fail("refused by the visitor");
    r.records.push_back(v.raw().is_structured() ? std::to_string(v.raw().size()) : v.raw().dump());
    r.lines.push_back(line);
  });
  return r;
}

std::size_t line_count(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t n = text.empty() || text.back() == '\n' ? 0 : 1;
  for (const char c : text) n += c == '\n' ? 1U : 0U;
  return n;
}

void check_skipping(std::string_view text, const reading& r) {
  require(r.records.size() == r.report.records, "every record is counted");
  require(r.report.records + r.report.blank + r.report.skipped.size() == line_count(text), "every line is counted");
  std::size_t before = 0;
  for (const io::skipped_line& s : r.report.skipped) {
    require(s.line > before, "skipped lines are in order");
    require(s.reason.starts_with("input: line " + std::to_string(s.line)), "a reason has its place", s.reason);
    before = s.line;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  std::string strict_why, lenient_why;
  const auto strict = attempt([&] { return read(text, io::bad_lines::refuse); }, strict_why);
  const auto lenient = attempt([&] { return read(text, io::bad_lines::skip); }, lenient_why);
  if (!lenient) {
    require(!strict && strict_why == lenient_why, "what skipping refuses is refused", lenient_why);
    return 0;
  }
  check_skipping(text, *lenient);
  if (strict) {
    require(strict->report.skipped.empty() && lenient->report.skipped.empty(), "nothing was skipped");
    require(strict->records == lenient->records && strict->lines == lenient->lines, "both read the same");
  } else {
    require(!lenient->report.skipped.empty(), "what is refused is skipped", strict_why);
    require(lenient->report.skipped[0].reason == "input: " + strict_why, "for the same reason", strict_why);
  }
  return 0;
}
