// SPDX-License-Identifier: MIT
#include "kinds.hpp"

namespace golden {

namespace {

constexpr kind table_of_kinds[] = {
    {"link", check_link},
    {"all_pairs", check_all_pairs},
    {"pair/cpl", check_pair<double>, check_pair<float>},
    {"pair/dpo", check_pair<double>, check_pair<float>},
    {"pair/cdpo", check_pair<double>, check_pair<float>},
    {"pair/robust_dpo", check_pair<double>, check_pair<float>},
    {"pair/ipo", check_pair<double>, check_pair<float>},
    {"pair/simpo", check_pair<double>, check_pair<float>},
    {"pair/hinge", check_pair<double>, check_pair<float>},
    {"pair/slic", check_pair<double>, check_pair<float>},
    {"pair/rpo", check_pair<double>, check_pair<float>},
    {"pair/dpo_nll", check_pair<double>, check_pair<float>},
    {"pair/reward_distill", check_pair<double>, check_pair<float>},
    {"pair/modpo", check_pair<double>, check_pair<float>},
    {"tabular", check_tabular<double>, check_tabular<float>},
    {"regression", check_regression<double>, check_regression<float>},

    {"log_softmax", check_log_softmax<double>, check_log_softmax<float>},
    {"mix_arithmetic", check_mix_arithmetic<double>, check_mix_arithmetic<float>},
    {"mix_geometric", check_mix_geometric<double>, check_mix_geometric<float>},
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
