// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <charconv>
#include <cstdio>
#include <system_error>

namespace train_cpl {

namespace {

constexpr std::size_t least_seeds = 2, most_seeds = 1000;

template <class Number>
[[nodiscard]] bool read(const std::string& text, Number& out) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end;
}

/// Takes one option; returns what is wrong with it, or nothing.
[[nodiscard]] std::string take(const std::string& name, const std::string& value, options& run) {
  if (name == "--seed")
    return read(value, run.seed) ? ""
                                 : "--seed: expected a whole number >= 0, got \"" + value + "\"";
  if (name == "--seeds") {
    if (read(value, run.seeds) && run.seeds >= least_seeds && run.seeds <= most_seeds) return "";
    return "--seeds: expected a whole number from " + std::to_string(least_seeds) + " to " +
           std::to_string(most_seeds) + ", got \"" + value + "\"";
  }
  if (value.empty()) return name + ": expected a name, got nothing";
  run.out = value;
  return "";
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
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (name != "--seed" && name != "--seeds" && name != "--out") {
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
      "usage: %s [--seed N] [--seeds N] [--out DIR]\n"
      "\n"
      "A point mass is pushed to a goal. Noisy, clumsy controllers record pairs of short segments, and\n"
      "noisy judges say which of two is better, by regret or by return. From these labels alone a Gaussian\n"
      "network is trained by CPL, CPL-BC, CPL-KL, DPO and IPO, and, as the baseline, by cloning the\n"
      "preferred segments (SFT). Returns are those of held-out episodes.\n"
      "\n"
      "  --seed N    seed of everything; default %llu\n"
      "  --seeds N   repetitions, each with data, labels and networks of its own; default %zu\n"
      "  --out DIR   where learning.svg and learning.csv are written; made if missing; default \"%s\"\n"
      "  --help      this text\n"
      "\n"
      "Progress goes to stderr, results to stdout. Exit status: 0 when the closing check holds, 1 when it\n"
      "fails, 2 for a bad option or a file that cannot be written.\n",
      program, static_cast<unsigned long long>(defaults.seed), defaults.seeds, defaults.out.c_str());
}

}  // namespace train_cpl
