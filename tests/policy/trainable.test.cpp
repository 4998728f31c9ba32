// SPDX-License-Identifier: MIT
#include <realign/policy/trainable.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "gradient_check.hpp"

namespace ra = realign;

namespace {

/// A coin: the state is a number x, pi(1 | x) = 1 / (1 + exp(-theta x)). The least that training
/// asks for.
template <class T>
struct coin_policy {
  using scalar_type = T;
  using state_type = double;
  using action_type = bool;
  struct tape {
    std::vector<double> slope;  // d l / d theta per step
  };
  using step_type = ra::step<double, bool>;

  std::vector<T> theta{T(0.5)};

  void log_probs(std::span<const step_type> steps, tape& record, std::span<T> l) const {
    record.slope.resize(steps.size());
    for (std::size_t t = 0; t < steps.size(); ++t) {
      const double sign = steps[t].action ? 1 : -1, x = *steps[t].state;
      const double h = sign * static_cast<double>(theta[0]) * x;
      l[t] = static_cast<T>(-std::log1p(std::exp(-h)));
      record.slope[t] = sign * x / (1 + std::exp(h));
    }
  }
  void backward(tape& record, std::span<const T> dl, std::span<T> grad) const {
    for (std::size_t t = 0; t < dl.size(); ++t)
      grad[0] += static_cast<T>(static_cast<double>(dl[t]) * record.slope[t]);
  }
  std::span<T> parameters() { return theta; }
  std::span<const T> parameters() const { return theta; }
};

template <class T>
struct no_backward : coin_policy<T> {
  void backward() const {}
};
struct no_tape {
  using scalar_type = double;
  using state_type = int;
  using action_type = int;
};
template <class T>
struct read_only : coin_policy<T> {
  std::span<const T> parameters() const { return this->theta; }
};
template <class T>
struct not_copyable : coin_policy<T> {
  not_copyable(const not_copyable&) = delete;
};

}  // namespace

static_assert(ra::trainable_policy<coin_policy<float>> &&
              ra::trainable_policy<coin_policy<double>>);
static_assert(!ra::trainable_policy<coin_policy<int>>);
static_assert(!ra::trainable_policy<no_backward<double>> && !ra::trainable_policy<no_tape>);
static_assert(!ra::trainable_policy<read_only<double>> &&
              !ra::trainable_policy<not_copyable<double>>);
static_assert(!ra::trainable_policy<std::vector<double>>);

TEST_CASE("a policy that meets the concept can be trained against") {
  const double x[] = {1.5, -0.25};
  realign_tests::check_policy_gradient(coin_policy<double>{},
                                       {{&x[0], true}, {&x[1], false}, {&x[0], false}});
}

TEST_CASE("a step names a state by address") {
  const double x = 2;
  const ra::step<double, bool> s{&x, true};
  CHECK(s.state == &x);
  CHECK(s.action);
}
