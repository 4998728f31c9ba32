// SPDX-License-Identifier: MIT
// What is printed of a trained model: curve, accuracy with its interval, the pairs it is sure and unsure of.
#ifndef PREFERENCE_TEXT_REPORT_HPP
#define PREFERENCE_TEXT_REPORT_HPP

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models.hpp"

namespace preference_text {

/// How many held-out pairs are right, with the 95 % interval of Wilson (1927); a margin of zero counts one
/// half.
struct accuracy {
  double share = 0, low = 0, high = 1;
};
[[nodiscard]] accuracy accuracy_of(std::span<const double> margins);

/// "1 pair", "2 pairs".
[[nodiscard]] std::string counted(std::size_t n, const char* thing);

/// One line of a text, without control characters, cut to `bytes` at the end of a character.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t bytes);

void print_model(const trained& model, const encoded_pairs& pairs, const std::vector<ra::text_pair>& texts);

}  // namespace preference_text

#endif  // PREFERENCE_TEXT_REPORT_HPP
