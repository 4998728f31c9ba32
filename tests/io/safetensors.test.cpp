// SPDX-License-Identifier: MIT
#include <realign/io/safetensors.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ra = realign;
namespace io = realign::io;

namespace {
/// A file with this header before the data.
std::string bytes(std::string_view header, std::string_view data) {
  std::string out;
  for (std::size_t i = 0; i < 8; ++i)
    out.push_back(static_cast<char>((header.size() >> (8 * i)) & 0xffU));
  return out.append(header).append(data);
}
void read(const std::string& content) { (void)io::safetensors_file(content, "f"); }

const std::string eight(8, '\0');
const std::string good = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
std::string changed(const std::string& from, const std::string& to) {
  std::string text = good;
  return text.replace(text.find(from), from.size(), to);
}
}  // namespace

TEST_CASE_TEMPLATE("what was written is read", T, float, double) {
  const std::vector<T> matrix{1, T(-2.5), T(1e-30), ra::neg_infinity<T>(), 5, 6}, none;
  const std::vector<double> one{0.1};
  io::safetensors_writer writer;
  writer.text("kind", "test \"quoted\"");
  writer.add("m", {2, 3}, std::span<const T>(matrix));
  writer.add("empty", {0, 4}, std::span<const T>(none));
  writer.add("number", {}, std::span<const double>(one));
  const io::safetensors_file file(writer.bytes(), "f");
  CHECK(file.names() == std::vector<std::string>{"empty", "m", "number"});
  CHECK(file.text("kind") == "test \"quoted\"");
  CHECK(file.get<T>("m").shape == std::vector<std::size_t>{2, 3});
  CHECK(file.get<T>("m").values == matrix);
  CHECK(file.get<T>("empty").values.empty());
  CHECK(file.get<double>("number").values == one);
  CHECK(file.get<double>("number").shape.empty());
  CHECK_FALSE(file.contains("n"));
}

TEST_CASE("the bytes are those of the format") {
  io::safetensors_writer writer;
  const std::vector<float> x{1, -2};
  writer.add("a", {2}, std::span<const float>(x));
  const std::string out = writer.bytes();
  const std::string data("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  CHECK(out.substr(out.size() - 8) == data);
  CHECK((out.size() - 8) % 8 == 0);
  CHECK(static_cast<unsigned char>(out[0]) == out.size() - 16);
  CHECK(out[8] == '{');
  // made by hand, with a blank at the end as padding
  const io::safetensors_file file(bytes(good + " ", data), "f");
  CHECK(file.get<float>("a").values == x);
}

TEST_CASE("through a file") {
  const std::string path =
      (std::filesystem::temp_directory_path() / "realign_safetensors_test.safetensors").string();
  io::safetensors_writer writer;
  const std::vector<double> x{1, 2, 3};
  writer.add("x", {3}, std::span<const double>(x));
  writer.write(path);
  CHECK(io::safetensors_file(path).get<double>("x").values == x);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH_AS(io::safetensors_file{path}, doctest::Contains("cannot be opened"),
                       ra::input_error);
  CHECK_THROWS_WITH_AS(writer.write("no/such/folder/x"),
                       doctest::Contains("no/such/folder/x: cannot be opened"), ra::input_error);
}

TEST_CASE("malformed files are refused with file, place and field") {
  read(bytes(good, eight));
  const auto refused = [](const std::string& content, const char* message) {
    CHECK_THROWS_WITH_AS(read(content), doctest::Contains(message), ra::input_error);
  };
  refused("", "f: expected at least 8 bytes, got 0");
  refused(bytes(good, eight).substr(0, 30), "f: header: its length is given as");
  refused(std::string(8, '\xff'), "f: header: its length is given as 18446744073709551615");
  refused(bytes("{\"a\":", eight), "f: line 1");
  refused(bytes("", eight), "f: ");
  refused(bytes("[]", eight), "expected an object");
  refused(bytes(good, "1234567"), "f: a: data_offsets: expected a range within 7 bytes");
  refused(bytes(good, eight + "x"), "f: data: 1 bytes belong to no tensor");
  refused(bytes(changed("\"dtype\":\"F32\",", ""), eight), "f: a: dtype: missing");
  refused(bytes(changed("\"F32\"", "32"), eight), "f: a: dtype: expected a string");
  refused(bytes(changed("[2]", "2"), eight), "f: a: shape: expected an array");
  refused(bytes(changed("[2]", "[-2]"), eight), "f: a: shape[0]");
  refused(bytes(changed("[2]", "[3]"), eight),
          "f: a: data_offsets: expected 12 bytes for the shape, got 8");
  refused(bytes(changed("[2]", "[4294967296,4294967296]"), eight), "f: a: shape: more entries");
  refused(bytes(changed("F32", "F64"), eight), "expected 16 bytes for the shape, got 8");
  refused(bytes(changed("[0,8]", "[0]"), eight), "f: a: data_offsets: expected 2 numbers, got 1");
  refused(bytes(changed("[0,8]", "[8,0]"), eight), "got 8 to 0");
  refused(bytes(changed("[0,8]", "[4,12]"), eight + "1234"), "f: data: gap or overlap at byte 0");
  refused(bytes(R"({"__metadata__":{"k":1}})", ""), "f: __metadata__: k: expected a string");
  const std::string two = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                          R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})";
  refused(bytes(two, eight + "1234"), "gap or overlap");
}

TEST_CASE("asking for what is not there") {
  const io::safetensors_file file(bytes(good, eight), "f");
  CHECK_THROWS_WITH_AS((void)file.get<float>("b"), "f: b: missing", ra::input_error);
  CHECK_THROWS_WITH_AS((void)file.get<double>("a"), "f: a: dtype: expected F64, got F32",
                       ra::input_error);
  CHECK_THROWS_WITH_AS((void)file.text("kind"), "f: __metadata__: kind: missing", ra::input_error);
}

TEST_CASE("other number types do not stand in the way") {
  const io::safetensors_file file(
      bytes(R"({"a":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}})", eight), "f");
  CHECK(file.contains("a"));
  CHECK_THROWS_AS((void)file.get<float>("a"), ra::input_error);
}

TEST_CASE_TEMPLATE("empty tensors, wherever the zero stands", T, float, double) {
  const std::vector<T> none, one{3};
  for (const std::vector<std::size_t>& shape :
       std::vector<std::vector<std::size_t>>{{5, 0}, {0, 5}, {std::size_t{1} << 40, 0}, {2, 0, 7}}) {
    io::safetensors_writer writer;
    writer.add("empty", shape, std::span<const T>(none));
    writer.add("one", {1}, std::span<const T>(one));
    const io::safetensors_file file(writer.bytes(), "f");
    CHECK(file.get<T>("empty").shape == shape);
    CHECK(file.get<T>("empty").values.empty());
    CHECK(file.get<T>("one").values == one);
  }
}

TEST_CASE("a type of less than a byte does not stand in the way") {
  const io::safetensors_file file(bytes(R"({"a":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}})", eight), "f");
  CHECK(file.names() == std::vector<std::string>{"a"});
  CHECK_THROWS_WITH_AS((void)file.get<float>("a"), "f: a: dtype: expected F32, got F4", ra::input_error);
}

TEST_CASE("names and keys that are there twice are refused") {
  const auto refused = [](const std::string& header, const std::string& data, const char* message) {
    CHECK_THROWS_WITH_AS(read(bytes(header, data)), doctest::Contains(message), ra::input_error);
  };
  const std::string a = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  refused("{" + a + "," + a + "}", "1234", ": a: a second member");
  refused(R"({"__metadata__":{"k":"1","k":"2"}})", "", ": k: a second member");
  refused(R"({"__metadata__":{"k":"1"},"__metadata__":{}})", "", ": __metadata__: a second member");
}

TEST_CASE("metadata may be asked for") {
  io::safetensors_writer writer;
  writer.text("kind", "test");
  const io::safetensors_file file(writer.bytes(), "f");
  CHECK(file.contains_text("kind"));
  CHECK_FALSE(file.contains_text("king"));
}

TEST_CASE("wrong use of the writer") {
  io::safetensors_writer writer;
  const std::vector<float> x{1, 2};
  CHECK_THROWS_AS(writer.add("x", {3}, std::span<const float>(x)), ra::contract_error);
  CHECK_THROWS_AS(writer.add("__metadata__", {2}, std::span<const float>(x)), ra::contract_error);
  writer.add("x", {2}, std::span<const float>(x));
  CHECK_THROWS_AS(writer.add("x", {2}, std::span<const float>(x)), ra::contract_error);
  // a product of lengths that wraps around to the right number
  const std::size_t half = std::size_t{1} << (4 * sizeof(std::size_t));
  CHECK_THROWS_AS(writer.add("y", {half, half}, std::span<const float>()), ra::contract_error);
  // JSON cannot hold these
  CHECK_THROWS_AS(writer.add("\xff", {2}, std::span<const float>(x)), ra::contract_error);
  CHECK_THROWS_AS(writer.text("key", "\xc3("), ra::contract_error);
  CHECK_THROWS_AS(writer.text("\xe2\x82", "cut"), ra::contract_error);
  writer.text("\xe2\x82\xac", "\xf0\x9f\x98\x80 \"quoted\"\n");
  CHECK(io::safetensors_file(writer.bytes(), "f").text("\xe2\x82\xac") == "\xf0\x9f\x98\x80 \"quoted\"\n");
}
