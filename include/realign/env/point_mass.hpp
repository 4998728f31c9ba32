// SPDX-License-Identifier: MIT
// Continuous control: a point mass in the plane that is pushed to a goal by a bounded, noisy force.
#ifndef REALIGN_ENV_POINT_MASS_HPP
#define REALIGN_ENV_POINT_MASS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>

namespace realign::inline v0::env {

/// One coordinate of the point mass, relative to the goal.
struct axis_state {
  double position = 0;
  double velocity = 0;
};

/// The two coordinates. They move independently of each other, and so do their rewards.
using point_mass_state = std::array<axis_state, 2>;

/// Constants of the point mass.
struct point_mass_options {
  double time_step = 0.1;      ///< dt > 0
  double drag = 0.5;           ///< k >= 0 with k dt <= 1: what the velocity loses per unit of time
  double max_force = 1.0;      ///< F > 0, per coordinate
  double noise = 0.05;         ///< standard deviation of the velocity's disturbance in a step, >= 0
  double max_position = 2.0;   ///< walls: positions end here, and the velocity is lost
  double max_velocity = 2.0;   ///< velocities end here
  double velocity_cost = 0.1;  ///< q >= 0
  double force_cost = 0.1;     ///< c >= 0
};

/// The point mass. In each coordinate, with f = a held within [-F, F] and z standard normal,
///
///     v' = v + dt (f - k v) + noise z,    x' = x + dt v',    reward = -dt (x^2 + q v^2 + c f^2)
///
/// where v' and then x' end at their bounds, and v' = 0 at a wall. Nothing ends an episode.
class point_mass {
 public:
  static constexpr std::size_t actions = 2;   ///< dimension of an action
  static constexpr std::size_t features = 4;  ///< length of the feature vector of a state

  /// @throws contract_error for a constant outside its range
  explicit point_mass(const point_mass_options& options = {}) : options_(options) {
    const auto positive = [](const double& x) { return is_finite(x) && x > 0; };
    const auto not_negative = [](const double& x) { return is_finite(x) && x >= 0; };
    expects(positive(options.time_step), "time_step", "a number > 0", options.time_step);
    expects(not_negative(options.drag) && options.drag * options.time_step <= 1, "drag",
            "a number >= 0, at most 1 / time_step", options.drag);
    expects(positive(options.max_force), "max_force", "a number > 0", options.max_force);
    expects(not_negative(options.noise), "noise", "a number >= 0", options.noise);
    expects(positive(options.max_position), "max_position", "a number > 0", options.max_position);
    expects(positive(options.max_velocity), "max_velocity", "a number > 0", options.max_velocity);
    expects(not_negative(options.velocity_cost), "velocity_cost", "a number >= 0",
            options.velocity_cost);
    expects(not_negative(options.force_cost), "force_cost", "a number >= 0", options.force_cost);
  }

  [[nodiscard]] const point_mass_options& options() const noexcept { return options_; }

  /// The force that an action exerts: the action, held within the bounds.
  [[nodiscard]] double force(double action) const noexcept {
    return std::clamp(action, -options_.max_force, options_.max_force);
  }

  /// The reward of one coordinate.
  [[nodiscard]] double reward(const axis_state& s, double action) const noexcept {
    const double f = force(action);
    return -options_.time_step *
           (s.position * s.position + options_.velocity_cost * s.velocity * s.velocity +
            options_.force_cost * f * f);
  }
  /// The sum over both coordinates. @param action  `actions` numbers
  template <scalar T>
  [[nodiscard]] double reward(const point_mass_state& s, std::span<const T> action) const {
    expect_action(action.size());
    return reward(s[0], static_cast<double>(action[0])) +
           reward(s[1], static_cast<double>(action[1]));
  }

  /// Where one coordinate is after a step. @param z  the disturbance in standard deviations
  [[nodiscard]] axis_state next(const axis_state& s, double action, double z) const noexcept {
    const point_mass_options& o = options_;
    const double pushed = s.velocity + o.time_step * (force(action) - o.drag * s.velocity);
    const double v = std::clamp(pushed + o.noise * z, -o.max_velocity, o.max_velocity);
    const double x = s.position + o.time_step * v;
    if (x > o.max_position) return {o.max_position, 0};
    if (x < -o.max_position) return {-o.max_position, 0};
    return {x, v};
  }
  /// One step of both coordinates, with disturbances drawn from `g`.
  template <scalar T, class Generator>
  [[nodiscard]] point_mass_state next(const point_mass_state& s, std::span<const T> action,
                                      Generator& g) const {
    expect_action(action.size());
    const axis_state first = next(s[0], static_cast<double>(action[0]), normal(g));
    return {first, next(s[1], static_cast<double>(action[1]), normal(g))};
  }

  /// At rest, anywhere within half of the walls.
  template <class Generator>
  [[nodiscard]] point_mass_state start(Generator& g) const noexcept {
    const double first = (uniform(g) - 0.5) * options_.max_position;
    return {{{first, 0}, {(uniform(g) - 0.5) * options_.max_position, 0}}};
  }

  /// (x, y, v_x, v_y), as policies see a state. @param out  `features` numbers
  template <scalar T>
  static void write_features(const point_mass_state& s, std::span<T> out) {
    expects(out.size() == features, "out", "4 numbers", out.size());
    for (std::size_t j = 0; j < 2; ++j) {
      out[j] = static_cast<T>(s[j].position);
      out[j + 2] = static_cast<T>(s[j].velocity);
    }
  }

 private:
  static void expect_action(std::size_t size) {
    expects(size == actions, "action", "2 numbers", size);
  }

  point_mass_options options_;
};

}  // namespace realign::inline v0::env

#endif  // REALIGN_ENV_POINT_MASS_HPP
