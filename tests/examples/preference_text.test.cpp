// SPDX-License-Identifier: MIT
// What the program is made of, for the parts that can deceive: who is trained on and who judges.
#define REALIGN_TEST_IS_COMPILED_ALONE  // it includes a source file, which a namespace of its own would not hold

#include "../../examples/preference_text/texts.cpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <string>

#include <realign/preference/pairs_io.hpp>

namespace ra = realign;

namespace {

constexpr std::size_t prompts = 4;

/// Which prompts are on both sides when line i of the file asks question i % prompts.
template <class Line>
std::size_t shared_prompts(const Line& line) {
  std::string file;
  for (std::size_t i = 0; i < 40; ++i) file += line(std::to_string(i % prompts), std::to_string(i)) + "\n";
  const ra::text_pairs read = ra::parse_text_pairs(file, "f.jsonl");
  std::size_t shared = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const preference_text::encoded_pairs pairs = preference_text::encode(read.pairs, 256, 0.25, seed);
    std::set<std::size_t> trained, judged;
    for (const ra::preference_pair& p : pairs.data.pairs) trained.insert(p.preferred / 2 % prompts);
    for (const ra::preference_pair& p : pairs.data.held_out) judged.insert(p.preferred / 2 % prompts);
    CHECK(pairs.data.pairs.size() == 30);
    CHECK(pairs.data.held_out.size() == 10);
    for (const std::size_t p : judged) shared += trained.count(p);
  }
  return shared;
}

}  // namespace

TEST_CASE("pairs with the same prompt are not split between training and judging") {
  using text = const std::string&;
  CHECK(shared_prompts([](text q, text i) {
          return R"({"prompt":"Question )" + q + R"(? ","chosen":"good )" + i + R"(","rejected":"bad )" + i + "\"}";
        }) == 0);
  CHECK(shared_prompts([](text q, text i) {
          const std::string start = "\\n\\nHuman: Question " + q + "?\\n\\nAssistant: ";
          return R"({"chosen":")" + start + "good " + i + R"(","rejected":")" + start + "bad " + i + "\"}";
        }) == 0);
}

TEST_CASE("a prompt is the same in a field of its own and as the beginning of a conversation") {
  CHECK(shared_prompts([](const std::string& q, const std::string& i) {
          const std::string start = "\\n\\nHuman: Question " + q + "?";
          const std::string turn = i.size() == 1 ? "" : "\\n\\nAssistant:";
          const std::string prompt = std::stoul(i) % 3 == 0 ? "\"prompt\":\"" + start + turn + "\"," : "";
          return "{" + prompt + R"("chosen":")" + start + "\\n\\nAssistant: good " + i + R"(","rejected":")" + start +
                 "\\n\\nAssistant: bad " + i + "\"}";
        }) == 0);
}
