// SPDX-License-Identifier: MIT
// printf into a string, and strings into files.
#ifndef EXAMPLES_COMMON_TEXT_HPP
#define EXAMPLES_COMMON_TEXT_HPP

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

#include <realign/core/contract.hpp>

namespace examples {

#if defined(__GNUC__)
[[gnu::format(printf, 1, 2)]]
#endif
[[nodiscard]] inline std::string text(const char* format, ...) {
  std::va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  std::string out(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
  if (length > 0) (void)std::vsnprintf(out.data(), out.size() + 1, format, again);
  va_end(again);
  return out;
}

/// Writes a file whole. @throws realign::input_error when it cannot be written
inline void write_file(const std::string& file, const std::string& content) {
  std::FILE* const f = std::fopen(file.c_str(), "wb");
  if (!f) realign::input_failure(file, "", "cannot be opened for writing: ", std::strerror(errno));
  const bool written = std::fwrite(content.data(), 1, content.size(), f) == content.size();
  if ((std::fclose(f) != 0) || !written)
    realign::input_failure(file, "", "cannot be written: ", std::strerror(errno));
}

}  // namespace examples

#endif  // EXAMPLES_COMMON_TEXT_HPP
