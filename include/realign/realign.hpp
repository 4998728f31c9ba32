// SPDX-License-Identifier: MIT
// The whole library in one include, adaptors aside; every header also stands alone.
#ifndef REALIGN_REALIGN_HPP
#define REALIGN_REALIGN_HPP

#include <realign/core.hpp>

#include <realign/io/gzip.hpp>
#include <realign/io/npy.hpp>
#include <realign/io/text_file.hpp>

#include <realign/nn/activation.hpp>
#include <realign/nn/adam.hpp>
#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/candidate_set.hpp>
#include <realign/nn/dense.hpp>
#include <realign/nn/feature_batch.hpp>
#include <realign/nn/gaussian_policy.hpp>
#include <realign/nn/init.hpp>
#include <realign/nn/mlp.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/nn/mlp_values.hpp>
#include <realign/nn/sparse_vector.hpp>
#include <realign/nn/text_encoder.hpp>

#include <realign/preference/preference.hpp>

#include <realign/decide/aligned_policy.hpp>
#include <realign/decide/decide.hpp>
#include <realign/decide/decision.hpp>
#include <realign/decide/limit.hpp>
#include <realign/decide/problem.hpp>
#include <realign/decide/rule.hpp>
#include <realign/decide/workspace.hpp>

#include <realign/env/choice_annotation.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/env/choice_game_exact.hpp>
#include <realign/env/choice_game_optimal.hpp>
#include <realign/env/choice_game_play.hpp>
#include <realign/env/point_mass.hpp>
#include <realign/env/point_mass_optimal.hpp>

// JSON needs nlohmann-json, the only dependency besides Eigen. Without it, or to save its compile time with
// REALIGN_NO_JSON, the rest is all there: only games, pairs and safetensors (so `load` and `save`) are read from JSON.
#ifndef REALIGN_NO_JSON
#if __has_include(<nlohmann/json.hpp>)
#include <realign/env/choice_game_json.hpp>
#include <realign/io/json.hpp>
#include <realign/io/json_lines.hpp>
#include <realign/io/safetensors.hpp>
#include <realign/nn/parameters_io.hpp>
#include <realign/preference/pairs_io.hpp>
#endif
#endif

#endif  // REALIGN_REALIGN_HPP
