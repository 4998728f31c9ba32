// SPDX-License-Identifier: MIT
#include <realign/io/text_file.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

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

}  // namespace

TEST_CASE("files that cannot be read") {
  CHECK(message_of([] { (void)io::read_text_file("no/such/file.json"); })
            .starts_with("no/such/file.json: cannot be opened: "));
  CHECK(message_of([] { (void)io::read_text_file("."); }).starts_with(".: cannot be "));
}

TEST_CASE("a file on disk is read whole, byte by byte") {
  const std::string name = "realign_text_file_test.txt";
  std::string text;
  for (int i = 0; i < 50000; ++i) text += static_cast<char>(i % 251);
  std::FILE* f = std::fopen(name.c_str(), "wb");
  REQUIRE(f != nullptr);
  REQUIRE(std::fwrite(text.data(), 1, text.size(), f) == text.size());
  REQUIRE(std::fclose(f) == 0);
  CHECK(io::read_text_file(name) == text);
  CHECK(std::remove(name.c_str()) == 0);
}
