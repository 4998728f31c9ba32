// SPDX-License-Identifier: MIT
// The scalarizations that golden cases name, with their parameters.
#ifndef REALIGN_TESTS_GOLDEN_SCALARIZATIONS_HPP
#define REALIGN_TESTS_GOLDEN_SCALARIZATIONS_HPP

#include <stdexcept>
#include <string>
#include <utility>

#include <realign/scalarize/scalarize.hpp>

#include "golden_case.hpp"

namespace golden {

namespace ra = realign;

/// The point that objectives are measured from; absent means zero.
[[nodiscard]] inline ra::scalarize::anchor anchor_of(const ra::io::json_value& p, const char* key) {
  const auto point = given(p, key);
  return point ? ra::scalarize::anchor(row<double>(*point)) : ra::scalarize::anchor{};
}

/// Calls visit(f) with the scalarization that inference_time.json calls `kind`. With `Priced`, only
/// for those that can be decided with.
template <bool Priced, class Visit>
void with_scalarization(const std::string& kind, const ra::io::json_value& p, const Visit& visit) {
  namespace s = ra::scalarize;
  if (kind == "weighted_sum") return visit(s::linear{});
  if (kind == "nash") return visit(s::nash{anchor_of(p, "disagreement")});
  if (kind == "maxmin") return visit(s::maxmin{});
  if (kind == "chebyshev") return visit(s::chebyshev{anchor_of(p, "reference"), 0});
  if (kind == "aug_chebyshev")
    return visit(s::chebyshev{anchor_of(p, "reference"), number(p.at("rho"))});
  if (kind == "softmin") return visit(s::softmin{number(p.at("tau")), {}});
  if constexpr (!Priced) {
    if (kind == "p_mean") return visit(s::power_mean{number(p.at("p"))});
    if (kind == "owa") return visit(s::ordered_average{});
  }
  throw std::runtime_error("no scalarization is called " + kind);
}

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_SCALARIZATIONS_HPP
