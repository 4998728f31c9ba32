// SPDX-License-Identifier: MIT
// Learns continuous control from preferences: CPL, its variants, DPO, IPO and cloning side by side.
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <realign/core/contract.hpp>

#include "../common/text.hpp"
#include "options.hpp"
#include "report.hpp"

namespace {

using namespace train_cpl;

int run(const options& o) {
  std::error_code failed;
  std::filesystem::create_directories(o.out, failed);
  if (failed) ra::input_failure(o.out, "", "cannot be made: ", failed.message());
  const env::point_mass system;
  const env::point_mass_optimal best(system);
  const results r{measure_baselines(system, best), repeat(system, best, o.seed, o.seeds)};
  print_table(r);
  examples::write_file(o.out + "/learning.csv", learning_csv(r));
  examples::write_file(o.out + "/learning.svg", learning_svg(r));
  std::printf("\nWritten: %s/learning.csv, %s/learning.svg\n", o.out.c_str(), o.out.c_str());
  return print_check(r) ? 0 : 1;
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
    return run(c.run);
  } catch (const ra::input_error& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 2;
  }
}
