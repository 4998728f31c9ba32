// SPDX-License-Identifier: MIT
#include <realign/io/gzip.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <string_view>

using namespace realign;

namespace {

constexpr std::string_view plain = "{\"a\":1}\n";
/// `plain`, as Python's gzip compresses it.
const std::string packed(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2\x32\xac\xe5\x02\x00"
    "\x46\xa3\xe8\x74\x08\x00\x00\x00",
    28);

#if REALIGN_EXCEPTIONS
std::string message_of(const std::string& bytes) {
  try {
    (void)io::gunzip(bytes, "f.gz");
  } catch (const input_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}
#endif

void write(const std::string& name, std::string_view bytes) {
  std::FILE* f = std::fopen(name.c_str(), "wb");
  REQUIRE(f != nullptr);
  REQUIRE(std::fwrite(bytes.data(), 1, bytes.size(), f) == bytes.size());
  REQUIRE(std::fclose(f) == 0);
}

}  // namespace

TEST_CASE("compressed files are known by their first bytes") {
  CHECK(io::is_gzip(packed));
  CHECK_FALSE(io::is_gzip(plain));
  CHECK_FALSE(io::is_gzip("\x1f"));
}

TEST_CASE("a file that is not compressed is read as it is") {
  const std::string name = "realign_gzip_test.gz";
  write(name, plain);
  CHECK(io::read_maybe_gzip(name) == plain);
  CHECK(std::remove(name.c_str()) == 0);
}

#if REALIGN_GZIP
TEST_CASE("a compressed file is read, whatever its name") {
  const std::string name = "realign_gzip_test.jsonl";
  write(name, packed);
  CHECK(io::read_maybe_gzip(name) == plain);
  CHECK(std::remove(name.c_str()) == 0);
}

TEST_CASE("joined parts, padding, and more than one block") {
  CHECK(io::gunzip(packed + packed, "f.gz") == std::string(plain) + std::string(plain));
  CHECK(io::gunzip(packed + std::string(5, '\0'), "f.gz") == plain);
  std::string many, expected;
  for (int i = 0; i < 20000; ++i) {
    many += packed;
    expected += plain;
  }
  CHECK(io::gunzip(many, "f.gz") == expected);
}

TEST_CASE("one part that is far larger than its file") {
  std::string text;
  for (int i = 0; i < 300000; ++i) text += static_cast<char>('a' + i % 7);
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(400000, '\0');
  z.next_in = reinterpret_cast<Bytef*>(text.data());
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  REQUIRE(deflateEnd(&z) == Z_OK);
  CHECK(out.size() < 2000);
  CHECK(io::gunzip(out, "f.gz") == text);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("cut and damaged files are refused") {
  for (std::size_t n = 2; n < packed.size(); ++n) {
    INFO(n);
    CHECK(message_of(packed.substr(0, n)).starts_with("f.gz: the gzip file is cut after "));
  }
  std::string wrong = packed;
  wrong[24] = 9;
  CHECK(message_of(wrong).find(": damaged gzip file: ") != std::string::npos);
  CHECK(message_of(packed + packed.substr(0, 20)).find(" is cut after ") != std::string::npos);
}

TEST_CASE("nothing but whole parts and zeros may follow the first part") {
  const std::string zeros(5, '\0'), error = ": neither another compressed part nor padding of zeros";
  CHECK(message_of(packed + "more") == "f.gz: byte 28" + error);
  CHECK(message_of(packed + packed.substr(0, 1)) == "f.gz: byte 28" + error);
  CHECK(message_of(packed + zeros + packed) == "f.gz: byte 33" + error);
  CHECK(message_of(packed + packed + zeros + "x") == "f.gz: byte 61" + error);
  std::string other = packed;
  other[1] = '\x8a';
  CHECK(message_of(packed + other) == "f.gz: byte 28" + error);
  for (std::size_t n = 2; n < packed.size(); ++n)
    CHECK(message_of(packed + packed.substr(0, n)).starts_with("f.gz: the gzip file is cut after "));
}
#endif
#elif REALIGN_EXCEPTIONS
TEST_CASE("without zlib a compressed file is refused, saying how to have it read") {
  CHECK(message_of(packed).find("REALIGN_USE_ZLIB") != std::string::npos);
}
#endif
