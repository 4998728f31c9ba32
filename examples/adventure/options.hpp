// SPDX-License-Identifier: MIT
// The command line of the demo.
#ifndef ADVENTURE_OPTIONS_HPP
#define ADVENTURE_OPTIONS_HPP

#include <cstddef>
#include <cstdint>
#include <string>

namespace adventure {

struct options {
  std::uint64_t seed = 2026;
  std::size_t episodes = 2000;  ///< recorded by the two reference players together
  std::string game;             ///< a game file
  std::string out = ".";        ///< where frontier.csv and frontier.svg go
};

/// What the command line asks for.
struct command {
  options run;
  bool help = false;
  std::string error;  ///< empty, or what is wrong
};

[[nodiscard]] command parse_command(int argc, char** argv);
void print_help(const char* program);

}  // namespace adventure

#endif  // ADVENTURE_OPTIONS_HPP
