// SPDX-License-Identifier: MIT
// The printed report and the CSV file.
#ifndef ADVENTURE_REPORT_HPP
#define ADVENTURE_REPORT_HPP

#include <string>

#include "results.hpp"

namespace adventure {

void print_table(const results& r);
void print_sweep(const results& r);
void print_limits(const results& r);
/// Prints one line per claim; returns whether all hold.
[[nodiscard]] bool print_checks(const results& r);

/// One line per method, limits and weight.
[[nodiscard]] std::string frontier_csv(const results& r);

/// Writes a file whole.
/// @throws realign::input_error when it cannot be written
void write_file(const std::string& file, const std::string& content);

}  // namespace adventure

#endif  // ADVENTURE_REPORT_HPP
