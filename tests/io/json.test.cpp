// SPDX-License-Identifier: MIT
#include <realign/io/json.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace realign;

namespace {

template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const input_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

const io::json_document& sample() {
  static const io::json_document doc = io::parse_json(
      R"({"a": 1.5, "n": 7, "big": 1e300, "b": true, "s": "text", "list": [1, 2, 3.5], "none": null,
          "nested": {"deep": {"x": "no number"}}, "mixed": [1, "two"]})",
      "sample.json");
  return doc;
}

}  // namespace

TEST_CASE("typed access returns what the file holds") {
  const auto root = sample().root();
  CHECK(root.at("a").number() == 1.5);
  CHECK(root.at("n").integer() == 7);
  CHECK(root.at("n").index() == 7);
  CHECK(root.at("b").boolean());
  CHECK(root.at("s").text() == "text");
  CHECK(root.at("list").numbers() == std::vector<double>{1, 2, 3.5});
  CHECK(root.at("list")[1].integer() == 2);
  CHECK_FALSE(root.find("absent").has_value());
  std::string keys;
  root.at("nested").for_each_member([&](std::string_view key, const io::json_value& v) {
    keys += key;
    CHECK(v.field() == "nested.deep");
  });
  CHECK(keys == "deep");
}

TEST_CASE("errors name file, place and field") {
  const auto root = sample().root();
  CHECK(message_of([&] { (void)root.at("s").number(); }) ==
        "sample.json: s: expected a number, got a string");
  CHECK(message_of([&] { (void)root.placed("scene 12, choice 1").at("nested").at("deep").at("x").number(); }) ==
        "sample.json: scene 12, choice 1: nested.deep.x: expected a number, got a string");
  CHECK(message_of([&] { (void)root.at("absent"); }) == "sample.json: absent: missing");
  CHECK(message_of([&] { (void)root.at("nested").at("y"); }) == "sample.json: nested.y: missing");
  CHECK(message_of([&] { (void)root.at("a").integer(); }) ==
        "sample.json: a: expected a whole number, got 1.5");
  CHECK(message_of([&] { (void)root.at("big").integer(); }) ==
        "sample.json: big: expected a whole number, got 1e+300");
  CHECK(message_of([&] { (void)root.at("list").text(); }) ==
        "sample.json: list: expected a string, got an array");
  CHECK(message_of([&] { (void)root.at("a").size(); }) == "sample.json: a: expected an array, got a number");
  CHECK(message_of([&] { (void)root.at("none").find("x"); }) ==
        "sample.json: none: expected an object, got null");
  CHECK(message_of([&] { (void)root.at("nested").boolean(); }) ==
        "sample.json: nested: expected true or false, got an object");
  CHECK(message_of([&] { (void)root.at("mixed").numbers(); }) ==
        "sample.json: mixed[1]: expected a number, got a string");
  CHECK(message_of([&] { (void)root.at("list")[3]; }) ==
        "sample.json: list: expected more than 3 elements, got 3");
  const io::json_document negative = io::parse_json("[-1]", "f");
  CHECK(message_of([&] { (void)negative.root()[0].index(); }) ==
        "f: [0]: expected a whole number that is not negative, got -1");
}

TEST_CASE("a document may nest deeper than the stack") {
  constexpr std::size_t depth = 300000;
  const io::json_document document = io::parse_json(std::string(depth, '[') + std::string(depth, ']'), "f.json");
  CHECK(document.root().size() == 1);
}

TEST_CASE("text that is not JSON is reported with line and column") {
  const auto parse = [](const char* text) { return message_of([&] { (void)io::parse_json(text, "f.json"); }); };
  CHECK(parse("") == "f.json: the file is empty");
  CHECK(parse(" \n\t ") == "f.json: the file is empty");
  CHECK(parse("{\n  \"a\": 1,\n}").starts_with("f.json: line 3, column 1: not valid JSON: syntax error"));
  CHECK(parse("[1, 2").starts_with("f.json: line 1, column "));
  CHECK(parse("[1,\n -1e999]").starts_with("f.json: line 2, column 7: not valid JSON: number overflow"));
  CHECK(parse("[NaN]").find("not valid JSON") != std::string::npos);
  CHECK(parse("{} {}").find("not valid JSON") != std::string::npos);
}

TEST_CASE("text behind a NUL byte is not dropped") {
  const auto parse = [](const std::string& text) {
    return message_of([&] { (void)io::parse_json(text, "f.json"); });
  };
  const std::string nul(1, '\0');
  CHECK(parse("{\"a\":1}\n" + nul + ", {\"b\":2}") == "f.json: line 2, column 1: not valid JSON: a NUL byte");
  CHECK(parse("[1]" + nul) == "f.json: line 1, column 4: not valid JSON: a NUL byte");
  CHECK(parse("[\"a" + nul + "b\"]") == "f.json: line 1, column 4: not valid JSON: a NUL byte");
  CHECK(parse(nul) == "f.json: line 1, column 1: not valid JSON: a NUL byte");
  const io::json_document escaped = io::parse_json("[\"a\\u0000b\"]", "f");
  CHECK(escaped.root()[0].text() == "a" + nul + "b");
}

TEST_CASE("an object with the same key twice is refused by key and place") {
  const auto parse = [](const char* text) { return message_of([&] { (void)io::parse_json(text, "f.json"); }); };
  CHECK(parse("{\"a\":1,\n \"a\":2}") == "f.json: line 2, column 4: a: a second member of this name");
  CHECK(parse(R"({"x": [{"k": {"a": 1}, "k": 2}]})").find(": k: a second member") != std::string::npos);
  CHECK(parse(R"({"a": 1, "\u0061": 2})").find(": a: a second member") != std::string::npos);
  CHECK(parse(R"({"": 1, "": 2})").find(": a second member") != std::string::npos);
  // the same name in other objects is another member
  const io::json_document sound = io::parse_json(R"([{"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]}, {"a": 4}])", "f");
  CHECK(sound.root()[0].at("b")[1].at("a").integer() == 3);
  CHECK(sound.root()[1].at("a").integer() == 4);
}

TEST_CASE("every kind of value is read as it stands") {
  const io::json_document d = io::parse_json(
      R"( [null, true, false, -3, 18446744073709551615, 0.25, "\u00e9", [], {}, [[1], {"k": []}]] )", "f");
  const io::json expected{nullptr, true, false, -3, 18446744073709551615U, 0.25, "\xc3\xa9", io::json::array(),
                          io::json::object(), {{1}, {{"k", io::json::array()}}}};
  CHECK(d.root().raw() == expected);
  const io::json_document number = io::parse_json("7", "f"), text = io::parse_json("\"s\"", "f");
  CHECK(number.root().integer() == 7);
  CHECK(text.root().text() == "s");
  const io::json_document marked = io::parse_json("\xef\xbb\xbf{}", "f");
  CHECK(marked.root().raw().is_object());
  CHECK(message_of([] { (void)io::parse_json("[1e999]", "f"); }).starts_with("f: line 1, column 6: "));
  CHECK(message_of([] { (void)io::parse_json("{\"1e999\":1e999", "f"); }).starts_with("f: line 1, column 14: "));
}

TEST_CASE("whole numbers are taken to the last digit, and floating ones below 2^53") {
  const io::json_document d = io::parse_json(
      "[9007199254740993, -9007199254740993, 9223372036854775807, -9223372036854775808, 9223372036854775808,"
      " 9007199254740991.0, 9007199254740993.0, -0.0, 18446744073709551616]",
      "f");
  const auto root = d.root();
  CHECK(root[0].integer() == 9007199254740993);
  CHECK(root[1].integer() == -9007199254740993);
  CHECK(root[2].integer() == 9223372036854775807);
  CHECK(root[3].integer() == -9223372036854775807 - 1);
  CHECK(message_of([&] { (void)root[4].integer(); }) ==
        "f: [4]: expected a whole number below 2^63, got 9223372036854775808");
  CHECK(root[5].integer() == 9007199254740991);
  CHECK(message_of([&] { (void)root[6].integer(); }).starts_with("f: [6]: expected a whole number, got 9.007"));
  CHECK(root[7].integer() == 0);
  CHECK(message_of([&] { (void)root[8].integer(); }).starts_with("f: [8]: expected a whole number, got 1.84"));
  if constexpr (sizeof(std::size_t) == 8) {
    CHECK(root[0].index() == 9007199254740993);
    CHECK(root[4].index() == 9223372036854775808U);
  }
  CHECK(message_of([&] { (void)root[3].index(); }) ==
        "f: [3]: expected a whole number that is not negative, got -9223372036854775808");
}
