// SPDX-License-Identifier: MIT
// Outcomes that a correct program can meet, as values.
#ifndef REALIGN_CORE_STATUS_HPP
#define REALIGN_CORE_STATUS_HPP

#include <string_view>

namespace realign::inline v0 {

/// What an operation reports. Everything but `ok` and `face` leaves the output untouched.
enum class [[nodiscard]] status : unsigned char {
  ok,             ///< done
  face,           ///< done; the limits can be met only by giving up some choices, which got probability 0
  infeasible,     ///< no distribution over the allowed choices meets the limits; a proof comes with it
  no_gain,        ///< no distribution lifts every weighted objective above its disagreement value
  no_support,     ///< no choice is left: all are masked, shielded, or have prior zero
  empty,          ///< there was nothing to work on: no pairs, no steps
  not_converged,  ///< the iteration limit was reached; the certificate says how far the answer is
  diverged,       ///< a loss or a gradient stopped being finite
};

/// The name of a status, as written in the code.
[[nodiscard]] constexpr std::string_view to_string(status s) noexcept {
  switch (s) {
    case status::ok: return "ok";
    case status::face: return "face";
    case status::infeasible: return "infeasible";
    case status::no_gain: return "no_gain";
    case status::no_support: return "no_support";
    case status::empty: return "empty";
    case status::not_converged: return "not_converged";
    case status::diverged: return "diverged";
  }
  return "unknown";
}

/// True for the two outcomes that come with an answer: `ok` and `face`.
[[nodiscard]] constexpr bool succeeded(status s) noexcept {
  return s == status::ok || s == status::face;
}

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_STATUS_HPP
