// SPDX-License-Identifier: MIT
// A reward model and an implicit-reward model from any file of chosen and rejected texts.
#include <cstddef>
#include <cstdio>

#include <realign/core/contract.hpp>
#include <realign/preference/pairs_io.hpp>

#include "models.hpp"
#include "options.hpp"
#include "report.hpp"
#include "texts.hpp"

namespace {

using namespace preference_text;

constexpr std::size_t shown_lines = 5;

[[nodiscard]] ra::text_pairs load(const options& run) {
  ra::pairs_io_options how;
  how.on_bad = run.skip_bad ? ra::io::bad_lines::skip : ra::io::bad_lines::refuse;
  ra::text_pairs read = ra::load_text_pairs(run.file, how);
  const auto& skipped = read.report.skipped;
  for (std::size_t i = 0; i < skipped.size() && i < shown_lines; ++i)
    std::fprintf(stderr, "skipped: %s\n", skipped[i].reason.c_str());
  if (skipped.size() > shown_lines) std::fprintf(stderr, "skipped: %zu more\n", skipped.size() - shown_lines);
  if (read.pairs.empty()) ra::input_failure(run.file, "", "no line holds a pair");
  if (run.limit > 0 && read.pairs.size() > run.limit) read.pairs.resize(run.limit);
  return read;
}

int run_all(const options& run) {
  std::fprintf(stderr, "reading %s\n", run.file.c_str());
  const ra::text_pairs read = load(run);
  std::size_t alike = 0;
  for (const ra::text_pair& p : read.pairs) alike += p.chosen == p.rejected ? 1U : 0U;
  std::fprintf(stderr, "encoding %zu pairs\n", read.pairs.size());
  const encoded_pairs pairs = encode(read.pairs, run.dimension, run.held_out, run.seed);
  std::printf("%s: %s, %zu to train on and %zu held out; %s skipped, %s of two equal texts\n", run.file.c_str(),
              counted(read.pairs.size(), "pair").c_str(), pairs.data.pairs.size(), pairs.data.held_out.size(),
              counted(read.report.skipped.size(), "line").c_str(), counted(alike, "pair").c_str());

  bool sound = true;
  for (const auto train : {train_reward_model, train_implicit_reward}) {
    const trained model = train(pairs, run);
    print_model(model, pairs, read.pairs);
    sound = sound && ra::succeeded(model.status);
  }
  return sound ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const command c = parse_command(argc, argv);
  if (c.help) {
    print_help(argv[0]);
    return 0;
  }
  if (!c.error.empty()) {
    std::fprintf(stderr, "%s: %s\nTry --help.\n", argv[0], c.error.c_str());
    return 2;
  }
  try {
    return run_all(c.run);
  } catch (const ra::input_error& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 2;
  }
}
