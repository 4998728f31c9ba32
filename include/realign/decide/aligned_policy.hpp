// SPDX-License-Identifier: MIT
// The front door: frozen policies, a rule, and for each decision this user's weights and the limits.
#ifndef REALIGN_DECIDE_ALIGNED_POLICY_HPP
#define REALIGN_DECIDE_ALIGNED_POLICY_HPP

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/weights.hpp>
#include <realign/decide/decide.hpp>
#include <realign/decide/limit.hpp>
#include <realign/decide/rule.hpp>
#include <realign/policy/policy.hpp>

namespace realign::inline v0 {

/// Storage of one thread's decisions by an `aligned_policy`. Grows to the largest decision, then no longer allocates.
template <scalar T>
struct aligned_workspace {
  detail::rule_rows<T> rows;
  std::vector<T> costs;
  std::vector<double> budgets;
  std::vector<sense> senses;
  std::vector<unsigned char> allowed;
  decision_workspace<T> decision;
};

/// Policies that were trained once, combined when a decision is made.
///
/// `rule` is a combination rule (`mix::arithmetic`, `mix::geometric`): the limits then get the mix's KL projection on
/// them; or `maximize(scalarization, options)`: the decision program over the policies' advantages. Weights and
/// limits are arguments of each call and nothing is kept, so one object serves every user from any thread, with a
/// workspace per thread.
///
/// @tparam T         number type of the rows
/// @tparam Policies  anything that is a `policy`; held by value (wrap with `as_logits(p)` to refer to an lvalue)
template <scalar T, class Rule, class... Policies>
  requires(sizeof...(Policies) > 0 && detail::decision_rule<Rule, T>)
class basic_aligned_policy {
 public:
  using workspace_type = aligned_workspace<T>;

  explicit basic_aligned_policy(Rule rule, Policies... policies)
      : rule_(std::move(rule)), policies_(std::move(policies)...) {}

  /// A workspace for one thread.
  [[nodiscard]] static workspace_type workspace() { return {}; }
  [[nodiscard]] static constexpr std::size_t policy_count() noexcept { return sizeof...(Policies); }

  /// Decides in `state`.
  ///
  /// @param w       one weight per policy
  /// @param limits  budgets (their order is that of `multipliers` and `proof`) and shields
  /// @return the decision; it points into `work`. `infeasible` never falls back on anything: refuse, or decide again under
  ///   budgets raised by `least_violation`
  /// @throws contract_error on shapes, NaN (naming the row), or when nothing tells how many choices there are
  template <class State>
  decision<T> decide(const State& state, const weights& w, std::span<const limit> limits,
                     workspace_type& work) const {
    expects(w.size() == policy_count(), "weights", "one per policy", w.size(), " for ", policy_count());
    const std::size_t v = choice_count(state, limits);
    fill_rows(state, v, work.rows);
    decision_problem<T> problem{.log_prior = {}};
    fill_limits(limits, v, work, problem);
    return detail::decide_by(rule_, work.rows, w, problem, work.decision);
  }
  template <class State>
  decision<T> decide(const State& state, const weights& w, std::initializer_list<limit> limits,
                     workspace_type& work) const {
    return decide(state, w, std::span<const limit>(limits.begin(), limits.size()), work);
  }
  template <class State>
  decision<T> decide(const State& state, const weights& w, workspace_type& work) const {
    return decide(state, w, std::span<const limit>{}, work);
  }

  /// How many choices a state offers: what the state says, else a policy, else a limit.
  template <class State>
  [[nodiscard]] std::size_t choice_count(const State& state, std::span<const limit> limits = {}) const {
    std::size_t n = 0;
    if constexpr (counts_choices<State>) {
      n = static_cast<std::size_t>(state.choice_count());
    } else {
      std::apply([&](const auto&... p) { (ask(p, state, n), ...); }, policies_);
      if (n == 0 && !limits.empty()) n = limits.front().size();
    }
    expects(n > 0, "state", "a number of choices, from the state, a policy or a limit", "none");
    return n;
  }

 private:
  template <class P, class State>
  static void ask(const P& p, const State& state, std::size_t& n) {
    const auto& inner = detail::unwrap(p);
    using Inner = detail::unwrapped_t<P>;
    if (n != 0) return;
    if constexpr (constant_policy<Inner>)
      n = as_view(inner).size();
    else if constexpr (counts_choices_of<Inner, State>)
      n = static_cast<std::size_t>(inner.choice_count(state));
  }

  template <class State>
  void fill_rows(const State& state, std::size_t v, detail::rule_rows<T>& rows) const {
    rows.policies = policy_count();
    rows.choices = v;
    rows.logits.resize(policy_count() * v);
    std::size_t i = 0;
    const auto fill = [&](const auto& p) {
      evaluate(p, state, std::span<T>(rows.logits.data() + i * v, v));
      ++i;
    };
    std::apply([&](const auto&... p) { (fill(p), ...); }, policies_);
  }

  static void fill_limits(std::span<const limit> limits, std::size_t v, workspace_type& work,
                          decision_problem<T>& problem) {
    work.costs.clear();
    work.budgets.clear();
    work.senses.clear();
    work.allowed.assign(v, 1);
    for (std::size_t l = 0; l < limits.size(); ++l) {
      expects(limits[l].size() == v, "limits", "one number per choice", limits[l].size(), " for ", v,
              " choices in limit ", l);
      if (!limits[l].is_budget()) {
        for (std::size_t a = 0; a < v; ++a)
          if (limits[l].as_shield().forbidden[a] != 0) work.allowed[a] = 0;
        continue;
      }
      const budget& b = limits[l].as_budget();
      for (std::size_t a = 0; a < v; ++a) {
        const double c = b.cost(a);
        expects(!is_finite(c) || std::abs(c) <= static_cast<double>((std::numeric_limits<T>::max)()), "limits",
                "costs within the range of the rows", c, " at choice ", a, " of limit ", l);
        work.costs.push_back(static_cast<T>(c));
      }
      work.budgets.push_back(b.bound);
      work.senses.push_back(b.sense);
    }
    problem.costs = matrix_view<const T>(work.costs.data(), work.budgets.size(), v);
    problem.budgets = work.budgets;
    problem.senses = work.senses;
    problem.allowed = work.allowed;
  }

  Rule rule_;
  std::tuple<Policies...> policies_;
};

/// `aligned_policy agent{rule, policies...}`: rows of float. For double: `basic_aligned_policy<double, ...>`, or
/// `make_aligned_policy<double>(rule, policies...)`.
template <class Rule, class... Policies>
class aligned_policy : public basic_aligned_policy<float, Rule, Policies...> {
 public:
  using basic_aligned_policy<float, Rule, Policies...>::basic_aligned_policy;
};
template <class Rule, class... Policies>
aligned_policy(Rule, Policies...) -> aligned_policy<Rule, Policies...>;

/// The same over rows of T.
template <scalar T, class Rule, class... Policies>
[[nodiscard]] basic_aligned_policy<T, Rule, Policies...> make_aligned_policy(Rule rule, Policies... policies) {
  return basic_aligned_policy<T, Rule, Policies...>(std::move(rule), std::move(policies)...);
}

}  // namespace realign::inline v0

#endif  // REALIGN_DECIDE_ALIGNED_POLICY_HPP
