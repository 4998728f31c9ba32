// SPDX-License-Identifier: MIT
// One repetition: recordings, labels, cloning, and every method from there.
#ifndef TRAIN_CPL_TRAINING_HPP
#define TRAIN_CPL_TRAINING_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <realign/core/status.hpp>

#include "recordings.hpp"

namespace train_cpl {

inline constexpr std::size_t cloning_epochs = 15;  ///< on all segments, the same for every method
inline constexpr std::size_t epochs = 20;          ///< of each method, after that
inline constexpr std::size_t epochs_per_point = 2; ///< of the learning curves
inline constexpr std::size_t curve_points = epochs / epochs_per_point + 1;
inline constexpr std::size_t held_out_episodes = 200;

enum class method : unsigned char { sft, cpl, cpl_bc, cpl_kl, dpo, ipo };
inline constexpr std::array<method, 6> all_methods = {method::sft,    method::cpl, method::cpl_bc,
                                                      method::cpl_kl, method::dpo, method::ipo};
[[nodiscard]] const char* name_of(method m);
/// The parameters, for the table.
[[nodiscard]] const char* parameters_of(method m);

/// A trained network.
struct outcome {
  ra::status status = ra::status::ok;
  double accuracy = 0;                         ///< on its labels, in the last epoch; 0 for SFT
  std::array<double, curve_points> returns{};  ///< held-out, from the cloned network to the end

  [[nodiscard]] double final_return() const { return returns.back(); }
};

struct repetition {
  std::array<double, all_criteria.size()> agreement{};  ///< of labels with regret
  std::array<std::array<outcome, all_methods.size()>, all_criteria.size()> outcomes;
};

/// Figures to compare with, on the held-out episodes.
struct baselines {
  double optimum = 0;  ///< of the tabulated forces
  double players = 0;  ///< of those whom the recordings are of
};
[[nodiscard]] baselines measure_baselines(const env::point_mass& system,
                                          const env::point_mass_optimal& best);

/// Everything `count` times, on two threads; the result does not depend on that.
[[nodiscard]] std::vector<repetition> repeat(const env::point_mass& system,
                                             const env::point_mass_optimal& best,
                                             std::uint64_t seed, std::size_t count);

}  // namespace train_cpl

#endif  // TRAIN_CPL_TRAINING_HPP
