// SPDX-License-Identifier: MIT
// Recordings of four NPY files: shapes that agree, and finite numbers only.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include <realign/preference/cpl_io.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;

namespace {

/// A folder of this process, gone when it ends.
class scratch_folder {
 public:
  scratch_folder() : path_(std::filesystem::temp_directory_path() / name()) {
    std::filesystem::create_directories(path_);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }

 private:
  static std::string name() { return "realign_fuzz_" + std::to_string(std::random_device{}()); }
  std::filesystem::path path_;
};

void write(const std::string& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Cuts the input into four: two bytes of length each, the last one is the rest. An empty one stands for no file.
std::array<std::string_view, 4> cut(std::string_view bytes) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < 3 && bytes.size() >= 2; ++i) {
    const auto low = static_cast<unsigned char>(bytes[0]), high = static_cast<unsigned char>(bytes[1]);
    bytes.remove_prefix(2);
    parts[i] = bytes.substr(0, (static_cast<std::size_t>(high) << 8) | low);
    bytes.remove_prefix(parts[i].size());
  }
  parts[3] = bytes;
  return parts;
}

template <class T>
bool all_finite(const T& x) {
  return std::all_of(x.begin(), x.end(), [](const auto& v) { return ra::is_finite(v); });
}

template <class T>
void check(const ra::cpl_files& files, const std::string& folder) {
  std::string why;
  auto r = attempt([&] { return ra::load_cpl_recording<T>(files); }, why, folder);
  if (!r) return;
  const std::size_t steps = r->size() * r->length();
  require(steps > 0 && r->obs.values.size() == steps * r->features(), "features of every step");
  require(r->dimensions() > 0 && r->action.values.size() == steps * r->dimensions(), "an action for every step");
  require(r->reward.values.size() == (files.reward.empty() ? 0 : steps), "a reward for every step");
  require(r->labels().size() == (files.label.empty() ? 0 : r->size()), "a label for every segment");
  require(all_finite(r->obs.values) && all_finite(r->action.values) && all_finite(r->reward.values) &&
              all_finite(r->label.values),
          "finite numbers");
  r->clip_actions();
  for (const T& a : r->action.values) require(a > T(-1) && a < T(1), "clipped actions lie inside (-1, 1)");
  const ra::cpl_dataset<T> dataset(*r);
  require(dataset.states.size() == steps, "a state for every step");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const scratch_folder folder;
  const auto parts = cut(text_of(data, size));
  ra::cpl_files files = ra::cpl_files::in_folder(folder.path());
  write(files.obs, parts[0]);
  write(files.action, parts[1]);
  write(files.reward, parts[2]);
  write(files.label, parts[3]);
  if (parts[2].empty()) files.reward.clear();
  if (parts[3].empty()) files.label.clear();
  check<float>(files, folder.path());
  check<double>(files, folder.path());
  return 0;
}
