// SPDX-License-Identifier: MIT
// The kinds of golden cases that the library can answer: one function each, in one table.
#ifndef REALIGN_TESTS_GOLDEN_KINDS_HPP
#define REALIGN_TESTS_GOLDEN_KINDS_HPP

#include <span>
#include <string_view>

#include "condition.hpp"
#include "golden_case.hpp"

namespace golden {

/// Computes the answer of a case and compares it with everything that is expected.
using checker = void (*)(const golden_case&, const expectation&);

struct kind {
  std::string_view name;  ///< one of `golden_case::names`
  checker in_double;
  checker in_float = nullptr;  ///< null where the library computes in double only
};

[[nodiscard]] std::span<const kind> kinds() noexcept;
/// The kind that answers a case, by its most precise name; null when there is none.
[[nodiscard]] const kind* find_kind(const golden_case& c) noexcept;

// preference_losses.json
template <class T>
answers solve_link(const golden_case&, roundings&);
template <class T>
answers solve_group(const golden_case&, roundings&);
template <class T>
answers solve_pair(const golden_case&, roundings&);
template <class T>
answers solve_value(const golden_case&, roundings&);
template <class T>
answers solve_policy(const golden_case&, roundings&);
template <class T>
answers solve_tabular(const golden_case&, roundings&);
template <class T>
answers solve_regression(const golden_case&, roundings&);
template <class T>
answers solve_aux(const golden_case&, roundings&);

// inference_time.json
template <class T>
void check_log_softmax(const golden_case&, const expectation&);
template <class T>
void check_mix_arithmetic(const golden_case&, const expectation&);
template <class T>
void check_mix_geometric(const golden_case&, const expectation&);
template <class T>
void check_mix_power(const golden_case&, const expectation&);
template <class T>
void check_mix_fdiv(const golden_case&, const expectation&);
template <class T>
void check_fdiv_tilt(const golden_case&, const expectation&);
void check_scalarize(const golden_case&, const expectation&);
template <class T>
void check_kl_project(const golden_case&, const expectation&);
template <class T>
void check_welfare_policy(const golden_case&, const expectation&);

// decision_program.json
template <class T>
void check_decision_program(const golden_case&, const expectation&);

// envs.json
void check_choice_game_scale(const golden_case&, const expectation&);
void check_choice_game_table(const golden_case&, const expectation&);
void check_choice_game_curve(const golden_case&, const expectation&);

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_KINDS_HPP
