// SPDX-License-Identifier: MIT
// Reads a file whole, with errors that name it.
#ifndef REALIGN_IO_TEXT_FILE_HPP
#define REALIGN_IO_TEXT_FILE_HPP

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <realign/core/contract.hpp>

namespace realign::inline v0::io {

/// The bytes of a file.
/// @throws input_error when it cannot be opened or read
[[nodiscard]] inline std::string read_text_file(const std::string& file) {
  const auto close = [](std::FILE* f) { (void)std::fclose(f); };
  const std::unique_ptr<std::FILE, decltype(close)> in(std::fopen(file.c_str(), "rb"), close);
  if (!in) input_failure(file, "", "cannot be opened: ", std::strerror(errno));
  std::string text;
  char block[1 << 14];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, in.get())) > 0;) text.append(block, n);
  if (std::ferror(in.get()) != 0) input_failure(file, "", "cannot be read: ", std::strerror(errno));
  return text;
}

}  // namespace realign::inline v0::io

#endif  // REALIGN_IO_TEXT_FILE_HPP
