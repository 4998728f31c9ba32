// SPDX-License-Identifier: MIT
// A decision program out of bytes, and what its formulas say about it, in long double.
#ifndef REALIGN_TESTS_FUZZ_DECIDE_PROGRAM_HPP
#define REALIGN_TESTS_FUZZ_DECIDE_PROGRAM_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <realign/decide/decide.hpp>

#include "fuzz.hpp"

namespace realign_fuzz {

using exact = long double;

/// Owns the arrays of a decision program.
template <class T>
struct program {
  std::vector<T> log_prior, objectives, costs;
  std::vector<double> budgets, weights;
  std::vector<ra::sense> senses;
  std::vector<unsigned char> allowed;
  double beta = 1;

  [[nodiscard]] std::size_t choices() const { return log_prior.size(); }
  [[nodiscard]] const T& objective(std::size_t i, std::size_t a) const { return objectives[i * choices() + a]; }
  [[nodiscard]] const T& cost(std::size_t j, std::size_t a) const { return costs[j * choices() + a]; }
  [[nodiscard]] ra::decision_problem<T> view() const {
    const std::size_t v = choices();
    return {.log_prior = {log_prior.data(), v},
            .objectives = {objectives.data(), weights.size(), v},
            .costs = {costs.data(), budgets.size(), v},
            .budgets = budgets,
            .senses = senses,
            .allowed = allowed,
            .beta = beta};
  }
  /// How far the expectation or the cost of a choice is over budget j; either side counts for `equal`.
  [[nodiscard]] exact over(std::size_t j, exact cost) const {
    const exact by = cost - static_cast<exact>(budgets[j]);
    return senses[j] == ra::sense::at_least ? -by : senses[j] == ra::sense::equal ? std::abs(by) : by;
  }
};

template <class T>
program<T> read_program(byte_source& in) {
  const std::size_t kind = in.byte();
  const bool any = (kind & 1U) != 0;
  const std::size_t v = 1 + in.below((kind & 2U) != 0 ? 80 : 6), m = in.below(4), k = in.below(4);
  program<T> p;
  p.beta = any ? in.any_number<double>() : std::exp2(static_cast<double>(in.below(24)) - 16);
  for (std::size_t i = 0; i < m; ++i) p.weights.push_back(in.byte() / 64.0);
  for (std::size_t j = 0; j < k; ++j) p.budgets.push_back(in.number<double>(any));
  for (std::size_t j = 0; j < k; ++j) p.senses.push_back(static_cast<ra::sense>(in.below(3)));
  if ((kind & 4U) != 0)
    for (std::size_t a = 0; a < v; ++a) p.allowed.push_back(in.byte() % 4);
  for (std::size_t a = 0; a < v; ++a) p.log_prior.push_back(in.number<T>(any));
  for (std::size_t a = 0; a < m * v; ++a) p.objectives.push_back(in.number<T>(any));
  for (std::size_t a = 0; a < k * v; ++a) p.costs.push_back(in.number<T>(any));
  return p;
}

/// What the definitions say of a program under a scalarization.
template <class T, class F>
class facts {
 public:
  facts(const program<T>& p, const F& f) : p_(p), f_(f), alive_(p.choices(), 0) {
    usable_ = ra::is_finite(p.beta) && p.beta >= 1e-300;
    for (const double b : p.budgets) usable_ = usable_ && ra::is_finite(b);
    for (std::size_t a = 0; a < p.choices(); ++a) alive_[a] = read(a) ? 1 : 0;
  }

  /// False when some number that counts is NaN or an infinity that means nothing.
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] bool alive(std::size_t a) const { return alive_[a] != 0; }
  [[nodiscard]] bool any_alive() const { return std::find(alive_.begin(), alive_.end(), 1) != alive_.end(); }
  [[nodiscard]] bool counts(std::size_t i) const {
    const auto m = f_.price(p_.weights[i]);
    return m.offset > 0 || m.scale > 0;
  }
  /// log sum exp of the prior, masked choices included
  [[nodiscard]] exact log_prior_sum() const {
    exact top = 0, sum = 0;
    bool found = false;
    for (const T& l : p_.log_prior)
      if (!ra::is_neg_inf(l)) {
        top = found ? std::max(top, static_cast<exact>(l)) : static_cast<exact>(l);
        found = true;
      }
    for (const T& l : p_.log_prior)
      if (!ra::is_neg_inf(l)) sum += std::exp(static_cast<exact>(l) - top);
    return top + std::log(sum);
  }
  /// The size of the numbers that the dual adds up.
  [[nodiscard]] exact size(const ra::decision<T>& d) const {
    exact most = static_cast<exact>(p_.beta) * (1 + std::abs(log_prior_sum()));
    for (std::size_t a = 0; a < p_.choices(); ++a) {
      if (!alive(a)) continue;
      exact s = static_cast<exact>(p_.beta) * (1 + std::abs(static_cast<exact>(p_.log_prior[a])));
      for (std::size_t i = 0; i < p_.weights.size(); ++i)
        if (counts(i)) s += static_cast<exact>(d.prices[i]) * std::abs(static_cast<exact>(p_.objective(i, a)));
      for (std::size_t j = 0; j < p_.budgets.size(); ++j)
        s += std::abs(static_cast<exact>(d.multipliers[j])) *
             (std::abs(static_cast<exact>(p_.cost(j, a))) + std::abs(static_cast<exact>(p_.budgets[j])));
      most = std::max(most, s);
    }
    return most;
  }

 private:
  bool read(std::size_t a) {
    const T& l = p_.log_prior[a];
    if (ra::is_nan(l) || ra::is_pos_inf(l)) usable_ = false;
    if (ra::is_neg_inf(l) || (!p_.allowed.empty() && p_.allowed[a] == 0)) return false;
    for (std::size_t i = 0; i < p_.weights.size(); ++i)
      if (counts(i) && !keeps(p_.objective(i, a), ra::sense::at_least)) return false;
    for (std::size_t j = 0; j < p_.budgets.size(); ++j)
      if (!keeps(p_.cost(j, a), p_.senses[j])) return false;
    return true;
  }
  /// False for the infinity that forbids a choice; other infinities and NaN make the program unusable.
  bool keeps(const T& x, ra::sense s) {
    if (ra::is_finite(x)) return true;
    const bool forbids = s == ra::sense::at_most    ? ra::is_pos_inf(x)
                         : s == ra::sense::at_least ? ra::is_neg_inf(x)
                                                    : false;
    if (!forbids) usable_ = false;
    return false;
  }

  const program<T>& p_;
  const F& f_;
  std::vector<char> alive_;
  bool usable_ = true;
};

}  // namespace realign_fuzz

#endif  // REALIGN_TESTS_FUZZ_DECIDE_PROGRAM_HPP
