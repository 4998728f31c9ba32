// SPDX-License-Identifier: MIT
// The two models: trained on the same pairs, asked for the margin of every held-out pair.
#ifndef PREFERENCE_TEXT_MODELS_HPP
#define PREFERENCE_TEXT_MODELS_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <realign/core/status.hpp>
#include <realign/preference/training.hpp>

#include "options.hpp"
#include "texts.hpp"

namespace preference_text {

/// A trained model as the report sees it.
struct trained {
  std::string name;
  ra::status status = ra::status::ok;
  std::vector<ra::train_progress> curve;
  std::vector<double> margins;  ///< per held-out pair: how much higher the chosen text scores, in log-odds
};

/// Bradley-Terry: P(chosen) = sigmoid(R(chosen) - R(rejected)), R a network with one hidden layer.
[[nodiscard]] trained train_reward_model(const encoded_pairs& pairs, const options& run);

/// DPO: a policy over the two texts of a pair, pi = softmax of a linear score, and a frozen reference, the
/// same policy after it was cloned on both texts alike, so that it prefers neither. The implicit reward of a
/// text is beta (log pi - log pi_ref), and P(chosen) = sigmoid of the difference of the two.
[[nodiscard]] trained train_implicit_reward(const encoded_pairs& pairs, const options& run);

}  // namespace preference_text

#endif  // PREFERENCE_TEXT_MODELS_HPP
