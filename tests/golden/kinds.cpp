// SPDX-License-Identifier: MIT
#include "kinds.hpp"

namespace golden {

namespace {

template <solver InDouble, solver InFloat>
constexpr kind solved(std::string_view name) {
  return {name, check_in_double<InDouble>, check_in_float<InDouble, InFloat>};
}

constexpr kind table_of_kinds[] = {
    solved<solve_link<double>, solve_link<float>>("link"),
    solved<solve_group<double>, solve_group<float>>("group"),
    solved<solve_pair<double>, solve_pair<float>>("pair"),
    solved<solve_value<double>, solve_value<float>>("value"),
    solved<solve_policy<double>, solve_policy<float>>("policy"),
    solved<solve_tabular<double>, solve_tabular<float>>("tabular"),
    solved<solve_regression<double>, solve_regression<float>>("regression"),
    solved<solve_aux<double>, solve_aux<float>>("aux"),

    {"log_softmax", check_log_softmax<double>, check_log_softmax<float>},
    {"mix_arithmetic", check_mix_arithmetic<double>, check_mix_arithmetic<float>},
    {"mix_geometric", check_mix_geometric<double>, check_mix_geometric<float>},
    {"mix_power", check_mix_power<double>, check_mix_power<float>},
    {"mix_fdiv", check_mix_fdiv<double>, check_mix_fdiv<float>},
    {"fdiv_tilt", check_fdiv_tilt<double>, check_fdiv_tilt<float>},
    {"scalarize", check_scalarize},
    {"kl_project", check_kl_project<double>, check_kl_project<float>},
    {"welfare_policy", check_welfare_policy<double>, check_welfare_policy<float>},

    {"decision_program", check_decision_program<double>, check_decision_program<float>},

    {"choice_game/scale", check_choice_game_scale},
    {"choice_game/table", check_choice_game_table},
    {"choice_game/curve", check_choice_game_curve},
};

}  // namespace

std::span<const kind> kinds() noexcept { return table_of_kinds; }

const kind* find_kind(const golden_case& c) noexcept {
  for (const std::string& name : c.names)
    for (const kind& k : table_of_kinds)
      if (k.name == name) return &k;
  return nullptr;
}

}  // namespace golden
