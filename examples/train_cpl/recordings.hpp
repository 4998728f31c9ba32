// SPDX-License-Identifier: MIT
// What the agents learn from: recorded pairs of segments, and what judges say of them.
#ifndef TRAIN_CPL_RECORDINGS_HPP
#define TRAIN_CPL_RECORDINGS_HPP

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/env/point_mass_optimal.hpp>
#include <realign/nn/gaussian_policy.hpp>
#include <realign/preference/dataset.hpp>

namespace train_cpl {

namespace ra = realign;
namespace env = realign::env;

using real = float;
using network = ra::gaussian_policy<real>;
using features = network::state_type;
using action = std::array<real, env::point_mass::actions>;
using segment = ra::recorded_segment<features, std::span<const real>>;

inline constexpr std::size_t pair_count = 1000;
inline constexpr std::size_t segment_length = 16;
inline constexpr std::size_t episode_length = 50;
/// Judges see differences as small as this with a probability of 73 %: 1 / (1 + e^(-gap / noise)).
inline constexpr double judge_noise = 0.05;

/// How labels come about: by the sum of advantages, or of rewards.
enum class criterion : unsigned char { regret, payoff };
inline constexpr std::array<criterion, 2> all_criteria = {criterion::regret, criterion::payoff};
[[nodiscard]] inline const char* name_of(criterion c) {
  return c == criterion::regret ? "regret" : "return";
}

/// A controller with random gains and noisy hands: f = -gain x - damping v + noise.
class clumsy_player {
 public:
  static constexpr double hand_noise = 0.4;

  explicit clumsy_player(ra::random_generator& g)
      : gain_(0.4 + 1.2 * ra::uniform(g)), damping_(0.1 + 0.5 * ra::uniform(g)) {}
  [[nodiscard]] action act(const env::point_mass& system, const env::point_mass_state& s,
                           ra::random_generator& g) const;

 private:
  double gain_, damping_;
};

/// Segments of clumsy players: number k and number k + `pair_count` start in the same state, which is
/// anywhere within the usual, and have different players. Moving it keeps all addresses.
struct recordings {
  std::vector<features> states;
  std::vector<action> actions;
  std::vector<segment> segments;
  std::array<std::vector<double>, 2> totals;  ///< one number per segment, as `all_criteria`
};
[[nodiscard]] recordings record(const env::point_mass& system, const env::point_mass_optimal& best,
                                ra::random_generator& g);

/// Labels and how good they are.
struct judgement {
  std::vector<ra::preference_pair> pairs;
  double agreement = 0;  ///< share of pairs in which the segment with less regret is preferred
};
[[nodiscard]] judgement judge(const recordings& data, criterion c, ra::random_generator& g);

}  // namespace train_cpl

#endif  // TRAIN_CPL_RECORDINGS_HPP
