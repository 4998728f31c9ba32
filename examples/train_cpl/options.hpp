// SPDX-License-Identifier: MIT
// The command line.
#ifndef TRAIN_CPL_OPTIONS_HPP
#define TRAIN_CPL_OPTIONS_HPP

#include <cstddef>
#include <cstdint>
#include <string>

namespace train_cpl {

struct options {
  std::uint64_t seed = 2026;
  std::size_t seeds = 10;  ///< independent repetitions
  std::string out = ".";   ///< where learning.svg and learning.csv go
};

/// What the command line asks for.
struct command {
  options run;
  bool help = false;
  std::string error;  ///< empty, or what is wrong
};

[[nodiscard]] command parse_command(int argc, char** argv);
void print_help(const char* program);

}  // namespace train_cpl

#endif  // TRAIN_CPL_OPTIONS_HPP
