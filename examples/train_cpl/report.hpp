// SPDX-License-Identifier: MIT
// The table, the closing check, the CSV file and the picture.
#ifndef TRAIN_CPL_REPORT_HPP
#define TRAIN_CPL_REPORT_HPP

#include <string>
#include <vector>

#include "statistics.hpp"
#include "training.hpp"

namespace train_cpl {

struct results {
  baselines compare;
  std::vector<repetition> repetitions;
};

/// The held-out return of a method at a point of its learning curve, over the repetitions.
[[nodiscard]] interval return_at(const results& r, criterion c, method m, std::size_t point);

void print_table(const results& r);
/// Prints one line; true when CPL beats SFT on labels by regret and their intervals do not overlap.
[[nodiscard]] bool print_check(const results& r);

[[nodiscard]] std::string learning_csv(const results& r);
/// Held-out return against epochs: one panel per criterion, a curve with its band per method.
[[nodiscard]] std::string learning_svg(const results& r);

}  // namespace train_cpl

#endif  // TRAIN_CPL_REPORT_HPP
