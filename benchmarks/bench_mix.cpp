// SPDX-License-Identifier: MIT
// Combination rules: the arithmetic and the geometric mix of policies, and the geometric mix's log-normaliser alone.
#include <cstddef>
#include <span>
#include <vector>

#include <realign/mix/mix.hpp>

#include "rows_data.hpp"

namespace bench {
namespace {

namespace library {

/// A rule with a workspace of its own, into log-probabilities or probabilities.
template <class T, class Rule, class As>
action mix_by(const Rule& rule, const rows<T>& in, const As& as) {
  return [=, work = realign::mix::workspace<T>{}](std::size_t set) mutable {
    std::span<T> out(in.out, in.choices);
    benchmark::DoNotOptimize(rule(view(in, set), in.weights, as(out), in.allowed, work));
  };
}

constexpr auto log_probs = [](auto& out) { return out; };
constexpr auto probs = [](auto& out) { return realign::as_probs(out); };

template <class T>
action arithmetic_probs(const rows<T>& in) {
  return mix_by(realign::mix::arithmetic, in, probs);
}
template <class T>
action arithmetic_log_probs(const rows<T>& in) {
  return mix_by(realign::mix::arithmetic, in, log_probs);
}
template <class T>
action geometric_log_probs(const rows<T>& in) {
  return mix_by(realign::mix::geometric, in, log_probs);
}

template <class T>
void geometric_log_z(const rows<T>& in, std::size_t set) {
  in.out[0] = static_cast<T>(realign::simd::geometric_log_z(view(in, set), in.weights, in.allowed));
}

}  // namespace library

std::size_t one_row(const rows_shape& s) { return s.choices; }

double bytes_of(double numbers) { return numbers * sizeof(float); }

/// One read of the rows with `exps` exponentials each.
pass read_rows(const rows_shape& s, double exps) {
  return {.read = bytes_of(s.numbers()), .working_set = bytes_of(s.numbers()), .exps = exps};
}

/// The log-normalisers first, then the mix; the exponentials are taken twice unless the rows are small enough to
/// keep them.
std::vector<pass> arithmetic_passes(const rows_shape& s) {
  const bool keeps = bytes_of(s.numbers()) <= static_cast<double>(realign::simd::most_kept_exps());
  pass mix = read_rows(s, keeps ? 0 : s.numbers());
  mix.written = bytes_of(static_cast<double>(s.choices));
  return {read_rows(s, s.numbers()), mix};
}

constexpr rows_kernel arithmetic_probs{"arithmetic_probs", compare::relative, one_row, arithmetic_passes};

constexpr rows_kernel arithmetic_log_probs{"arithmetic_log_probs", compare::absolute, one_row,
                                           [](const rows_shape& s) {
                                             std::vector<pass> passes = arithmetic_passes(s);
                                             passes.back().exps += static_cast<double>(s.choices);  // logarithms
                                             return passes;
                                           }};

/// The weighted sum goes to the output and is normalised there.
constexpr rows_kernel geometric_log_probs{
    "geometric_log_probs", compare::absolute, one_row, [](const rows_shape& s) {
      const double row = bytes_of(static_cast<double>(s.choices));
      pass sum = read_rows(s, static_cast<double>(s.choices));
      sum.written = row;
      return std::vector<pass>{sum, {.read = row, .written = row, .working_set = row}};
    }};

constexpr rows_kernel geometric_log_z{"geometric_log_z", compare::absolute,
                                      [](const rows_shape&) { return std::size_t{1}; },
                                      [](const rows_shape& s) {
                                        return std::vector<pass>{read_rows(s, static_cast<double>(s.choices))};
                                      }};

template <class T>
void add_shape(const rows_shape& shape) {
  add_rows<T>(arithmetic_probs, shape, library::arithmetic_probs<T>);
  add_rows<T>(arithmetic_log_probs, shape, library::arithmetic_log_probs<T>);
  add_rows<T>(geometric_log_probs, shape, library::geometric_log_probs<T>);
  add_rows<T>(geometric_log_z, shape, repeat<library::geometric_log_z<T>>);
}

}  // namespace

void register_cases() {
  for (const std::size_t n : {2U, 4U, 8U})
    for (const std::size_t v : {4U, 32U, 1024U, 32000U, 128256U}) add_shape<float>({n, v});
  for (const std::size_t v : {4U, 32U, 1024U}) add_shape<double>({4, v});
  for (const std::size_t v : {32U, 1024U, 128256U}) add_shape<float>({4, v, state::masked});
  add_shape<float>({4, 1024, state::allowed});
  add_shape<float>({4, 128256, state::cold});
}

}  // namespace bench
