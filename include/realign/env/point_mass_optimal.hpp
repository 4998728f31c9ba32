// SPDX-License-Identifier: MIT
// Optimal values, advantages and forces of the point mass, from a table of one coordinate.
#ifndef REALIGN_ENV_POINT_MASS_OPTIMAL_HPP
#define REALIGN_ENV_POINT_MASS_OPTIMAL_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/env/point_mass.hpp>

namespace realign::inline v0::env {

/// How finely the values are tabulated.
struct point_mass_grid {
  std::size_t points = 61;    ///< per position and per velocity, >= 3
  std::size_t forces = 21;    ///< forces that are tried, evenly spaced over their range, >= 3
  double discount = 0.97;     ///< gamma in [0, 1)
  double tolerance = 1e-6;    ///< largest change of a value in the last sweep, > 0; see `point_mass_optimal`
};

/// The optimal discounted values of a point mass.
///
///     Q(s, a) = r(s, a) + gamma E V(s'),    V(s) = max_a Q(s, a),    A = Q - V <= 0
///
/// The coordinates are independent, so that the values of the plane are sums of two values of one
/// coordinate, and a table over (position, velocity) is enough. V is bilinear between grid points;
/// the expectation is a three-point Gauss-Hermite sum; the best force is refined by a parabola
/// through the best of `forces` and its neighbours.
class point_mass_optimal {
 public:
  /// Modified policy iteration: until no value changes by more than the tolerance, or until rounding keeps the
  /// change from falling further, whatever the tolerance (20 rounds without a new least one).
  /// @throws contract_error for a grid out of range
  explicit point_mass_optimal(const point_mass& system, const point_mass_grid& grid = {})
      : system_(system), grid_(grid) {
    expects(grid.points >= 3, "points", "at least 3", grid.points);
    expects(grid.forces >= 3, "forces", "at least 3", grid.forces);
    expects(!is_nan(grid.discount) && grid.discount >= 0 && grid.discount < 1, "discount",
            "a number in [0, 1)", grid.discount);
    expects(is_finite(grid.tolerance) && grid.tolerance > 0, "tolerance", "a number > 0",
            grid.tolerance);
    table_.assign(grid.points * grid.points, 0.0);
    settle();
  }

  [[nodiscard]] double discount() const noexcept { return grid_.discount; }

  /// Q of one coordinate.
  [[nodiscard]] double action_value(const axis_state& s, double action) const noexcept {
    constexpr double node = 1.7320508075688772;  // of the Hermite polynomial of degree 3
    const double ahead = value_at(system_.next(s, action, -node)) / 6 +
                         value_at(system_.next(s, action, 0)) * 2 / 3 +
                         value_at(system_.next(s, action, node)) / 6;
    return system_.reward(s, action) + grid_.discount * ahead;
  }
  /// The best force in one coordinate.
  [[nodiscard]] double force(const axis_state& s) const noexcept { return best_of(s).force; }
  /// A(s, a) of one coordinate.
  [[nodiscard]] double advantage(const axis_state& s, double action) const noexcept {
    return (std::min)(0.0, action_value(s, action) - best_of(s).value);
  }
  /// V of both coordinates together.
  [[nodiscard]] double value(const point_mass_state& s) const noexcept {
    return best_of(s[0]).value + best_of(s[1]).value;
  }
  /// A of both coordinates together: minus the regret of the action. @param action  2 numbers
  template <scalar T>
  [[nodiscard]] double advantage(const point_mass_state& s, std::span<const T> action) const {
    expects(action.size() == point_mass::actions, "action", "2 numbers", action.size());
    return advantage(s[0], static_cast<double>(action[0])) +
           advantage(s[1], static_cast<double>(action[1]));
  }

 private:
  struct choice {
    double force;
    double value;
  };

  [[nodiscard]] double tried(std::size_t i) const noexcept {
    const double share = static_cast<double>(i) / static_cast<double>(grid_.forces - 1);
    return system_.options().max_force * (2 * share - 1);
  }
  [[nodiscard]] choice best_of(const axis_state& s) const noexcept {
    std::size_t at = 0;
    choice best{tried(0), action_value(s, tried(0))};
    for (std::size_t i = 1; i < grid_.forces; ++i) {
      const double q = action_value(s, tried(i));
      if (q > best.value) best = {tried(i), q}, at = i;
    }
    if (at == 0 || at + 1 == grid_.forces) return best;
    const double below = action_value(s, tried(at - 1)), above = action_value(s, tried(at + 1));
    const double bend = below - 2 * best.value + above;
    if (!(bend < 0)) return best;
    const double f = best.force + 0.5 * (tried(1) - tried(0)) * (below - above) / bend;
    const double q = action_value(s, f);
    return q > best.value ? choice{f, q} : best;
  }

  [[nodiscard]] axis_state point(std::size_t i) const noexcept {
    const auto spread = [&](std::size_t k, double bound) {
      return bound * (2 * static_cast<double>(k) / static_cast<double>(grid_.points - 1) - 1);
    };
    return {spread(i / grid_.points, system_.options().max_position),
            spread(i % grid_.points, system_.options().max_velocity)};
  }
  /// The table, bilinear between its points; states never leave it.
  [[nodiscard]] double value_at(const axis_state& s) const noexcept {
    const auto cells = static_cast<double>(grid_.points - 1);
    const auto place = [&](double x, double bound) {
      return std::clamp(0.5 * (x / bound + 1) * cells, 0.0, cells);
    };
    const double x = place(s.position, system_.options().max_position);
    const double v = place(s.velocity, system_.options().max_velocity);
    const auto i = (std::min)(static_cast<std::size_t>(x), grid_.points - 2);
    const auto j = (std::min)(static_cast<std::size_t>(v), grid_.points - 2);
    const double a = x - static_cast<double>(i), b = v - static_cast<double>(j);
    const double* const at = table_.data() + i * grid_.points + j;
    return (1 - a) * ((1 - b) * at[0] + b * at[1]) +
           a * ((1 - b) * at[grid_.points] + b * at[grid_.points + 1]);
  }
  void settle() {
    constexpr int patience = 20;
    std::vector<double> best(table_.size());
    double least = improve(best);
    for (int idle = 0; least > grid_.tolerance && idle < patience; ++idle) {
      for (int k = 0; k < 10; ++k) follow(best);
      const double change = improve(best);
      if (change < least) least = change, idle = -1;
    }
  }
  /// One sweep with the best forces, which it notes; the largest change of a value.
  double improve(std::vector<double>& best) {
    double change = 0;
    for (std::size_t i = 0; i < table_.size(); ++i) {
      const choice c = best_of(point(i));
      change = (std::max)(change, std::fabs(c.value - table_[i]));
      table_[i] = c.value;
      best[i] = c.force;
    }
    return change;
  }
  /// One sweep with the forces as noted.
  void follow(const std::vector<double>& best) {
    for (std::size_t i = 0; i < table_.size(); ++i) table_[i] = action_value(point(i), best[i]);
  }

  point_mass system_;
  point_mass_grid grid_;
  std::vector<double> table_;
};

}  // namespace realign::inline v0::env

#endif  // REALIGN_ENV_POINT_MASS_OPTIMAL_HPP
