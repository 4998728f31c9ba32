// SPDX-License-Identifier: MIT
// Passes over tilted rows and whole decisions, beside first-order loops and a Newton method with
// Eigen.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <realign/decide/aligned_policy.hpp>
#include <realign/decide/decide.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/scalarize/scalarize.hpp>
#include <realign/simd/tilt.hpp>

#include "decide_cases.hpp"
#include "decide_loops.hpp"
#include "decide_newton.hpp"
#include "harness.hpp"
#include "mix_baselines.hpp"

namespace bench {
namespace {

enum class who : unsigned char { library, loops, arrays };

template <class Visit>
void each_contender(const Visit& visit) {
  visit(std::integral_constant<who, who::library>{}, "realign");
  visit(std::integral_constant<who, who::loops>{}, "loop");
  visit(std::integral_constant<who, who::arrays>{}, "eigen");
}

// ---- one pass: log-normaliser, means, covariance ----

template <class T, who Who>
struct tilt_job {
  const tilt_case<T>& c;
  const std::vector<wide<T>>& expected;
  double tolerance;
  std::size_t k = c.u.size();
  tilted_rows<T> rows = {c.base, c.features};
  realign::simd::tilt_rows<T> library_rows = {{c.base.data(), c.base.size()},
                                              {c.features.data(), k, c.base.size()}};
  eigen::tilt<T> arrays = {};
  moments<double> by_library = {};
  moments<double> by_loops = {};
  moments<T> by_arrays = {};
  double elements = static_cast<double>(c.base.size() + c.features.size());
  double bytes = elements * sizeof(T);

  void run() {
    if constexpr (Who == who::loops) {
      by_loops = loop::tilt(rows, c.u);
    } else if constexpr (Who == who::arrays) {
      by_arrays = arrays(rows, c.u);
    } else {
      const auto z = realign::simd::tilt_moments(library_rows, std::span<const double>(c.u),
                                                 std::span<double>(by_library.mean.data(), k),
                                                 std::span<double>(by_library.cov.data(), k * k));
      by_library.log_z = library_rows.score(c.u, 1, z.mode) + z.log_sum;
    }
    benchmark::DoNotOptimize(by_library);
    benchmark::DoNotOptimize(by_loops);
    benchmark::DoNotOptimize(by_arrays);
  }
  [[nodiscard]] double error() const {
    const auto judge = [&]<class X>(const moments<X>& m) {
      const std::vector<X> list = tilt_case<T>::listed(m, k);
      return largest_error(std::span<const X>(list), std::span<const wide<T>>(expected));
    };
    if constexpr (Who == who::loops) return judge(by_loops);
    if constexpr (Who == who::arrays) return judge(by_arrays);
    return judge(by_library);
  }
};

template <class T>
void add_tilt(std::size_t k, std::size_t v) {
  const std::string name = std::string("tilt_moments/") + type_name<T> + "/K" + std::to_string(k) +
                           "/V" + std::to_string(v);
  each_contender([&]<who Who>(std::integral_constant<who, Who>, const std::string& contender) {
    add(name + "/" + contender, [=] {
      const auto& c = cached<tilt_case<T>>(name, [=] { return tilt_case<T>(k, v); });
      const auto& expected = cached<std::vector<wide<T>>>(name, [&] { return c.expected(); });
      const double tolerance = Who == who::library        ? 1e-12
                               : std::is_same_v<T, float> ? 1e-4
                                                          : 1e-11;
      return tilt_job<T, Who>{c, expected, tolerance};
    });
  });
}

// ---- whole decisions ----

/// Half the sum of |p - q|.
template <class T, class W>
double variation(std::span<const T> p, std::span<const W> q) {
  if (p.size() != q.size()) return 1;
  W sum = 0;
  for (std::size_t a = 0; a < p.size(); ++a) sum += std::abs(static_cast<W>(p[a]) - q[a]);
  return static_cast<double>(sum / 2);
}

/// First-order loops, or Newton with Eigen, from rows to a distribution.
template <class T, who Who>
class hand_written {
 public:
  explicit hand_written(std::size_t choices) : probs_(choices) {}

  void operator()(const tilted_rows<T>& rows, const dual_form& form) {
    passes_ = 0;
    few<double> x = {};
    if constexpr (Who == who::arrays)
      x = eigen::newton(rows, form, arrays_, passes_);
    else if (form.kind == welfare::none && rows.count() == 1)
      x[0] = loop::bisect(rows, form.shift[0], passes_);
    else
      x = loop::projected_gradient(rows, form, passes_);
    for (std::size_t k = 0; k < rows.count(); ++k) x[k] *= form.scale[k];
    const std::span<const double> u(x.data(), rows.count());
    if constexpr (Who == who::arrays)
      arrays_.emit(rows, u, std::span<T>(probs_));
    else
      loop::emit(rows, u, std::span<T>(probs_));
  }
  [[nodiscard]] std::span<const T> probs() const { return probs_; }
  [[nodiscard]] std::size_t passes() const { return passes_; }

 private:
  std::vector<T> probs_;
  eigen::tilt<T> arrays_;
  std::size_t passes_ = 0;
};

/// `decide` on the same program.
template <class T>
class library_decision {
 public:
  explicit library_decision(const program<T>& q)
      : q_(q), chebyshev_{.reference = q.anchors}, nash_{.disagreement = q.anchors} {
    const std::size_t v = q.choices();
    problem_.log_prior = {q.log_prior.data(), v};
    problem_.objectives = {q.features.data(), q.objectives, v};
    problem_.costs = {q.features.data() + q.objectives * v, q.costs, v};
    problem_.budgets = q.budgets;
  }
  void operator()() {
    if (q_.kind == welfare::chebyshev)
      d_ = realign::decide(problem_, chebyshev_, std::span<const double>(q_.weights), work_);
    else if (q_.kind == welfare::nash)
      d_ = realign::decide(problem_, nash_, std::span<const double>(q_.weights), work_);
    else
      d_ = realign::decide(problem_, work_);
  }
  [[nodiscard]] std::span<const T> probs() const {
    return d_.status == realign::status::ok ? d_.probs : std::span<const T>{};
  }
  [[nodiscard]] std::size_t passes() const { return d_.passes; }

 private:
  const program<T>& q_;
  realign::decision_problem<T> problem_{.log_prior = {}};
  realign::scalarize::chebyshev chebyshev_;
  realign::scalarize::nash nash_;
  realign::decision_workspace<T> work_;
  realign::decision<T> d_;
};

template <class T, who Who>
using decider = std::conditional_t<Who == who::library, library_decision<T>, hand_written<T, Who>>;

template <class T>
double tolerance_of(who contender) {
  const bool library = contender == who::library;
  return std::is_same_v<T, float> ? (library ? 1e-5 : 1e-3) : (library ? 1e-9 : 1e-6);
}

template <class T, who Who>
struct decision_job {
  const program<T>& q;
  double tolerance = tolerance_of<T>(Who);
  decider<T, Who> decide = make();
  double elements = static_cast<double>(q.log_prior.size() + q.features.size());
  double bytes = (elements + static_cast<double>(q.choices())) * sizeof(T);

  decider<T, Who> make() const {
    if constexpr (Who == who::library)
      return decider<T, Who>(q);
    else
      return decider<T, Who>(q.choices());
  }
  void run() {
    if constexpr (Who == who::library)
      decide();
    else
      decide(q.rows(), q.form);
  }
  [[nodiscard]] double error() const {
    return variation(decide.probs(), std::span<const wide<T>>(q.optimum));
  }
  [[nodiscard]] std::size_t passes() const { return decide.passes(); }
};

template <class T>
void add_decision(const std::string& kind, welfare f, std::size_t m, std::size_t k, std::size_t v) {
  const std::string name = kind + "/" + type_name<T> + (m > 0 ? "/m" + std::to_string(m) : "") +
                           "/k" + std::to_string(k) + "/V" + std::to_string(v);
  each_contender([&]<who Who>(std::integral_constant<who, Who>, const std::string& contender) {
    add(name + "/" + contender, [=] {
      const auto& q = cached<program<T>>(name, [=] { return program<T>(f, m, k, v); });
      return decision_job<T, Who>{q};
    });
  });
}

// ---- the front door at four choices: two policies, geometric rule ----

template <class T, who Who>
struct aligned_job {
  static auto agent_of(const aligned_case<T>& c) {
    const auto middle = c.logits.begin() + static_cast<std::ptrdiff_t>(c.choices);
    return realign::make_aligned_policy<T>(realign::mix::geometric,
                                           std::vector<T>(c.logits.begin(), middle),
                                           std::vector<T>(middle, c.logits.end()));
  }
  using agent_type = decltype(agent_of(std::declval<const aligned_case<T>&>()));

  const aligned_case<T>& c;
  double tolerance = tolerance_of<T>(Who);
  agent_type agent = agent_of(c);
  realign::weights weights = realign::weights(c.weights);
  typename agent_type::workspace_type work = {};
  realign::decision<T> d = {};
  std::vector<T> mixed = std::vector<T>(c.choices);
  hand_written<T, Who> solve = hand_written<T, Who>(c.choices);
  dual_form form = {.scale = {-1}, .shift = {c.budget}};
  double elements = static_cast<double>(c.logits.size() + (c.limited ? c.costs.size() : 0));
  double bytes = (elements + static_cast<double>(c.choices)) * sizeof(T);

  void run() {
    if constexpr (Who == who::library) {
      if (c.limited)
        d = agent.decide(0, weights, {realign::at_most(c.costs, c.budget)}, work);
      else
        d = agent.decide(0, weights, work);
    } else {
      const mix_input<T> in{c.logits.data(), 2, c.choices, c.weights, {}};
      if constexpr (Who == who::loops)
        loop::geometric{}(in, std::span<T>(mixed));
      else
        eigen::geometric{}(in, std::span<T>(mixed));
      if (c.limited)
        solve({mixed, c.costs}, form);
      else
        for (T& l : mixed) l = std::exp(l);
    }
  }
  [[nodiscard]] double error() const {
    std::span<const T> p = mixed;
    if constexpr (Who == who::library)
      p = d.status == realign::status::ok ? d.probs : std::span<const T>{};
    else if (c.limited)
      p = solve.probs();
    return variation(p, std::span<const wide<T>>(c.optimum));
  }
  [[nodiscard]] std::size_t passes() const {
    return Who == who::library ? d.passes : solve.passes();
  }
};

template <class T>
void add_aligned(bool limited) {
  const std::string name =
      std::string(limited ? "aligned_budget/" : "aligned_free/") + type_name<T> + "/N2/V4";
  each_contender([&]<who Who>(std::integral_constant<who, Who>, const std::string& contender) {
    add(name + "/" + contender, [=] {
      const auto& c = cached<aligned_case<T>>(name, [=] { return aligned_case<T>(limited); });
      return aligned_job<T, Who>{c};
    });
  });
}

// ---- two budgets that clash ----

template <class T, who Who>
struct clash_job {
  const clash_case<T>& c;
  double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-12;
  realign::decision_workspace<T> work = {};
  realign::decision<T> d = {};
  std::array<double, 2> found = {};  // violation, first entry of the proof
  std::size_t pass_count = 0;
  double elements = static_cast<double>(c.log_prior.size() + c.costs.size());
  double bytes = elements * sizeof(T);

  void run() {
    pass_count = 0;
    const tilted_rows<T> rows{c.log_prior, c.costs};
    if constexpr (Who == who::loops) {
      found = loop::clash(rows, c.budgets, pass_count);
    } else if constexpr (Who == who::arrays) {
      found = eigen::clash(rows, c.budgets, pass_count);
    } else {
      const std::size_t v = c.log_prior.size();
      d = realign::decide(realign::decision_problem<T>{.log_prior = {c.log_prior.data(), v},
                                                       .costs = {c.costs.data(), 2, v},
                                                       .budgets = c.budgets},
                          work);
    }
    benchmark::DoNotOptimize(found);
  }
  /// How far the violation is off, and the proof below it.
  [[nodiscard]] double error() const {
    double violation = found[0], first = found[1], second = 1 - found[1];
    if constexpr (Who == who::library) {
      if (d.status != realign::status::infeasible || d.proof.size() != 2)
        return std::numeric_limits<double>::infinity();
      violation = d.least_violation;
      first = d.proof[0];
      second = d.proof[1];
    }
    return (std::max)(std::abs(violation - c.least_violation),
                      c.least_violation - c.proved(first, second));
  }
  [[nodiscard]] std::size_t passes() const { return pass_count; }
};

template <class T>
void add_clash(std::size_t v) {
  const std::string name = std::string("infeasible/") + type_name<T> + "/k2/V" + std::to_string(v);
  each_contender([&]<who Who>(std::integral_constant<who, Who>, const std::string& contender) {
    add(name + "/" + contender, [=] {
      const auto& c = cached<clash_case<T>>(name, [=] { return clash_case<T>(v); });
      return clash_job<T, Who>{c};
    });
  });
}

template <class T>
void add_type() {
  for (const bool limited : {false, true}) add_aligned<T>(limited);
  for (const std::size_t v : row_sizes) {
    for (const std::size_t k : {1U, 2U, 4U}) add_tilt<T>(k, v);
    for (const std::size_t k : {1U, 2U}) add_decision<T>("kl_projection", welfare::none, 0, k, v);
    for (const std::size_t m : {2U, 4U}) {
      add_decision<T>("chebyshev", welfare::chebyshev, m, 1, v);
      add_decision<T>("nash", welfare::nash, m, 1, v);
    }
    add_clash<T>(v);
  }
}

}  // namespace

void register_cases() {
  add_type<float>();
  add_type<double>();
}

}  // namespace bench
