// SPDX-License-Identifier: MIT
// Combination rules over any bits: distributions, masks, refusals, and agreement with their formulas.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/mix/mix.hpp>

#include "fuzz.hpp"
#include "mix_reference.hpp"

using namespace realign_fuzz;
namespace mix = ra::mix;

namespace {

template <class T>
mix_input<T> read_input(byte_source in) {
  const std::size_t kind = in.byte();
  mix_input<T> m;
  m.n = 1 + in.below((kind & 1U) != 0 ? 40 : 5);
  m.v = 1 + in.below((kind & 2U) != 0 ? 100 : 9);
  for (std::size_t i = 0; i < m.n; ++i) m.w.push_back(in.byte());
  if ((kind & 4U) != 0) m.w[0] = std::abs(in.any_number<double>());
  double sum = 0;
  for (const double w : m.w) sum += w;
  if (sum > 0 && ra::is_finite(sum))
    for (double& w : m.w) w /= sum;
  if ((kind & 8U) != 0) m.w[m.n - 1] = in.any_number<double>();  // not on the simplex, perhaps not a number
  if ((kind & 16U) != 0)
    for (std::size_t a = 0; a < m.v; ++a) m.allowed.push_back(in.byte() % 3);
  for (std::size_t k = 0; k < m.n * m.v; ++k) m.rows.push_back(in.number<T>((kind & 32U) != 0));
  return m;
}

template <class T>
double weight_sum(const mix_input<T>& m) {
  double sum = 0;
  for (const double w : m.w) sum += w;
  return sum;
}
/// Rows as they lie, or every second number of a wider matrix: kernels and scalar code.
template <class T>
struct layout {
  std::vector<T> wide;
  ra::matrix_view<const T> view;

  layout(const mix_input<T>& m, bool strided) : view(m.rows.data(), m.n, m.v) {
    if (!strided) return;
    wide.assign(2 * m.rows.size(), T(0));
    for (std::size_t k = 0; k < m.rows.size(); ++k) wide[2 * k] = m.rows[k];
    view = ra::matrix_view<const T>(wide.data(), m.n, m.v, static_cast<std::ptrdiff_t>(2 * m.v), 2);
  }
};

std::string digits(double x) {
  char text[32];
  (void)std::snprintf(text, sizeof text, "%.17g", x);
  return text;
}

/// Largest difference from the exact logarithm: each of a handful of roundings is of numbers of size `rounded`.
template <class T>
exact tolerance(const mix_answer& r, std::size_t a, std::size_t choices) {
  const exact eps = std::numeric_limits<T>::epsilon();
  return eps * (16 + static_cast<exact>(choices) / 8 + 4 * r.rounded[a] + std::abs(r.log_p[a])) +
         4 * static_cast<exact>(std::numeric_limits<double>::epsilon()) * r.log_z;
}

template <class T>
void check_logs(const mix_answer& r, const std::vector<T>& got) {
  for (std::size_t a = 0; a < got.size(); ++a) {
    if (r.alive[a] == 0) {
      require(ra::is_neg_inf(got[a]), "what may not be chosen has logarithm minus infinity");
    } else if (r.log_p[a] < -static_cast<exact>(std::numeric_limits<T>::max()) / 2) {
      require(!ra::is_nan(got[a]) && got[a] < 0, "hardly ever");
    } else {
      require(ra::is_finite(got[a]), "a number");
      require(std::abs(static_cast<exact>(got[a]) - r.log_p[a]) <= tolerance<T>(r, a, got.size()), "the exact logarithm",
              digits(got[a]) + " for " + digits(static_cast<double>(r.log_p[a])));
    }
  }
}
/// @param grown  1 / the mass that a mask leaves of an average, where p is divided by it: so much what underflows grows
template <class T>
void check_probs(const mix_answer& r, const std::vector<T>& got, exact grown) {
  exact sum = 0, slack = 0;
  for (std::size_t a = 0; a < got.size(); ++a) {
    require(!ra::is_nan(got[a]) && got[a] >= 0, "probabilities");
    sum += static_cast<exact>(got[a]);
    if (r.alive[a] == 0) {
      require(!(got[a] > 0), "what may not be chosen has probability zero");
      continue;
    }
    const exact off = tolerance<T>(r, a, got.size()), lost = 2 * static_cast<exact>(std::numeric_limits<T>::min()) * grown;
    const exact low = std::exp(r.log_p[a] - off) - lost;
    const exact high = std::exp(std::min(r.log_p[a] + off, exact{1e-4L})) + lost;
    slack += high - low;
    require(static_cast<exact>(got[a]) >= low && static_cast<exact>(got[a]) <= high, "the exact probability");
  }
  require(std::abs(sum - 1) <= slack, "probabilities sum to one");
}

template <class T, class Rule>
mix::outcome run(const Rule& rule, const mix_input<T>& m, bool strided, bool probs, std::vector<T>& out) {
  const layout<T> rows(m, strided);
  return probs ? rule(rows.view, m.w, ra::as_probs(out), m.allowed) : rule(rows.view, m.w, out, m.allowed);
}

/// An average has the sum of the weights, whatever that is, and is drawn from by drawing one policy.
template <class Rule>
constexpr bool averages = false;
template <>
constexpr bool averages<mix::arithmetic_rule> = true;

/// One way to call a rule.
template <class T, class Rule>
void check_call(const Rule& rule, const mix_input<T>& m, const mix_answer* exact_answer, bool strided, bool probs) {
  std::vector<T> out(m.v, T(7));
  mix::outcome got;
  try {
    got = run(rule, m, strided, probs, out);
  } catch (const ra::contract_error& e) {
    require(exact_answer == nullptr || exact_answer->beyond || exact_answer->dirty, "only wrong numbers are refused", e.what());
    return;
  }
  if (got.status != ra::status::ok) {
    require(got.status == ra::status::no_support && ra::is_neg_inf(got.log_z), "no support is the only other outcome");
    require(exact_answer == nullptr || exact_answer->beyond || !exact_answer->support, "there is no support");
    require((exact_answer != nullptr && exact_answer->beyond) || out == std::vector<T>(m.v, T(7)), "nothing is written");
    return;
  }
  require(exact_answer != nullptr, "wrong numbers are refused");
  if (exact_answer->beyond) return;
  require(exact_answer->support && ra::is_finite(got.log_z), "there is support");
  if (averages<Rule> && std::abs(weight_sum(m) - 1) > 8e-16 && m.allowed.empty()) return;
  const bool divided = averages<Rule> && !m.allowed.empty() && got.log_z < 0 && got.log_z > std::log(1e-6) - 1e-3;
  probs ? check_probs(*exact_answer, out, divided ? std::exp(-static_cast<exact>(got.log_z)) : 1) : check_logs(*exact_answer, out);
}

template <class T, class Rule>
void check_draw(const Rule& rule, const mix_input<T>& m, const mix_answer& r) {
  if (r.beyond || r.dirty) return;
  ra::random_generator g(m.n);
  const layout<T> rows(m, false);
  for (int k = 0; k < 3; ++k) {
    const mix::sampled s = mix::sample(rule, rows.view, m.w, g, m.allowed);
    if (s.status != ra::status::ok)
      require(!r.support, "what has support can be drawn");
    else if (r.support || !averages<Rule>)
      require(s.choice < m.v && r.alive[s.choice] != 0, "only what may be chosen is drawn");
    else
      require(s.choice < m.v && m.may(s.choice), "a mask holds for the policy that was drawn");
  }
}

template <class T, class Reference, class Rule>
void check_rule(const Rule& rule, const mix_input<T>& m, const Reference&) {
  const bool usable = Reference::usable(m);
  const mix_answer r = usable ? Reference::answer(m) : mix_answer{};
  for (const bool strided : {false, true})
    for (const bool probs : {false, true}) check_call(rule, m, usable ? &r : nullptr, strided, probs);
  if constexpr (std::is_empty_v<Rule>)  // those without parameters can be drawn from
    if (usable) check_draw(rule, m, r);
}

/// A new rule is a line here, and its formula in mix_reference.hpp.
template <class T>
void check_rules(const mix_input<T>& m) {
  check_rule(mix::arithmetic, m, reference_arithmetic{});
  check_rule(mix::geometric, m, reference_geometric{});
  check_rule(mix::power_mean(-1), m, reference_power<-2>{});
  check_rule(mix::power_mean(0.5), m, reference_power<1>{});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_rules(read_input<float>(byte_source(data, size)));
  check_rules(read_input<double>(byte_source(data, size)));
  return 0;
}
