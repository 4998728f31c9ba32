// SPDX-License-Identifier: MIT
// Kinds log_softmax, mix_arithmetic, mix_geometric, mix_power, mix_fdiv,
// fdiv_tilt: rows of logits in, log-probabilities out.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <realign/mix/arithmetic.hpp>
#include <realign/mix/divergence_tilt.hpp>
#include <realign/mix/f_divergence.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/power_mean.hpp>
#include <realign/simd/divergence_mix.hpp>
#include <realign/simd/log_sum_exp.hpp>

#include "kinds.hpp"

namespace golden {

namespace ra = realign;

namespace {

// The float tolerance that the file's README states: 1e-5 (1 + max |logit|).
template <class T>
expectation for_scalar(const expectation& e, const std::vector<std::vector<T>>& rows) {
  if constexpr (sizeof(T) == sizeof(double)) return e;
  double largest = 0;
  for (const auto& r : rows)
    for (const T& x : r)
      if (ra::is_finite(x)) largest = (std::max)(largest, std::fabs(static_cast<double>(x)));
  return e.at_least_within({1e-5 * (1 + largest), 0});
}

template <class T>
double entropy(const std::vector<T>& log_probs) {
  double sum = 0;
  for (const T& l : log_probs)
    if (!ra::is_neg_inf(l)) sum -= std::exp(static_cast<double>(l)) * static_cast<double>(l);
  return sum;
}

template <class T>
ra::vector_view<const T> view(const std::vector<T>& x) {
  return {x.data(), x.size()};
}

// Compares what a rule reported with `error` or with `logp`.
template <class T>
void compare(const expectation& e, ra::mix::outcome got, const std::vector<T>& log_probs) {
  if (const auto error = e.find("error")) {
    const std::string name(ra::to_string(got.status));
    error->judged_by_caller();
    if (ra::succeeded(got.status)) error->differ("a failure", name);
    return;
  }
  if (!ra::succeeded(got.status))
    return e.at("logp").differ("a distribution", std::string(ra::to_string(got.status)));
  e.at("logp").numbers(view(log_probs));
  if (const auto log_z = e.find("log_z")) log_z->number(got.log_z);
}

}  // namespace

template <class T>
void check_log_softmax(const golden_case& c, const expectation& expected) {
  std::vector<T> x = row<T>(c.in().at("logits"));
  const double temperature = number_or(c.in(), "temperature", 1);
  for (T& v : x) v = static_cast<T>(static_cast<double>(v) / temperature);
  const expectation e = for_scalar(expected, std::vector<std::vector<T>>{x});
  std::vector<T> log_probs = x;  // a row without a choice stays as it is
  const double log_z = ra::simd::log_softmax(view(x), ra::vector_view<T>(log_probs));
  if (const auto error = e.find("error")) {
    error->judged_by_caller();
    if (ra::is_finite(log_z)) error->differ("a failure", to_text(log_z));
    return;
  }
  e.at("lse").number(log_z);
  e.at("logp").numbers(view(log_probs));
  e.at("entropy").number(entropy(log_probs));
}

template <class T>
void check_mix_arithmetic(const golden_case& c, const expectation& expected) {
  const auto rows = row_list<T>(c.in().at("logits"));
  const std::vector<double> w = row<double>(c.in().at("weights"));
  std::vector<T> out(rows.at(0).size());
  compare(for_scalar(expected, rows), ra::mix::arithmetic(rows, w, out), out);
}

// log_z refers to normalised rows, so they are normalised first. A reference is one more row, with
// the coefficient that brings the sum to one; what it masks stays masked even when that coefficient
// is negative.
template <class T>
void check_mix_geometric(const golden_case& c, const expectation& expected) {
  auto rows = row_list<T>(c.in().at("logits"));
  std::vector<double> coefficients = row<double>(c.in().at("coeffs"));
  std::vector<unsigned char> allowed;
  if (const auto reference = given(c.in(), "ref_logits")) {
    double rest = 1;
    for (const double x : coefficients) rest -= x;
    rows.push_back(row<T>(*reference));
    coefficients.push_back(std::fabs(rest) < 1e-12 ? 0 : rest);
    if (coefficients.back() < 0)
      for (const T& x : rows.back()) allowed.push_back(ra::is_neg_inf(x) ? 0 : 1);
  }
  const expectation e = for_scalar(expected, rows);
  for (auto& r : rows) (void)ra::simd::log_softmax(view(r), ra::vector_view<T>(r));
  std::vector<T> out(rows.at(0).size());
  compare(e, ra::mix::geometric(rows, coefficients, out, allowed), out);
}

template <class T>
void check_mix_power(const golden_case& c, const expectation& expected) {
  const auto rows = row_list<T>(c.in().at("logits"));
  const std::vector<double> w = row<double>(c.in().at("weights"));
  const ra::mix::power_mean mean(number(c.in().at("p")));
  std::vector<T> out(rows.at(0).size());
  compare(for_scalar(expected, rows), mean(rows, w, out), out);
}

namespace {

struct named_divergence {
  std::string name;
  double alpha = 1;

  explicit named_divergence(const realign::io::json_value& v)
      : name(v.at("name").text()), alpha(number_or(v, "alpha", 1)) {}
  [[nodiscard]] bool barrier() const { return name == "forward_kl" || name == "jsd" || name == "alpha"; }
  [[nodiscard]] ra::mix::divergence rule() const {
    if (name == "reverse_kl") return ra::mix::divergence::reverse_kl();
    if (name == "forward_kl") return ra::mix::divergence::forward_kl();
    if (name == "jsd") return ra::mix::divergence::jensen_shannon();
    if (name == "alpha") return ra::mix::divergence::alpha_family(alpha);
    ra::expects(name == "chi2", "divergence", "a known name", name);
    return ra::mix::divergence::chi_squared();
  }
  /// f(x) with f(1) = f'(1) = 0; x = 0 is left to chi-squared.
  [[nodiscard]] double f(double x) const {
    if (name == "reverse_kl") return x * std::log(x) - x + 1;
    if (name == "forward_kl") return x - 1 - std::log(x);
    if (name == "jsd") return x * std::log(x) - (1 + x) * std::log((1 + x) / 2);
    if (name == "alpha") return (x - 1 - (std::pow(x, 1 - alpha) - 1) / (1 - alpha)) / alpha;
    return (x - 1) * (x - 1) / 2;
  }
};
/// The lowest index of the largest entry; with some room for rounding, the expected one when it is as large.
template <class T>
void compare_argmax(const expectation& e, const std::vector<T>& log_probs, double room) {
  const auto expected = static_cast<std::size_t>(to_number(e.judged_by_caller()));
  const auto top = std::max_element(log_probs.begin(), log_probs.end());
  const auto index = static_cast<std::size_t>(top - log_probs.begin());
  if (expected >= log_probs.size() || !(log_probs[expected] >= *top - static_cast<T>(room)))
    e.differ(std::to_string(expected), std::to_string(index));
}
/// The mean at nu = 0, not normalised; its log-mass.
template <class T>
double mean_at_zero(const table<T>& rows, const std::vector<double>& c, const named_divergence& d,
                    std::vector<T>& out) {
  std::vector<double> log_z;
  for (std::size_t i = 0; i < rows.rows; ++i) log_z.push_back(ra::simd::log_sum_exp(rows.view().row(i)));
  const ra::simd::barrier_divergence barrier{d.alpha, d.name == "jsd"};
  std::vector<T> level(rows.cols), distance(rows.cols);
  const T least =
      ra::simd::divergence_statistics<T>(rows.view(), rows.rows - 1, c, log_z, barrier, {}, level, distance);
  (void)ra::simd::divergence_distances<T>(barrier, least, level, distance);
  const double tau = ra::simd::divergence_tau(barrier, static_cast<double>(least), 1, 0);
  ra::simd::divergence_emit<T>(level, distance, barrier, tau, 0, ra::vector_view<T>(out.data(), out.size()));
  return std::log(ra::simd::divergence_mass<T>(level, distance, barrier, tau).mass);
}

}  // namespace

// The reference is one more row. At nu = 0 reverse KL and chi-squared are the rules that they are named after.
template <class T>
void check_mix_fdiv(const golden_case& c, const expectation& expected) {
  auto rows = row_list<T>(c.in().at("logits"));
  std::vector<double> coefficients = row<double>(c.in().at("coeffs"));
  rows.push_back(row<T>(c.in().at("ref_logits")));
  coefficients.push_back(0);
  const named_divergence d(c.in().at("divergence"));
  const expectation e = for_scalar(expected, rows);
  std::vector<T> out(rows.back().size());
  const ra::mix::outcome got = ra::mix::f_divergence(d.rule(), rows.size() - 1)(rows, coefficients, out);
  compare(e, got, out);
  if (!ra::succeeded(got.status)) return;
  const double room = sizeof(T) == sizeof(float) ? 1e-5 : 0;
  e.at("nu").number(got.log_z);
  compare_argmax(e.at("argmax"), out, room);
  if (!e.has("log_mass_at_nu0")) return;
  double log_mass = d.name == "reverse_kl" ? got.log_z : 0;
  if (d.barrier()) log_mass = mean_at_zero(table<T>(rows), coefficients, d, out);
  e.at("log_mass_at_nu0").number(log_mass);
  compare_argmax(e.at("argmax_at_nu0"), out, room);
}

// What the tilt is worth is computed here, from its log-probabilities.
template <class T>
void check_fdiv_tilt(const golden_case& c, const expectation& expected) {
  const std::vector<T> base = row<T>(c.in().at("base_logits")), reward = row<T>(c.in().at("reward"));
  const double beta = number(c.in().at("beta"));
  const named_divergence d(c.in().at("divergence"));
  const expectation e = for_scalar(expected, std::vector<std::vector<T>>{base, reward});
  std::vector<T> out(base.size());
  const ra::mix::outcome got = ra::mix::divergence_tilt(d.rule(), beta)(base, reward, out);
  compare(e, got, out);
  if (!ra::succeeded(got.status)) return;
  const double log_norm = ra::simd::log_sum_exp(view(base));
  double mean = 0, divergence = 0, support = 0;
  for (std::size_t a = 0; a < base.size(); ++a) {
    const double prior = static_cast<double>(base[a]) - log_norm;
    const bool made = !ra::is_neg_inf(out[a]);
    const double l = made ? static_cast<double>(out[a]) : 0, p = made ? std::exp(l) : 0;
    mean += p * static_cast<double>(reward[a]);
    divergence += std::exp(prior) * d.f(made ? std::exp(l - prior) : 0);
    support += made ? 1 : 0;
  }
  e.at("nu").number(got.log_z);
  e.at("expected_reward").number(mean);
  e.at("divergence").number(divergence);
  e.at("objective").number(mean - beta * divergence);
  e.at("support_size").number(support);
}

template void check_log_softmax<float>(const golden_case&, const expectation&);
template void check_log_softmax<double>(const golden_case&, const expectation&);
template void check_mix_arithmetic<float>(const golden_case&, const expectation&);
template void check_mix_arithmetic<double>(const golden_case&, const expectation&);
template void check_mix_geometric<float>(const golden_case&, const expectation&);
template void check_mix_geometric<double>(const golden_case&, const expectation&);
template void check_mix_power<float>(const golden_case&, const expectation&);
template void check_mix_power<double>(const golden_case&, const expectation&);
template void check_mix_fdiv<float>(const golden_case&, const expectation&);
template void check_mix_fdiv<double>(const golden_case&, const expectation&);
template void check_fdiv_tilt<float>(const golden_case&, const expectation&);
template void check_fdiv_tilt<double>(const golden_case&, const expectation&);

}  // namespace golden
