// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <charconv>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace preference_text {

namespace {

constexpr std::size_t most_epochs = 10000;
constexpr std::size_t least_dimension = 16;
constexpr std::size_t most_dimension = std::size_t{1} << 22;

/// Reads a number from `low` to `high`; returns what is wrong with it, or nothing.
template <class Number>
[[nodiscard]] std::string read(const std::string& name, const std::string& value, Number low, Number high,
                               Number& out) {
  Number x{};
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, x);
  if (error == std::errc{} && stop == end && x >= low && x <= high) {
    out = x;
    return "";
  }
  char range[80];
  std::snprintf(range, sizeof range, "%.10g to %.10g", static_cast<double>(low), static_cast<double>(high));
  return name + ": expected a number from " + range + ", got \"" + value + "\"";
}

[[nodiscard]] bool takes_value(const std::string& name) {
  for (const std::string_view known : {"--seed", "--epochs", "--held-out", "--dimension", "--limit"})
    if (name == known) return true;
  return false;
}

[[nodiscard]] std::string take(const std::string& name, const std::string& value, options& run) {
  constexpr std::size_t any = std::size_t{1} << 53;
  if (name == "--seed") return read<std::uint64_t>(name, value, 0, any, run.seed);
  if (name == "--epochs") return read<std::size_t>(name, value, 1, most_epochs, run.epochs);
  if (name == "--held-out") return read(name, value, 0.0, 0.9, run.held_out);
  if (name == "--limit") return read<std::size_t>(name, value, 0, any, run.limit);
  return read(name, value, least_dimension, most_dimension, run.dimension);
}

}  // namespace

command parse_command(int argc, char** argv) {
  command c;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--help" || word == "-h") {
      c.help = true;
      return c;
    }
    if (word == "--skip-bad") {
      c.run.skip_bad = true;
      continue;
    }
    if (!word.starts_with("-")) {
      if (!c.run.file.empty()) {
        c.error = "one file is expected, got \"" + c.run.file + "\" and \"" + word + "\"";
        return c;
      }
      c.run.file = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (!takes_value(name)) {
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
  if (c.run.file.empty()) c.run.file = REALIGN_EXAMPLES_DATA "/preference_small.jsonl";
  return c;
}

void print_help(const char* program) {
  const options d;
  std::printf(
      "usage: %s [FILE.jsonl[.gz]] [options]\n"
      "\n"
      "Learns from pairs of a better and a worse text: a reward model (Bradley-Terry) and an implicit-reward\n"
      "model (DPO). Each line of the file is an object with \"chosen\" and \"rejected\": strings, or lists of\n"
      "{\"role\", \"content\"}; a \"prompt\" may come with them. Without FILE, a small file of this project.\n"
      "\n"
      "  --seed N         of the split, the initial weights and the order of training; default %llu\n"
      "  --epochs N       passes over the training pairs; default %zu\n"
      "  --held-out SHARE of the pairs, 0 to 0.9, only used to judge; default %g\n"
      "  --dimension N    of the hashed text features; default %zu\n"
      "  --limit N        only the first N pairs; default 0: all\n"
      "  --skip-bad       leave out bad lines, and report them, instead of stopping at the first\n"
      "  --help           this text\n"
      "\n"
      "Progress goes to stderr, results to stdout. Exit status: 0, 1 when training fails, 2 for a bad option\n"
      "or a file that cannot be read.\n",
      program, static_cast<unsigned long long>(d.seed), d.epochs, d.held_out, d.dimension);
}

}  // namespace preference_text
