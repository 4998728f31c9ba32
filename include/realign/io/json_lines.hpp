// SPDX-License-Identifier: MIT
// Reads JSON lines (one JSON value per line), with errors that name file, line and field; bad lines
// can be skipped.
#ifndef REALIGN_IO_JSON_LINES_HPP
#define REALIGN_IO_JSON_LINES_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/io/detail/json_reader.hpp>
#include <realign/io/json.hpp>

namespace realign::inline v0::io {

/// What a bad line does: it ends the reading with an `input_error`, or is left out and reported.
enum class bad_lines : unsigned char { refuse, skip };

/// A line that was left out, and why.
struct skipped_line {
  std::size_t line;    ///< counted from 1, blank lines included
  std::string reason;  ///< the message of the error that it would have been, file and line included
};

/// What was found in a file of JSON lines.
struct json_lines_report {
  std::size_t records = 0;  ///< lines that were taken
  std::size_t blank = 0;    ///< lines of white space
  std::vector<skipped_line> skipped = {};
};

namespace detail {

/// Parses one line; the place of errors is "line L, column C" of the file.
[[nodiscard]] inline json parse_json_line(std::string_view line, std::string_view file, std::size_t number) {
  json_reader reader;
  if (reader.read(line)) return std::move(reader.root);
  const std::size_t column = (std::min)(reader.position, line.size());
  constexpr std::size_t longest = 216;  // the reason quotes what was read last: perhaps a whole book
  if (reader.fault.size() > longest) reader.fault.replace(longest, std::string::npos, " ...");
  input_failure(file, "line " + std::to_string(number) + ", column " + std::to_string(column), reader.fault);
}

/// Runs `take`; in `skip` mode an input_error becomes an entry of the report.
template <class Take>
void take_line(bad_lines on_bad, [[maybe_unused]] std::size_t number, json_lines_report& report,
               Take&& take) {
#if REALIGN_EXCEPTIONS
  if (on_bad == bad_lines::skip) {
    try {
      take();
    } catch (const input_error& e) {
      report.skipped.push_back({number, e.what()});
      return;
    }
    ++report.records;
    return;
  }
#endif
  expects(on_bad == bad_lines::refuse, "on_bad", "bad_lines::refuse in a build without exceptions",
          "bad_lines::skip");
  take();
  ++report.records;
}

/// Cuts the first line off `text`, without its end: "\n" or "\r\n".
[[nodiscard]] inline std::string_view cut_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace detail

/// Calls `visit(record, line)` for every line of a text: the record as a `json_value` placed at
/// "line L", valid during the call, and L from 1. Blank lines, a byte order mark and "\r\n" are
/// taken as they come; lines may be of any length.
///
/// @param text    UTF-8
/// @param file    the name that errors carry
/// @param on_bad  what a line does that `parse_json` would refuse, or for which `visit` throws an
///                `input_error`; `visit` must not have kept anything of it by then
/// @throws input_error when the text holds no line but blank ones; for a bad line if not skipped
/// @cost  one line is held in memory at a time
template <class Visit>
json_lines_report for_each_json_line(std::string_view text, std::string_view file, bad_lines on_bad,
                                     Visit&& visit) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    input_failure(file, "line 1", "expected UTF-8, got UTF-16");
  json_lines_report report;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = detail::cut_line(text);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      ++report.blank;
      continue;
    }
    detail::take_line(on_bad, number, report, [&] {
      const json value = detail::parse_json_line(line, file, number);
      visit(json_value(value, file, "line " + std::to_string(number)), number);
    });
  }
  if (report.records == 0 && report.skipped.empty()) input_failure(file, "", "the file is empty");
  return report;
}

}  // namespace realign::inline v0::io

#endif  // REALIGN_IO_JSON_LINES_HPP
