// SPDX-License-Identifier: MIT
// gzip: damaged files are refused, and what zlib compressed comes back.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <realign/io/gzip.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;
static_assert(io::reads_gzip);

namespace {

std::string compressed(std::string_view text, int level) {
  z_stream z{};
  require(deflateInit2(&z, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib starts");
  std::vector<unsigned char> in(text.begin(), text.end());
  std::string out(deflateBound(&z, static_cast<uLong>(in.size())) + 32, '\0');
  z.next_in = in.data();
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  require(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib compresses");
  out.resize(z.total_out);
  (void)deflateEnd(&z);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = text_of(data, size);
  std::string why;
  const auto contents = attempt([&] { return io::gunzip(bytes, input_name); }, why);
  if (contents && !bytes.empty()) require(io::is_gzip(bytes), "only gzip files are read");

  const std::string packed = compressed(bytes, static_cast<int>(size % 10));
  require(io::is_gzip(packed), "it is one");
  require(attempt([&] { return io::gunzip(packed, input_name); }) == std::string(bytes), "contents come back");
  require(attempt([&] { return io::gunzip(packed + packed + std::string(3, '\0'), input_name); }) ==
              std::string(bytes) + std::string(bytes),
          "parts are joined, padding is not");
  const std::string cut = packed.substr(0, size % packed.size());
  require(!attempt([&] { return io::gunzip(cut, input_name); }), "a cut file is refused");
  return 0;
}
