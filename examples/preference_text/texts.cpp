// SPDX-License-Identifier: MIT
#include "texts.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <realign/core/random.hpp>
#include <realign/nn/sparse_vector.hpp>
#include <realign/nn/text_encoder.hpp>

namespace preference_text {

namespace {

constexpr std::string_view turn = "\n\nAssistant:";
enum feature_space : std::uint64_t { whole_space = 1, answer_space = 2, length_space = 3 };

/// The whole text and its answer as bags of one and two words, and how long the answer is: full octaves of
/// its number of words.
[[nodiscard]] ra::nn::sparse_vector<float> features(const ra::nn::text_encoder& encoder, std::string_view text,
                                                    std::string_view answer) {
  std::vector<std::pair<int, double>> entries;
  const auto append = [&](const ra::nn::sparse_vector<float>& part, double weight) {
    for (std::size_t i = 0; i < part.size(); ++i)
      entries.emplace_back(part.indices[i], weight * static_cast<double>(part.values[i]));
  };
  append(encoder.encode<float>(text, whole_space), 0.5);
  append(encoder.encode<float>(answer, answer_space), 1.0);
  std::vector<std::uint64_t> octaves;
  for (std::size_t n = ra::nn::words(answer).size(), k = 0; n > 0; n /= 2, ++k)
    octaves.push_back(ra::nn::text_hash(length_space).number(k).finish());
  append(encoder.fold<float>(std::move(octaves)), 0.25);
  return ra::nn::collect<float>(std::move(entries));
}

/// What pairs that belong together have in common: the prompt as given, without one what was said before the last
/// answer, or else both texts.
[[nodiscard]] std::string key_of(const ra::text_pair& p) {
  const std::size_t end = p.chosen.rfind(turn);
  if (p.prompt == 0 && (end == std::string::npos || end == 0)) return p.chosen + '\0' + p.rejected;
  std::string_view key = std::string_view(p.chosen).substr(0, p.prompt > 0 ? p.prompt : end);
  if (key.ends_with(turn)) key.remove_suffix(turn.size());  // some files have it in the prompt
  return std::string(key);
}

[[nodiscard]] std::vector<std::vector<std::size_t>> groups_of(const std::vector<ra::text_pair>& pairs, bool by_prompt) {
  std::vector<std::vector<std::size_t>> groups;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const std::size_t group =
        by_prompt ? known.try_emplace(key_of(pairs[p]), groups.size()).first->second : groups.size();
    if (group == groups.size()) groups.emplace_back();
    groups[group].push_back(p);
  }
  return groups;
}

}  // namespace

answers answers_of(const ra::text_pair& pair) {
  const std::string_view a = pair.chosen, b = pair.rejected;
  const std::size_t from_a = a.rfind(turn), from_b = b.rfind(turn);
  if (from_a != std::string_view::npos && from_b != std::string_view::npos)
    return {a.substr(from_a + turn.size()), b.substr(from_b + turn.size())};
  if (a == b) return {a, b};
  std::size_t common = 0;
  const std::size_t shorter = (std::min)(a.size(), b.size());
  while (common < shorter && a[common] == b[common]) ++common;
  if (common < shorter)  // back to the beginning of a word
    while (common > 0 && a[common - 1] != ' ' && a[common - 1] != '\n') --common;
  return {a.substr(common), b.substr(common)};
}

encoded_pairs encode(const std::vector<ra::text_pair>& pairs, std::size_t dimension, double share,
                     std::uint64_t seed) {
  const ra::nn::text_encoder encoder({.dimension = dimension, .char_max = 0});
  encoded_pairs out;
  out.sets.reserve(pairs.size());
  for (const ra::text_pair& p : pairs) {
    const answers a = answers_of(p);
    ra::candidate_set<float>& set = out.sets.emplace_back(dimension);
    set.add(features(encoder, p.chosen, a.chosen));
    set.add(features(encoder, p.rejected, a.rejected));
    out.data.add({{&set, 0}});
    out.data.add({{&set, 1}});
  }

  auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(pairs.size())));
  if (share > 0 && pairs.size() > 1) wanted = std::clamp<std::size_t>(wanted, 1, pairs.size() - 1);
  if (pairs.size() < 2) wanted = 0;
  auto groups = groups_of(pairs, true);
  if (groups.size() < 2) groups = groups_of(pairs, false);
  ra::random_generator random(seed);
  ra::shuffle(random, groups);
  for (const std::vector<std::size_t>& group : groups) {
    const bool train = out.data.held_out.size() >= wanted || group.size() > pairs.size() / 2;
    for (const std::size_t p : group)
      (train ? out.data.pairs : out.data.held_out).push_back({2 * p, 2 * p + 1});
  }
  if (out.data.pairs.empty()) out.data.pairs.swap(out.data.held_out);
  return out;
}

}  // namespace preference_text
