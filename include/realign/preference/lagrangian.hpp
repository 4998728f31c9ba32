// SPDX-License-Identifier: MIT
// Multipliers of a limit that move with the cost: dual ascent and PID control, their state explicit.
#ifndef REALIGN_PREFERENCE_LAGRANGIAN_HPP
#define REALIGN_PREFERENCE_LAGRANGIAN_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>

namespace realign::inline v0 {

/// R moves a multiplier >= 0 by the costs that it is told.
///
/// | expression             | meaning                                                            |
/// | ---------------------- | ------------------------------------------------------------------ |
/// | `rule.start()`         | the state before the first cost; `state.multiplier` is lambda       |
/// | `rule.update(state, c)`| moves the state by a measured cost c; returns the new lambda        |
/// | `rule.limit`           | d of E[C] <= d                                                     |
template <class R>
concept multiplier_rule = requires(const R& rule, double cost) {
  { rule.start().multiplier } -> std::convertible_to<double>;
  { rule.limit } -> std::convertible_to<double>;
  requires requires(decltype(rule.start())& state) {
    { rule.update(state, cost) } -> std::same_as<double>;
  };
};

namespace detail {

inline void expect_finite(double x, const char* name) {
  expects(is_finite(x), name, "a finite number", x);
}
inline void expect_not_negative(double x, const char* name) {
  expects(is_finite(x) && x >= 0, name, "a finite number >= 0", x);
}
inline void expect_decay(double x, const char* name) {
  expects(is_finite(x) && x >= 0 && x < 1, name, "a number in [0, 1)", x);
}
/// [x]_+
[[nodiscard]] inline double positive_part(double x) noexcept { return x > 0 ? x : 0.0; }

/// The last numbers of a sequence, at most so many.
class recent_values {
 public:
  explicit recent_values(std::size_t capacity) : capacity_(capacity) {}

  void push(double x) {
    if (values_.size() < capacity_) {
      values_.push_back(x);
    } else {
      values_[oldest_] = x;
      oldest_ = (oldest_ + 1) % capacity_;
    }
  }
  [[nodiscard]] double oldest() const noexcept { return values_[oldest_]; }
  [[nodiscard]] double mean() const noexcept {
    double sum = 0;
    for (const double x : values_) sum += x;
    return sum / static_cast<double>(values_.size());
  }

 private:
  std::size_t capacity_;
  std::size_t oldest_ = 0;
  std::vector<double> values_;
};

}  // namespace detail

/// Dual ascent, for the mean of the last `window` costs, J:
///
///     linear:       lambda <- [lambda + rate (J - limit)]_+
///     logarithmic:  lambda <- lambda exp(rate lambda (J - limit))
///
/// and never above `cap`. The logarithmic form, ascent on log lambda, keeps lambda > 0.
struct dual_ascent {
  double limit = 0.0;    ///< d
  double rate = 0.1;     ///< eta > 0
  double initial = 0.0;  ///< the first lambda, in [0, cap]; > 0 with the logarithmic form
  double cap = 1e6;      ///< the largest lambda, > 0
  std::size_t window = 1;  ///< costs that are averaged, >= 1
  bool logarithmic = false;

  struct state {
    double multiplier;            ///< lambda
    detail::recent_values costs;  ///< the last `window` of them
  };

  /// The defaults of Safe-RLHF (Dai et al. 2023).
  [[nodiscard]] static constexpr dual_ascent safe_rlhf(double limit = 0.0) noexcept {
    return {.limit = limit, .rate = 0.1, .initial = 1.0, .cap = 5.0, .window = 128, .logarithmic = true};
  }

  /// @throws contract_error for a number outside its range
  void validate() const {
    detail::expect_finite(limit, "limit");
    expects(is_finite(rate) && rate > 0, "rate", "a finite number > 0", rate);
    expects(is_finite(cap) && cap > 0, "cap", "a finite number > 0", cap);
    expects(is_finite(initial) && initial >= 0 && initial <= cap && (initial > 0 || !logarithmic),
            "initial", "a number from 0 to the cap, above 0 for the logarithmic form", initial);
    expects(window > 0, "window", "at least 1", window);
  }
  [[nodiscard]] state start() const {
    validate();
    return {initial, detail::recent_values(window)};
  }
  /// @throws contract_error when the cost is not finite
  double update(state& s, double cost) const {
    detail::expect_finite(cost, "cost");
    s.costs.push(cost);
    const double error = s.costs.mean() - limit;
    const double moved = logarithmic ? s.multiplier * std::exp((std::min)(rate * s.multiplier * error, 700.0))
                                     : s.multiplier + rate * error;
    s.multiplier = std::clamp(moved, logarithmic ? (std::numeric_limits<double>::min)() : 0.0, cap);
    return s.multiplier;
  }
};

/// PID control of a multiplier (Stooke et al., ICML 2020), for costs c with e = c - limit:
///
///     E <- a_p E + (1 - a_p) e              C <- a_d C + (1 - a_d) c
///     I <- [I + k_i e]_+                    D = [C - C `delay` updates ago]_+
///     lambda = [k_p E + I + k_d D]_+, at most `cap`
///
/// E starts at 0, C and its past at `initial_cost`. Defaults are OmniSafe's, whose policy objective
/// divides by 1 + lambda, see `penalised`, and whose `penalty_max` does nothing in that setting:
/// here `cap` always holds.
struct pid_multiplier {
  double limit = 25.0;              ///< d
  double k_p = 0.1;                 ///< proportional gain, >= 0
  double k_i = 0.01;                ///< integral gain, >= 0
  double k_d = 0.01;                ///< derivative gain, >= 0
  std::size_t delay = 10;           ///< updates over which the cost's rise is taken, >= 1
  double proportional_decay = 0.95; ///< a_p in [0, 1); 0: no averaging
  double derivative_decay = 0.95;   ///< a_d in [0, 1)
  double initial_integral = 0.001;  ///< I at the start, >= 0
  double initial_cost = 0.0;        ///< C at the start
  bool positive_error = false;      ///< use [E]_+ in the proportional term
  double cap = 1e6;                 ///< > 0

  struct state {
    double multiplier;           ///< lambda
    double error;                ///< E
    double cost;                 ///< C
    double integral;             ///< I
    detail::recent_values past;  ///< the last `delay` values of C
  };

  /// OSRL's BCQ-Lag and BEAR-Lag: k_p [e]_+ + k_i sum e + k_d [e - e_old]_+ without averaging.
  [[nodiscard]] static constexpr pid_multiplier osrl(double limit) noexcept {
    return {.limit = limit,
            .k_p = 0.1,
            .k_i = 0.003,
            .k_d = 0.001,
            .delay = 1,
            .proportional_decay = 0,
            .derivative_decay = 0,
            .initial_integral = 0,
            .initial_cost = limit,
            .positive_error = true};
  }

  /// @throws contract_error for a number outside its range
  void validate() const {
    detail::expect_finite(limit, "limit");
    detail::expect_not_negative(k_p, "k_p");
    detail::expect_not_negative(k_i, "k_i");
    detail::expect_not_negative(k_d, "k_d");
    expects(delay > 0, "delay", "at least 1", delay);
    detail::expect_decay(proportional_decay, "proportional_decay");
    detail::expect_decay(derivative_decay, "derivative_decay");
    detail::expect_not_negative(initial_integral, "initial_integral");
    detail::expect_finite(initial_cost, "initial_cost");
    expects(is_finite(cap) && cap > 0, "cap", "a finite number > 0", cap);
  }
  /// lambda is the integral until the first cost.
  [[nodiscard]] state start() const {
    validate();
    state s{(std::min)(initial_integral, cap), 0.0, initial_cost, initial_integral,
            detail::recent_values(delay)};
    s.past.push(initial_cost);
    return s;
  }
  /// @throws contract_error when the cost is not finite
  double update(state& s, double cost) const {
    detail::expect_finite(cost, "cost");
    const double e = cost - limit;
    s.error = proportional_decay * s.error + (1 - proportional_decay) * e;
    s.cost = derivative_decay * s.cost + (1 - derivative_decay) * cost;
    s.integral = detail::positive_part(s.integral + k_i * e);
    const double rise = detail::positive_part(s.cost - s.past.oldest());
    s.past.push(s.cost);
    const double proportional = positive_error ? detail::positive_part(s.error) : s.error;
    const double sum = k_p * proportional + s.integral + k_d * rise;
    s.multiplier = (std::min)(detail::positive_part(sum), cap);
    return s.multiplier;
  }
};

/// (reward - lambda cost) / (1 + lambda): what a policy maximises under a multiplier. The division
/// keeps the size of its gradient.
[[nodiscard]] inline double penalised(double reward, double cost, double lambda) noexcept {
  return (reward - lambda * cost) / (1 + lambda);
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_LAGRANGIAN_HPP
