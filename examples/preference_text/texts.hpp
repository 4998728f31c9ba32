// SPDX-License-Identifier: MIT
// Texts as features, and their pairs dealt into a training and a held-out hand.
#ifndef PREFERENCE_TEXT_TEXTS_HPP
#define PREFERENCE_TEXT_TEXTS_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <realign/nn/candidate_set.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/pairs_io.hpp>

namespace preference_text {

namespace ra = realign;

/// Every pair as a set of two choices: 0 is the chosen text, 1 the rejected one. Segment 2p is "0 in pair p",
/// segment 2p + 1 is "1 in pair p".
struct encoded_pairs {
  std::vector<ra::candidate_set<float>> sets;
  ra::preference_data<ra::candidate_set<float>> data;  ///< points at `sets`
};

/// The two answers of a pair without what leads up to them.
struct answers {
  std::string_view chosen, rejected;
};
/// An answer is what follows the last "\n\nAssistant:"; without one, what the two texts do not begin with in
/// common.
[[nodiscard]] answers answers_of(const ra::text_pair& pair);

/// Encodes all pairs and holds out round(share * pairs) of them, at least one of two or more when share > 0.
/// Pairs with the same prompt, or the same two texts, go into the same hand, so that nothing held out was
/// trained on; if all pairs have the same, they are dealt one by one. The prompt is that of the file or, without
/// one, what is said before the last answer.
[[nodiscard]] encoded_pairs encode(const std::vector<ra::text_pair>& pairs, std::size_t dimension, double share,
                                   std::uint64_t seed);

}  // namespace preference_text

#endif  // PREFERENCE_TEXT_TEXTS_HPP
