// SPDX-License-Identifier: MIT
// What training is asked for and what it reports: options, progress, report.
#ifndef REALIGN_PREFERENCE_TRAINING_HPP
#define REALIGN_PREFERENCE_TRAINING_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/status.hpp>
#include <realign/nn/adam.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/evaluate.hpp>

namespace realign::inline v0 {

/// How to train. The optimiser is Adam; each phase starts a fresh one.
struct train_options {
  std::size_t epochs = 40;  ///< passes over the pairs (over the segments for `bc`)
  std::size_t bc_epochs =
      0;  ///< passes of behaviour cloning before that; the CPL paper spends 2/5 of its steps there
  std::size_t batch_size = 96;     ///< pairs per step; cloning takes twice as many segments
  double learning_rate = 1e-3;     ///< > 0
  double weight_decay = 0.0;       ///< decoupled, >= 0
  double max_gradient_norm = 0.0;  ///< larger gradients are scaled down; 0: never
  std::size_t warm_up_steps = 0;   ///< linear warm-up at the start of each phase
  std::uint64_t seed = 0;  ///< of the order of the batches; the same seed gives the same parameters

  [[nodiscard]] nn::adam_options optimiser() const noexcept {
    return {.learning_rate = learning_rate,
            .weight_decay = weight_decay,
            .max_gradient_norm = max_gradient_norm,
            .warm_up_steps = warm_up_steps};
  }
  /// @throws contract_error for a number outside its range
  void validate() const {
    expects(batch_size > 0, "batch_size", "at least 1", batch_size);
    optimiser().validate();
  }
};

/// The two phases of training.
enum class train_phase : unsigned char { cloning, preference };

/// One epoch, as told to the progress callback and kept in the report. Figures are means over the
/// epoch's batches, each taken before its step.
struct train_progress {
  train_phase phase = train_phase::preference;
  std::size_t epoch = 0;   ///< 1 .. epochs of the phase
  std::size_t epochs = 0;  ///< of the phase
  double loss = 0.0;
  double accuracy = 0.0;  ///< 0 while cloning
  double margin = 0.0;    ///< see `evaluation`; 0 while cloning
  /// Found after the epoch; none while cloning or without held-out pairs.
  std::optional<evaluation> held_out = {};
};

/// How training went.
struct train_report {
  /// `ok`; `empty` without pairs (or steps to clone); `no_support` when the untrained policy or the
  /// reference rules out what was recorded; `diverged` when a loss, a gradient or a parameter
  /// stopped being finite. On failure the parameters are those after the last epoch of the curve,
  /// or those from before.
  realign::status status = realign::status::ok;
  std::vector<train_progress> curve = {};  ///< one entry per finished epoch, of both phases
};

/// One of several policies, and how its training went.
template <trainable_policy P>
struct trained {
  P policy;
  train_report report;
};

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_TRAINING_HPP
