// SPDX-License-Identifier: MIT
// The picture of the fronts.
#ifndef ADVENTURE_SVG_HPP
#define ADVENTURE_SVG_HPP

#include <string>

#include "results.hpp"

namespace adventure {

/// Score against violations: one curve per method with a marker per weight, the two reference players, and the best
/// that any player can have.
[[nodiscard]] std::string frontier_svg(const results& r);

}  // namespace adventure

#endif  // ADVENTURE_SVG_HPP
