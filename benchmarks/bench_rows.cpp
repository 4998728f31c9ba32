// SPDX-License-Identifier: MIT
// Row kernels: the log-normaliser of rows of logits, and rows normalised by it.
#include <cstddef>
#include <vector>

#include <realign/simd/log_sum_exp.hpp>

#include "rows_data.hpp"

namespace bench {
namespace {

namespace library {

template <class T>
void log_sum_exp(const rows<T>& in, std::size_t set) {
  in.out[0] = static_cast<T>(realign::simd::log_sum_exp(view(in, set).row(0), in.allowed));
}

template <class T>
void log_softmax(const rows<T>& in, std::size_t set) {
  const realign::matrix_view<T> out(in.out, in.count, in.choices);
  if (in.count > 1)
    realign::simd::log_softmax(view(in, set), out);
  else
    realign::simd::log_softmax(view(in, set).row(0), out.row(0), in.allowed);
}

}  // namespace library

/// One read, an exponential for each number and a logarithm for each row.
pass read_rows(const rows_shape& s) {
  const double bytes = s.numbers() * sizeof(float);
  return {.read = bytes, .working_set = bytes, .exps = s.numbers() + static_cast<double>(s.count)};
}

constexpr rows_kernel log_sum_exp{
    "log_sum_exp", compare::absolute, [](const rows_shape&) { return std::size_t{1}; },
    [](const rows_shape& s) { return std::vector<pass>{read_rows(s)}; }};

/// Rows that the nearest cache holds are normalised while the next ones are read; others are read again, from a cache
/// that holds one.
constexpr rows_kernel log_softmax{
    "log_softmax", compare::absolute, [](const rows_shape& s) { return s.count * s.choices; },
    [](const rows_shape& s) {
      pass sums = read_rows(s);
      const double row = static_cast<double>(s.choices) * sizeof(float), all = 2 * sums.read;
      if (row > 16 << 10)
        return std::vector<pass>{sums,
                                 {.read = sums.read,
                                  .written = sums.read,
                                  .working_set = 2 * row,
                                  .write_set = s.count > 1 ? all : 0}};
      sums.written = sums.read;
      sums.working_set = all;
      return std::vector<pass>{sums};
    }};

template <class T>
void add_batch(std::size_t count, std::size_t choices, state s = state::warm) {
  add_rows<T>(log_softmax, {count, choices, s, 'R'}, repeat<library::log_softmax<T>>);
}
template <class T>
void add_row(std::size_t choices, state s = state::warm) {
  add_rows<T>(log_sum_exp, {1, choices, s, 'R'}, repeat<library::log_sum_exp<T>>);
  add_batch<T>(1, choices, s);
}

}  // namespace

void register_cases() {
  for (const std::size_t v : {4U, 32U, 1024U, 32000U, 128256U}) add_row<float>(v);
  for (const std::size_t v : {4U, 32U, 1024U}) add_row<double>(v);
  for (const state s : {state::masked, state::cold}) add_row<float>(128256, s);
  for (const state s : {state::masked, state::allowed}) add_row<float>(1024, s);
  add_batch<float>(4096, 4);
  add_batch<float>(1024, 32);
  add_batch<float>(1024, 32, state::masked);
  add_batch<float>(256, 1024);
  add_batch<float>(16, 32000);
}

}  // namespace bench
