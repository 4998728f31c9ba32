// SPDX-License-Identifier: MIT
// The decision that the README begins with.
#include <doctest/doctest.h>

#include <realign/realign.hpp>

#include <cstddef>
#include <cstdio>
#include <span>
#include <vector>

namespace {

using State = std::vector<float>;

/// What the program around the block does with the answer.
struct answer {
  bool refused = false;
  std::size_t choice = 99;
  std::vector<double> proof = {};
};

answer first_look(const State& state, const std::vector<float>& harm, const std::vector<unsigned char>& illegal) {
  realign::random_generator rng(5);
  answer out;
  const auto points = [](const State& s, std::span<float> logits) {
    for (std::size_t a = 0; a < logits.size(); ++a) logits[a] = s[0] * static_cast<float>(a);
  };
  const auto refuse = [](std::span<const double> proof) { return answer{true, 99, {proof.begin(), proof.end()}}; };
  const auto act = [&out](std::size_t choice) { out.choice = choice; };
#include <readme/top_1.inc>
  CHECK(d.status == ra::status::ok);
  CHECK(d.probs[2] == 0);
  CHECK(d.gap < 1e-6);
  CHECK(d.cost_values[0] <= 0.05 + 1e-6);
  return out;
}

}  // namespace

TEST_CASE("the first look decides within its limits, or refuses with a proof") {
  const char* const file = "gentle.safetensors";
  realign::save(realign::mlp_policy<float>({2, 4, 3}, 1), file);
  const std::vector<unsigned char> illegal{0, 0, 1};
  const answer done = first_look({1, -1}, {0.0F, 0.5F, 0.0F}, illegal);
  CHECK_FALSE(done.refused);
  CHECK(done.choice < 2);
  const answer no = first_look({1, -1}, {0.2F, 0.5F, 0.0F}, illegal);
  CHECK(no.refused);
  REQUIRE(no.proof.size() == 1);
  CHECK(no.proof[0] == doctest::Approx(1));
  CHECK(std::remove(file) == 0);
}
