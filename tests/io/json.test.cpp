// SPDX-License-Identifier: MIT
#include <realign/io/json.hpp>

#include <doctest/doctest.h>

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
