// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <charconv>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace adventure {

namespace {

constexpr std::size_t least_episodes = 100;
constexpr std::size_t most_episodes = 1000000;

template <class Number>
[[nodiscard]] bool read(const std::string& text, Number& out) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end;
}

/// Takes one option; returns what is wrong with it, or nothing.
[[nodiscard]] std::string take(const std::string& name, const std::string& value, options& run) {
  if (name == "--seed") return read(value, run.seed) ? "" : "--seed: expected a whole number >= 0, got \"" + value + "\"";
  if (name == "--episodes") {
    if (!read(value, run.episodes) || run.episodes < least_episodes || run.episodes > most_episodes)
      return "--episodes: expected a whole number from " + std::to_string(least_episodes) + " to " +
             std::to_string(most_episodes) + ", got \"" + value + "\"";
    return "";
  }
  if (value.empty()) return name + ": expected a name, got nothing";
  (name == "--game" ? run.game : run.out) = value;
  return "";
}

}  // namespace

command parse_command(int argc, char** argv) {
  command c;
  c.run.game = REALIGN_EXAMPLES_DATA "/undercover.json";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--help" || word == "-h") {
      c.help = true;
      return c;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (name != "--seed" && name != "--episodes" && name != "--game" && name != "--out") {
      c.error = "unknown option \"" + word + "\"";
      return c;
    }
    if (equals == std::string::npos && i + 1 == argc) {
      c.error = name + ": expected a value, got nothing";
      return c;
    }
    c.error = take(name, equals == std::string::npos ? argv[++i] : word.substr(equals + 1), c.run);
    if (!c.error.empty()) return c;
  }
  return c;
}

void print_help(const char* program) {
  const options defaults;
  std::printf(
      "usage: %s [--seed N] [--episodes N] [--game FILE] [--out DIR]\n"
      "\n"
      "Two noisy reference players play a text game. From labelled pairs of their recorded episodes alone,\n"
      "one agent is trained for points and one for ethics; then both are combined at decision time, under\n"
      "every weight and under limits that no weight can relax. All figures are exact expectations.\n"
      "\n"
      "  --seed N       seed of the recordings and of training; default %llu\n"
      "  --episodes N   episodes that the reference players record together; default %zu\n"
      "  --game FILE    a game file; default the undercover story of this project\n"
      "  --out DIR      where frontier.csv and frontier.svg are written; made if missing; default \"%s\"\n"
      "  --help         this text\n"
      "\n"
      "Progress goes to stderr, results to stdout. Exit status: 0 when every closing check holds, 1 when one\n"
      "fails, 2 for a bad option or a file that cannot be read or written.\n",
      program, static_cast<unsigned long long>(defaults.seed), defaults.episodes, defaults.out.c_str());
}

}  // namespace adventure
