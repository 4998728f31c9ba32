// SPDX-License-Identifier: MIT
// printf into a string.
#ifndef ADVENTURE_TEXT_HPP
#define ADVENTURE_TEXT_HPP

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <string>

namespace adventure {

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

}  // namespace adventure

#endif  // ADVENTURE_TEXT_HPP
