// SPDX-License-Identifier: MIT
// Reads files that may be compressed with gzip; through zlib, in programs that ask for it.
#ifndef REALIGN_IO_GZIP_HPP
#define REALIGN_IO_GZIP_HPP

#include <cstddef>
#include <string>
#include <string_view>

#include <realign/core/contract.hpp>
#include <realign/io/text_file.hpp>

// zlib has to be linked, and a header-only library cannot see whether it is. So a program that
// links it says so, in all its files: REALIGN_USE_ZLIB. Without it compressed files are refused.
#if defined(REALIGN_USE_ZLIB) && __has_include(<zlib.h>)
#define REALIGN_GZIP 1
#include <zlib.h>

#include <algorithm>
#else
#define REALIGN_GZIP 0
#endif

namespace realign::inline v0::io {

/// Whether this program reads compressed files.
inline constexpr bool reads_gzip = REALIGN_GZIP != 0;

/// True when these are the first bytes of a gzip file.
[[nodiscard]] inline bool is_gzip(std::string_view bytes) noexcept {
  return bytes.starts_with("\x1f\x8b");
}

#if REALIGN_GZIP
namespace detail {

/// zlib's state for as long as it is needed.
class gunzip_stream {
 public:
  explicit gunzip_stream(std::string_view file) {
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) input_failure(file, "", "zlib cannot be started");
  }
  gunzip_stream(const gunzip_stream&) = delete;
  gunzip_stream& operator=(const gunzip_stream&) = delete;
  ~gunzip_stream() { (void)inflateEnd(&z); }

  z_stream z{};
};

/// Refuses anything but zeros, which some archivers leave behind the last part.
inline void expect_padding(std::string_view bytes, std::size_t from, std::string_view file) {
  const std::size_t at = bytes.find_first_not_of('\0', from);
  if (at != std::string_view::npos)
    input_failure(file, "byte " + std::to_string(at), "neither another compressed part nor padding of zeros");
}

}  // namespace detail

/// The contents of a gzip file; several compressed parts one behind the other are joined, as gzip
/// does. Zeros may follow the last part, and nothing else.
/// @param file  the name that errors carry
/// @throws input_error when the bytes are damaged or cut, or something else follows
[[nodiscard]] inline std::string gunzip(std::string_view bytes, std::string_view file) {
  constexpr std::size_t block = std::size_t{1} << 16;
  detail::gunzip_stream in(file);
  std::string out;
  bool complete = false;
  for (std::size_t used = 0; used < bytes.size() || !complete;) {
    if (complete) {
      if (!is_gzip(bytes.substr(used))) {
        detail::expect_padding(bytes, used, file);
        break;
      }
      (void)inflateReset(&in.z);
    }
    const std::size_t given = (std::min)(bytes.size() - used, std::size_t{1} << 30);
    in.z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + used));
    in.z.avail_in = static_cast<uInt>(given);
    const std::size_t size = out.size();
    out.resize(size + block);
    in.z.next_out = reinterpret_cast<Bytef*>(out.data() + size);
    in.z.avail_out = static_cast<uInt>(block);
    const int result = inflate(&in.z, Z_NO_FLUSH);
    used += given - in.z.avail_in;
    out.resize(size + block - in.z.avail_out);
    complete = result == Z_STREAM_END;
    if (result == Z_BUF_ERROR)
      input_failure(file, "", "the gzip file is cut after ", used, " bytes");
    if (result != Z_OK && !complete)
      input_failure(file, "byte " + std::to_string(used), "damaged gzip file",
                    in.z.msg == nullptr ? "" : ": ", in.z.msg == nullptr ? "" : in.z.msg);
  }
  return out;
}
#else
/// Refuses: this program was built without zlib.
/// @throws input_error that says how to have it
[[nodiscard]] inline std::string gunzip(std::string_view, std::string_view file) {
  input_failure(file, "",
                "compressed with gzip, which this program reads only when it is built with zlib "
                "(REALIGN_USE_ZLIB); decompress the file first");
}
#endif

/// The bytes of a file, decompressed if it is a gzip file; its name does not matter.
/// @throws input_error when it cannot be opened or read, is damaged, or zlib is missing
[[nodiscard]] inline std::string read_maybe_gzip(const std::string& file) {
  std::string bytes = read_text_file(file);
  return is_gzip(bytes) ? gunzip(bytes, file) : bytes;
}

}  // namespace realign::inline v0::io

#endif  // REALIGN_IO_GZIP_HPP
