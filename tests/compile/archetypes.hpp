// SPDX-License-Identifier: MIT
// The least that each concept asks for, and nothing more: what the library does with these, it does with any model.
#ifndef REALIGN_TESTS_COMPILE_ARCHETYPES_HPP
#define REALIGN_TESTS_COMPILE_ARCHETYPES_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <realign/decide/aligned_policy.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/loss.hpp>
#include <realign/scalarize/scalarization.hpp>

namespace archetypes {

/// Can be moved, and no more.
struct only_movable {
  only_movable() = default;
  only_movable(only_movable&&) = default;
  only_movable(const only_movable&) = delete;
  only_movable& operator=(const only_movable&) = delete;
};

/// A state: an address is all that the library may use.
class state {
 public:
  explicit state(std::size_t room) : room_(room) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  friend std::size_t room_of(const state& s) { return s.room_; }

 private:
  std::size_t room_;
};

/// An action: can be copied.
class action {
 public:
  explicit action(std::size_t index) : index_(index) {}
  friend std::size_t index_of(const action& a) { return a.index_; }

 private:
  std::size_t index_;
};

/// `vector_like`: data and size.
struct row {
  std::array<float, 3> numbers;
  const float* data() const { return numbers.data(); }
  std::size_t size() const { return numbers.size(); }
};

/// A generator of 64 random bits.
struct generator {
  std::uint64_t at = 0;
  std::uint64_t operator()() { return at += 0x9e3779b97f4a7c15ULL; }
};

// The three forms of a policy that depends on the state; a `row` is the fourth.

struct logits_policy : only_movable {
  void logits(const state& s, std::span<float> out) const {
    for (std::size_t a = 0; a < out.size(); ++a) out[a] = a == room_of(s) ? 1.0F : 0.0F;
  }
};
struct filling_policy : only_movable {
  void operator()(const state& s, std::span<float> out) const { logits_policy().logits(s, out); }
};
struct returning_policy : only_movable {
  row operator()(const state& s) const {
    row r{};
    logits_policy().logits(s, r.numbers);
    return r;
  }
};

/// A `trainable_policy`: one logit for the first of two actions, in every state.
class trainable {
 public:
  using scalar_type = double;
  using state_type = state;
  using action_type = action;
  struct tape {
    std::vector<double> slopes;
  };

  trainable() = default;
  trainable(const trainable&) = default;
  trainable& operator=(const trainable&) = delete;

  void log_probs(std::span<const realign::step<state, action>> steps, tape& record, std::span<double> l) const {
    const double p = 1 / (1 + std::exp(-theta_[0]));
    record.slopes.clear();
    for (std::size_t t = 0; t < steps.size(); ++t) {
      const bool first = index_of(steps[t].action) == 0;
      l[t] = std::log(first ? p : 1 - p);
      record.slopes.push_back(first ? 1 - p : -p);
    }
  }
  void backward(tape& record, std::span<const double> dl, std::span<double> grad) const {
    for (std::size_t t = 0; t < dl.size(); ++t) grad[0] += dl[t] * record.slopes[t];
  }
  std::span<double> parameters() { return theta_; }
  std::span<const double> parameters() const { return theta_; }

 private:
  std::array<double, 1> theta_{};
};

/// A `link_function`: the margin itself, turned round.
struct link : only_movable {
  realign::link_value operator()(double h) const { return {-h, -1.0}; }
};

/// An `objective` of two scores through that link.
struct objective {
  double operator()(std::span<const double> s, std::span<double> ds, double weight) const {
    const realign::link_value at = link()(s[0] - s[1]);
    ds[0] += weight * at.slope;
    ds[1] -= weight * at.slope;
    return at.value;
  }
};

/// A `preference_loss`.
struct loss : only_movable {
  realign::score score() const { return {realign::potential::log_prob, realign::reduction::sum, 1.0}; }
  archetypes::objective objective(const realign::preference_pair&) const { return {}; }
};

/// A `scalarization`: the weighted sum.
struct scalarization : only_movable {
  realign::scalarize::anchor anchor = {};
  const realign::scalarize::anchor& anchored_at() const { return anchor; }
  double value(std::span<const double> x, std::span<const double> w) const {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += w[i] * x[i];
    return sum;
  }
  void gradient(std::span<const double>, std::span<const double> w, std::span<double> out) const {
    for (std::size_t i = 0; i < w.size(); ++i) out[i] = w[i];
  }
};

/// A `priced_scalarization`: its prices are the weights.
struct priced : scalarization {
  realign::scalarize::price_domain domain() const { return realign::scalarize::price_domain::point; }
  realign::scalarize::price_map price(double w) const { return {w, 0.0}; }
  realign::scalarize::conjugate_term conjugate(double, double) const { return {}; }
};

/// A `mix::rule`: the row of the policy with the largest weight.
struct rule : only_movable {
  template <class T>
  realign::mix::outcome operator()(realign::matrix_view<const T> rows, std::span<const double> w,
                                   realign::vector_view<T> out, realign::mask_view) const {
    std::size_t best = 0;
    for (std::size_t i = 0; i < w.size(); ++i)
      if (w[i] > w[best]) best = i;
    for (std::size_t a = 0; a < out.size(); ++a) out[a] = rows(best, a);
    return {};
  }
};

/// An `executor`: two halves, the second one first.
struct executor : only_movable {
  template <class Body>
  void operator()(std::size_t count, const Body& body) const {
    const std::size_t half = count / 2;
    if (half < count) body(half, count);
    if (half > 0) body(std::size_t{0}, half);
  }
};

}  // namespace archetypes

#endif  // REALIGN_TESTS_COMPILE_ARCHETYPES_HPP
