// SPDX-License-Identifier: MIT
// The decision program over any bits: what each status promises is checked by its definition.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <realign/decide/decide.hpp>
#include <realign/scalarize/scalarize.hpp>

#include "../core/denormal.hpp"
#include "decide_program.hpp"
#include "fuzz.hpp"

using namespace realign_fuzz;
namespace sc = ra::scalarize;

namespace {

template <class T>
constexpr exact epsilon = std::numeric_limits<T>::epsilon();

/// Below this numbers have lost digits.
constexpr exact least = 1e-300L;

/// Probabilities >= 0 that sum to one, and exactly zero where a choice may not be made.
template <class T, class F>
void check_distribution(const program<T>& p, const facts<T, F>& known, const ra::decision<T>& d) {
  require(d.probs.size() == p.choices() && d.log_probs.size() == p.choices(), "a probability for every choice");
  exact sum = 0;
  for (std::size_t a = 0; a < p.choices(); ++a) {
    require(!ra::is_nan(d.probs[a]) && d.probs[a] >= 0, "probabilities");
    require(!ra::is_nan(d.log_probs[a]) && d.log_probs[a] <= T(1e-2), "logarithms");
    if (!known.alive(a)) require(!(d.probs[a] > 0) && ra::is_neg_inf(d.log_probs[a]), "never means never");
    sum += static_cast<exact>(d.probs[a]);
  }
  const exact scores = known.size(d) / static_cast<exact>(p.beta) * epsilon<double>;  // their rounding
  require(std::abs(sum - 1) <= epsilon<T> * (4 + static_cast<exact>(p.choices())) + std::min(8 * scores, 1e-2L),
          "probabilities sum to one");
}

/// The reported costs are those of the distribution, and `excess` is how far they are over.
template <class T, class F>
void check_costs(const program<T>& p, const facts<T, F>& known, const ra::decision<T>& d) {
  exact excess = 0;
  for (std::size_t j = 0; j < p.budgets.size(); ++j) {
    exact mean = 0, size = 0;
    for (std::size_t a = 0; a < p.choices(); ++a) {
      if (!known.alive(a)) continue;
      mean += static_cast<exact>(d.probs[a]) * static_cast<exact>(p.cost(j, a));
      size = std::max(size, std::abs(static_cast<exact>(p.cost(j, a))));
    }
    // without denormal numbers those of the rows are read as 0
    const exact smallest = realign_tests::has_denormals()
                               ? static_cast<exact>(std::numeric_limits<double>::denorm_min())
                               : static_cast<exact>((std::numeric_limits<T>::min)());
    const exact rounding = (epsilon<T> * size + smallest) * (8 + static_cast<exact>(p.choices()));
    require(std::abs(mean - static_cast<exact>(d.cost_values[j])) <= rounding, "costs are those of the distribution");
    require(p.senses[j] == ra::sense::equal || d.multipliers[j] >= 0, "prices of budgets are not negative");
    excess = std::max(excess, p.over(j, static_cast<exact>(d.cost_values[j])));
  }
  require(std::abs(excess - static_cast<exact>(d.excess)) <= 1e-12L * (1 + std::abs(excess)), "the excess");
}

/// The largest number in the rows of the limits.
template <class T, class F>
exact limit_size(const program<T>& p, const facts<T, F>& known) {
  exact size = 0;
  for (std::size_t j = 0; j < p.budgets.size(); ++j)
    for (std::size_t a = 0; a < p.choices(); ++a)
      if (known.alive(a))
        size = std::max(size, std::abs(static_cast<exact>(p.cost(j, a))) + std::abs(static_cast<exact>(p.budgets[j])));
  return size;
}

/// The numbers of the limits, zeros aside, lie within the square root of the range of double.
template <class T, class F>
bool comparable_limits(const program<T>& p, const facts<T, F>& known) {
  exact smallest = 1, largest = 1;
  const auto see = [&](exact x) {
    if (x > 0) smallest = std::min(smallest, x);
    largest = std::max(largest, x);
  };
  for (std::size_t j = 0; j < p.budgets.size(); ++j) {
    see(std::abs(static_cast<exact>(p.budgets[j])));
    for (std::size_t a = 0; a < p.choices(); ++a)
      if (known.alive(a)) see(std::abs(static_cast<exact>(p.cost(j, a))));
  }
  return smallest > 1e-140L && largest < 1e140L;
}

/// No single choice within the limits is better than value + gap: what the certificate promises.
template <class T, class F>
void check_bound(const program<T>& p, const F& f, const facts<T, F>& known, const ra::decision<T>& d) {
  if (!sc::anchor(f.anchored_at()).fixed()) return;
  const exact log_z = known.log_prior_sum(),
              slack = (1e-9L + 4 * epsilon<T>) * (known.size(d) + std::abs(static_cast<exact>(d.value))) + least;
  std::vector<double> gains(p.weights.size());
  for (std::size_t a = 0; a < p.choices(); ++a) {
    if (!known.alive(a)) continue;
    bool within = true;
    for (std::size_t j = 0; j < p.budgets.size(); ++j)
      within = within && p.over(j, static_cast<exact>(p.cost(j, a))) <= 0;
    if (!within) continue;
    for (std::size_t i = 0; i < gains.size(); ++i)
      gains[i] = known.counts(i) ? static_cast<double>(p.objective(i, a)) : 0.0;
    const double welfare = f.value(gains, p.weights);
    if (!ra::is_finite(welfare)) continue;
    const exact value =
        static_cast<exact>(welfare) - static_cast<exact>(p.beta) * (log_z - static_cast<exact>(p.log_prior[a]));
    require(value <= static_cast<exact>(d.value) + static_cast<exact>(d.gap) + slack, "no choice beats the certificate");
  }
}

template <class T, class F>
void check_answer(const program<T>& p, const F& f, const facts<T, F>& known, const ra::decision<T>& d) {
  require(known.usable() && known.any_alive(), "an answer needs a program");
  require(d.proof.empty(), "an answer has no proof of the contrary");
  check_distribution(p, known, d);
  check_costs(p, known, d);
  const exact tolerance = std::max<exact>(1e-9L, 64 * epsilon<T>) * 2;
  require(static_cast<exact>(d.excess) <= tolerance * limit_size(p, known) + least, "budgets are kept");
  const exact close = sizeof(T) == 4 ? 1e-4L : 1e-7L;
  require(std::abs(static_cast<exact>(d.gap)) <=
              close * (known.size(d) + 3 * std::abs(static_cast<exact>(d.value))) + least,
          "the gap is closed");
  check_bound(p, f, known, d);
}

/// sum_j y_j (cost_j(a) - budget_j) >= least_violation > 0 for every choice.
template <class T, class F>
void check_refusal(const program<T>& p, const facts<T, F>& known, const ra::decision<T>& d) {
  require(known.usable() && known.any_alive(), "a refusal needs a program");
  require(d.probs.empty() && d.proof.size() == p.budgets.size(), "a proof and nothing else");
  exact sum = 0;
  for (std::size_t j = 0; j < d.proof.size(); ++j) {
    require(p.senses[j] == ra::sense::equal || d.proof[j] >= 0, "a proof is not negative");
    sum += std::abs(static_cast<exact>(d.proof[j]));
  }
  require(std::abs(sum - 1) <= 1e-9L, "a proof sums to one", std::to_string(static_cast<double>(sum)));
  require(d.least_violation > 0, "a violation");
  if (!comparable_limits(p, known)) return;  // shares of a proof may then be less than any double
  const exact slack = 1e-9L * limit_size(p, known);
  for (std::size_t a = 0; a < p.choices(); ++a) {
    if (!known.alive(a)) continue;
    exact short_by = 0;
    for (std::size_t j = 0; j < d.proof.size(); ++j) {
      const exact by = static_cast<exact>(p.cost(j, a)) - static_cast<exact>(p.budgets[j]);
      short_by += static_cast<exact>(d.proof[j]) * (p.senses[j] == ra::sense::at_least ? -by : by);
    }
    require(short_by > 0, "the proof holds for every choice", std::to_string(static_cast<double>(short_by)));
    require(short_by >= static_cast<exact>(d.least_violation) - slack - least, "by the least violation");
  }
}

template <class T, class F>
void check(const program<T>& p, const F& f) {
  const facts<T, F> known(p, f);
  ra::decision_workspace<T> work;
  ra::decision<T> d;
  try {
    d = ra::decide(p.view(), f, p.weights, work);
  } catch (const ra::contract_error& e) {
    require(!known.usable(), "only wrong numbers are refused", e.what());
    return;
  }
  switch (d.status) {
    case ra::status::ok:
    case ra::status::face: return check_answer(p, f, known, d);
    case ra::status::infeasible: return check_refusal(p, known, d);
    case ra::status::no_support: return require(!known.any_alive(), "nothing can be chosen");
    case ra::status::no_gain:
      return require(f.domain() == sc::price_domain::positive, "only fairness asks for gains");
    case ra::status::not_converged:
      return require(d.probs.size() == p.choices(), "the answer so far is filled in");
    default: require(false, "a status of a decision", std::string(ra::to_string(d.status)));
  }
}

template <class T>
void check_all(byte_source in) {
  const std::size_t which = in.byte();
  const program<T> p = read_program<T>(in);
  switch (which % 8) {
    case 0: return check(p, sc::linear{});
    case 1: return check(p, sc::chebyshev{});
    case 2: return check(p, sc::chebyshev{.reference = sc::anchor{}, .augmentation = 0.05});
    case 3: return check(p, sc::maxmin{});
    case 4: return check(p, sc::softmin{.tau = 2});
    case 5: return check(p, sc::nash{});
    case 6: return check(p, sc::alpha_fair{.alpha = 2});
    default: return check(p, sc::alpha_fair{.alpha = 0.5, .disagreement = sc::anchor::kind::worst});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_all<float>(byte_source(data, size));
  check_all<double>(byte_source(data, size));
  return 0;
}
