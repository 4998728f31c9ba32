// SPDX-License-Identifier: MIT
#include <realign/io/json_lines.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace realign;

namespace {

/// The member "x" of each record with its line.
struct reading {
  std::vector<std::pair<std::size_t, double>> numbers;
  io::json_lines_report report;
};

reading read(std::string_view text, io::bad_lines on_bad = io::bad_lines::refuse) {
  reading r;
  r.report = io::for_each_json_line(text, "f.jsonl", on_bad,
                                    [&](const io::json_value& record, std::size_t line) {
                                      r.numbers.emplace_back(line, record.at("x").number());
                                    });
  return r;
}

}  // namespace

TEST_CASE("one record per line, whatever the line ends are") {
  using numbers = std::vector<std::pair<std::size_t, double>>;
  const numbers expected{{1, 1.0}, {2, 2.0}};
  CHECK(read("{\"x\":1}\n{\"x\":2}\n").numbers == expected);
  CHECK(read("{\"x\":1}\n{\"x\":2}").numbers == expected);
  CHECK(read("{\"x\":1}\r\n{\"x\":2}\r\n").numbers == expected);
  CHECK(read("\xef\xbb\xbf{\"x\":1}\n  {\"x\": 2}  \n").numbers == expected);
}

TEST_CASE("blank lines count as lines, not as records") {
  const reading r = read("\n{\"x\":1}\n \t\r\n\r\n{\"x\":2}\n\n");
  CHECK(r.numbers == std::vector<std::pair<std::size_t, double>>{{2, 1.0}, {5, 2.0}});
  CHECK(r.report.records == 2);
  CHECK(r.report.blank == 4);
  CHECK(r.report.skipped.empty());
}

TEST_CASE("a very long line is one record") {
  const std::string text = "{\"long\":\"" + std::string(3000000, 'a') + "\",\"x\":1}\n{\"x\":2}";
  CHECK(read(text).numbers.size() == 2);
}

#if REALIGN_EXCEPTIONS
namespace {
std::string message_of(std::string_view text) {
  try {
    (void)read(text);
  } catch (const input_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}
}  // namespace

TEST_CASE("errors name file, line and column or field") {
  CHECK(message_of("{\"x\":1}\n{\"x\":tru}\n")
            .starts_with("f.jsonl: line 2, column 9: not valid JSON: "));
  CHECK(message_of("{\"x\":1}\n\n{\"x\":2,\"y")
            .starts_with("f.jsonl: line 3, column 9: not valid JSON: "));
  CHECK(message_of("{\"x\":NaN}").starts_with("f.jsonl: line 1, column 6: not valid JSON: "));
  CHECK(message_of("{\"x\":1e999}")
            .starts_with("f.jsonl: line 1, column 10: not valid JSON: number overflow"));
  CHECK(
      message_of("{\"x\":1} {\"x\":2}").starts_with("f.jsonl: line 1, column 9: not valid JSON: "));
  CHECK(message_of("{\"x\":\"\xc3(\"}").starts_with("f.jsonl: line 1, column 8: not valid JSON: "));
  CHECK(message_of("{\"x\":\"1\"}") == "f.jsonl: line 1: x: expected a number, got a string");
  CHECK(message_of("{\"y\":1}") == "f.jsonl: line 1: x: missing");
  CHECK(message_of("[1]") == "f.jsonl: line 1: expected an object, got an array");
}

TEST_CASE("errors stay short however long the line is") {
  const std::string message = message_of("{\"x\":\"" + std::string(100000, 'a'));
  CHECK(message.starts_with("f.jsonl: line 1, column 100006: not valid JSON: "));
  CHECK(message.size() < 300);
}

TEST_CASE("a file without a record is refused in either mode") {
  for (const std::string_view text : {"", "\n", " \r\n\n", "\xef\xbb\xbf"}) {
    CHECK(message_of(text) == "f.jsonl: the file is empty");
    CHECK_THROWS_AS((void)read(text, io::bad_lines::skip), input_error);
  }
  CHECK(message_of("\xff\xfe{") == "f.jsonl: line 1: expected UTF-8, got UTF-16");
}

TEST_CASE("a bad line loses nothing but itself") {
  const reading r = read("{\"x\":1}\n{\"x\":\n{\"x\":[]}\n\n{\"x\":5}\n7\n", io::bad_lines::skip);
  CHECK(r.numbers == std::vector<std::pair<std::size_t, double>>{{1, 1.0}, {5, 5.0}});
  CHECK(r.report.records == 2);
  REQUIRE(r.report.skipped.size() == 3);
  CHECK(r.report.skipped[0].line == 2);
  CHECK(r.report.skipped[0].reason.starts_with("f.jsonl: line 2, column 5: not valid JSON: "));
  CHECK(r.report.skipped[1].line == 3);
  CHECK(r.report.skipped[1].reason == "f.jsonl: line 3: x: expected a number, got an array");
  CHECK(r.report.skipped[2].line == 6);
}

TEST_CASE("a NUL byte and a key that is there twice are errors of their line") {
  const std::string nul(1, '\0');
  const std::string text = "{\"x\":1}\n{\"x\":2}" + nul + "{\"x\":3}\n{\"x\":4,\"x\":5}\n{\"x\":6}\n" + nul;
  CHECK(message_of(text) == "f.jsonl: line 2, column 8: not valid JSON: a NUL byte");
  const reading r = read(text, io::bad_lines::skip);
  CHECK(r.numbers == std::vector<std::pair<std::size_t, double>>{{1, 1.0}, {4, 6.0}});
  REQUIRE(r.report.skipped.size() == 3);
  CHECK(r.report.skipped[1].reason == "f.jsonl: line 3, column 10: x: a second member of this name");
  CHECK(r.report.skipped[2].reason == "f.jsonl: line 5, column 1: not valid JSON: a NUL byte");
}

TEST_CASE("other errors than input errors pass through") {
  const auto visit = [](const io::json_value&, std::size_t) { expects(false, "a", "b", "c"); };
  CHECK_THROWS_AS((void)io::for_each_json_line("1", "f", io::bad_lines::skip, visit),
                  contract_error);
}
#endif
