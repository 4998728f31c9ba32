// SPDX-License-Identifier: MIT
// The command line of preference_text.
#ifndef PREFERENCE_TEXT_OPTIONS_HPP
#define PREFERENCE_TEXT_OPTIONS_HPP

#include <cstddef>
#include <cstdint>
#include <string>

namespace preference_text {

struct options {
  std::string file;
  std::uint64_t seed = 1;
  std::size_t epochs = 12;
  double held_out = 0.2;          ///< share of the pairs
  std::size_t dimension = 16384;  ///< of the hashed features
  std::size_t limit = 0;          ///< only so many pairs from the start; 0: all
  bool skip_bad = false;          ///< leave bad lines out instead of stopping at the first
};

/// What the command line asks for.
struct command {
  options run;
  bool help = false;
  std::string error;  ///< empty, or what is wrong
};

[[nodiscard]] command parse_command(int argc, char** argv);
void print_help(const char* program);

}  // namespace preference_text

#endif  // PREFERENCE_TEXT_OPTIONS_HPP
