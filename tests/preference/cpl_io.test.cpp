// SPDX-License-Identifier: MIT
#include <realign/preference/cpl_io.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <realign/nn/gaussian_policy.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/labels.hpp>
#include <realign/preference/train.hpp>

namespace ra = realign;

namespace {

/// Four segments of three steps, two features, one action dimension, in files of a folder.
class recording_folder {
 public:
  explicit recording_folder(const std::string& name) : path_(name) {
    std::filesystem::create_directories(path_);
    std::vector<double> obs(24), action(12), reward(12);
    for (std::size_t i = 0; i < 24; ++i) obs[i] = 0.5 * static_cast<double>(i);
    for (std::size_t i = 0; i < 12; ++i) {
      action[i] = i % 2 == 0 ? 1.0 : -0.25;
      reward[i] = static_cast<double>(i / 3 == 2 ? 1 : i);
    }
    write("obs", {4, 3, 2}, obs);
    write("action", {4, 3, 1}, action);
    write("reward", {4, 3}, reward);
    write<std::int64_t>("label", {4}, {3, 12, 3, 30});
  }
  ~recording_folder() { std::filesystem::remove_all(path_); }
  recording_folder(const recording_folder&) = delete;
  recording_folder& operator=(const recording_folder&) = delete;

  template <class T = double>
  void write(const std::string& field, const std::vector<std::size_t>& shape,
             const std::vector<T>& values) const {
    ra::io::write_npy(path_ + "/" + field + ".npy", shape, std::span<const T>(values));
  }
  [[nodiscard]] ra::cpl_files files() const { return ra::cpl_files::in_folder(path_); }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE_TEMPLATE("a recording in the layout of the reference code", T, float, double) {
  const recording_folder folder("realign_cpl_io_read");
  auto r = ra::load_cpl_recording<T>(folder.files());
  CHECK(r.size() == 4);
  CHECK(r.length() == 3);
  CHECK(r.features() == 2);
  CHECK(r.dimensions() == 1);
  CHECK(r.obs.values[23] == T(11.5));
  CHECK(std::vector<double>(r.labels().begin(), r.labels().end()) ==
        std::vector<double>{3, 12, 3, 30});
  CHECK(ra::label_by_return(r.rewards()) == std::vector<double>{3, 12, 3, 30});
  // Halves: 0 against 2 is a tie, 1 against 3 is lost.
  const auto pairs = ra::fixed_pairs(r.labels());
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].label == 0.5);
  CHECK(pairs[1].preferred == 3);
  r.clip_actions(0.5);
  CHECK(r.action.values[0] == T(0.5));
  CHECK(r.action.values[1] == T(-0.25));
}

TEST_CASE_TEMPLATE("a recording becomes training data", T, float, double) {
  const recording_folder folder("realign_cpl_io_train");
  const auto r = ra::load_cpl_recording<T>(folder.files());
  ra::cpl_dataset<T> set(r);
  REQUIRE(set.data.segments.size() == 4);
  REQUIRE(set.data.segments[3].size() == 3);
  CHECK((*set.data.segments[3][2].state)[1] == T(11.5));
  CHECK(set.data.segments[1][0].action[0] == r.action.values[3]);
  set.data.pairs = ra::fixed_pairs(r.labels());
  const ra::cpl_dataset<T> moved = std::move(set);
  ra::gaussian_policy<T> policy({2, 4, 1}, 1);
  const auto report = ra::train(policy, moved.data, ra::cpl{}, {.epochs = 2});
  CHECK(report.status == ra::status::ok);
  CHECK(report.curve.size() == 2);
}

TEST_CASE("rewards and labels may be left out, and labels may be a column") {
  const recording_folder folder("realign_cpl_io_parts");
  ra::cpl_files files = folder.files();
  files.reward.clear();
  files.label.clear();
  const auto r = ra::load_cpl_recording<float>(files);
  CHECK(r.labels().empty());
  CHECK(r.rewards().rows() == 0);
  CHECK(ra::label_by_return(r.rewards()).empty());
  folder.write("label", {4, 1}, {1, 2, 3, 4});
  CHECK(ra::load_cpl_recording<float>(folder.files()).labels()[3] == 4);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("bad recordings are refused by file, entry and field") {
  const std::string name = "realign_cpl_io_bad";
  const recording_folder folder(name);
  const auto message = [&] {
    try {
      (void)ra::load_cpl_recording<float>(folder.files());
    } catch (const ra::input_error& e) {
      return std::string(e.what());
    }
    return std::string("nothing was thrown");
  };
  const std::vector<double> eight(8, 0.5);
  folder.write("label", {8}, eight);
  CHECK(message() == name + "/label.npy: header: label: shape: expected 4, got 8");
  folder.write("reward", {4, 2}, eight);
  CHECK(message() == name + "/reward.npy: header: reward: shape: expected 4 x 3, got 4 x 2");
  folder.write("action", {4, 2, 1}, eight);
  CHECK(message() ==
        name + "/action.npy: header: action: shape: expected 4 x 3 x any, got 4 x 2 x 1");
  folder.write("obs", {4, 2}, eight);
  CHECK(message() == name + "/obs.npy: header: obs: shape: expected any x any x any, got 4 x 2");
  folder.write("obs", {0, 3, 2}, std::vector<double>{});
  CHECK(message() ==
        name + "/obs.npy: header: obs: shape: expected any x any x any, got 0 x 3 x 2");
  std::vector<double> with_nan(24, 0.0);
  with_nan[15] = ra::not_a_number<double>();
  folder.write("obs", {4, 3, 2}, with_nan);
  CHECK(message() == name + "/obs.npy: entry [2, 1, 1]: obs: expected a finite number, got NaN");
  with_nan[15] = ra::pos_infinity<double>();
  folder.write("obs", {4, 3, 2}, with_nan);
  CHECK(message() ==
        name + "/obs.npy: entry [2, 1, 1]: obs: expected a finite number, got infinity");
  std::filesystem::resize_file(name + "/obs.npy", 200);
  CHECK(message().starts_with(name + "/obs.npy: data: cut"));
  std::filesystem::resize_file(name + "/obs.npy", 0);
  CHECK(message() == name + "/obs.npy: the file is empty");
  std::filesystem::remove(name + "/obs.npy");
  CHECK(message().starts_with(name + "/obs.npy: cannot be opened"));
}

TEST_CASE("a margin of clipping out of range is wrong use") {
  ra::cpl_recording<float> r;
  CHECK_THROWS_AS(r.clip_actions(1.0), ra::contract_error);
}
#endif
