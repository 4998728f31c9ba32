// SPDX-License-Identifier: MIT
// Runs a fuzz target over the files of folders, where there is no fuzzer: every input of the corpus, in every build.
//
//   realign_fuzz_TARGET FOLDER...

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <realign/io/text_file.hpp>

#include "fuzz.hpp"

int main(int argc, char** argv) {
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    std::printf("%s\n", file.c_str());
    (void)std::fflush(stdout);
    const std::string bytes = realign::io::read_text_file(file);
    const std::vector<std::uint8_t> data(bytes.begin(), bytes.end());  // its own size: reads beyond it are seen
    (void)LLVMFuzzerTestOneInput(data.data(), data.size());
  }
  std::printf("%zu inputs\n", files.size());
  return files.empty() ? 1 : 0;
}
