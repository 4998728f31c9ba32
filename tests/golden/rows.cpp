// SPDX-License-Identifier: MIT
// Kinds log_softmax, mix_arithmetic, mix_geometric, mix_power: rows of logits in, log-probabilities out.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/power_mean.hpp>
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

template void check_log_softmax<float>(const golden_case&, const expectation&);
template void check_log_softmax<double>(const golden_case&, const expectation&);
template void check_mix_arithmetic<float>(const golden_case&, const expectation&);
template void check_mix_arithmetic<double>(const golden_case&, const expectation&);
template void check_mix_geometric<float>(const golden_case&, const expectation&);
template void check_mix_geometric<double>(const golden_case&, const expectation&);
template void check_mix_power<float>(const golden_case&, const expectation&);
template void check_mix_power<double>(const golden_case&, const expectation&);

}  // namespace golden
