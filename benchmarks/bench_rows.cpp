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
  for (std::size_t i = 0; i < in.count; ++i)
    in.out[i] = static_cast<T>(realign::simd::log_sum_exp(view(in, set).row(i), in.allowed));
}

template <class T>
void log_softmax(const rows<T>& in, std::size_t set) {
  const realign::matrix_view<T> out(in.out, in.count, in.choices);
  for (std::size_t i = 0; i < in.count; ++i)
    realign::simd::log_softmax(view(in, set).row(i), out.row(i), in.allowed);
}

}  // namespace library

/// One read, an exponential for each number and a logarithm for each row.
pass read_rows(const rows_shape& s) {
  const double bytes = s.numbers() * sizeof(float);
  return {.read = bytes, .working_set = bytes, .exps = s.numbers() + static_cast<double>(s.count)};
}

constexpr rows_kernel log_sum_exp{
    "log_sum_exp", compare::absolute, [](const rows_shape& s) { return s.count; },
    [](const rows_shape& s) { return std::vector<pass>{read_rows(s)}; }};

/// Rows that the nearest cache holds are normalised while the next ones are read.
constexpr rows_kernel log_softmax{
    "log_softmax", compare::absolute, [](const rows_shape& s) { return s.count * s.choices; },
    [](const rows_shape& s) {
      pass sums = read_rows(s);
      const pass copy{.read = sums.read, .written = sums.read, .working_set = 2 * sums.read};
      if (s.choices * sizeof(float) > 16 << 10) return std::vector<pass>{sums, copy};
      sums.written = copy.written;
      sums.working_set = copy.working_set;
      return std::vector<pass>{sums};
    }};

template <class T>
void add_shape(const rows_shape& shape) {
  add_rows<T>(log_sum_exp, shape, repeat<library::log_sum_exp<T>>);
  add_rows<T>(log_softmax, shape, repeat<library::log_softmax<T>>);
}

constexpr rows_shape single(std::size_t choices, state s = state::warm) { return {1, choices, s, 'R'}; }

}  // namespace

void register_cases() {
  for (const std::size_t v : {4U, 32U, 1024U, 32000U, 128256U}) add_shape<float>(single(v));
  for (const std::size_t v : {4U, 32U, 1024U}) add_shape<double>(single(v));
  for (const state s : {state::masked, state::cold}) add_shape<float>(single(128256, s));
  for (const state s : {state::masked, state::allowed}) add_shape<float>(single(1024, s));
  for (const rows_shape& shape : {rows_shape{4096, 4, state::warm, 'R'}, {1024, 32, state::warm, 'R'},
                                  {256, 1024, state::warm, 'R'}, {16, 32000, state::warm, 'R'},
                                  {1024, 32, state::masked, 'R'}})
    add_shape<float>(shape);
}

}  // namespace bench
