// SPDX-License-Identifier: MIT
#include "condition.hpp"

#include <cmath>
#include <memory>
#include <stdexcept>

#include <realign/core/float_bits.hpp>

namespace golden {

namespace ra = realign;

namespace {

// The floating-point numbers below a node. Whole numbers and labels are not rounded to the scalar
// type.
void collect(json& node, std::vector<json*>& into) {
  if (node.is_number_float()) into.push_back(&node);
  if (node.is_array())
    for (json& x : node) collect(x, into);
  if (node.is_object())
    for (auto& [key, x] : node.items())
      if (key != "label") collect(x, into);
}

std::vector<double> values(const answers& a) {
  std::vector<double> out;
  for (const answer& x : a.list()) out.push_back(x.value);
  return out;
}

// Adds |f_j(up) - f_j(down)| / (2 step) to each sensitivity.
template <class At>
void add_differences(std::vector<double>& sensitivity, double step, const At& at) {
  const std::vector<double> up = at(step), down = at(-step);
  if (up.size() != sensitivity.size() || down.size() != sensitivity.size())
    throw std::runtime_error("the number of answers depends on rounding");
  for (std::size_t j = 0; j < up.size(); ++j)
    if (ra::is_finite(up[j]) && ra::is_finite(down[j]))
      sensitivity[j] += std::fabs(up[j] - down[j]) / (2 * step);
}

// sum_i |x_i df_j/dx_i| over inputs and intermediate numbers.
std::vector<double> sensitivities(const golden_case& c, solver f) {
  golden_case moved = c;
  const auto input = std::make_shared<json>(*c.input);
  moved.input = input;
  roundings none;
  std::vector<double> sum(f(moved, none).list().size(), 0.0);
  std::vector<json*> numbers;
  collect(*input, numbers);
  for (json* x : numbers) {
    const double held = x->get<double>();
    add_differences(sum, 0x1p-23, [&](double by) {
      *x = held * (1 + by);
      roundings still;
      return values(f(moved, still));
    });
    *x = held;
  }
  for (std::size_t i = 0; i < none.count(); ++i)
    add_differences(sum, 0x1p-23, [&](double by) {
      roundings one(i, by);
      return values(f(moved, one));
    });
  return sum;
}

void compare(const answers& got, const expectation& e, const std::vector<double>& allowed) {
  for (std::size_t j = 0; j < got.list().size(); ++j) {
    const answer& a = got.list()[j];
    expectation at = e.at(a.field);
    for (const std::size_t i : a.place) at = at[i];
    (allowed.empty() ? at : at.at_least_within({allowed[j], 0})).number(a.value);
  }
}

}  // namespace

void compare_answers(const golden_case& c, const expectation& e, solver in_double) {
  roundings none;
  compare(in_double(c, none), e, {});
}

void compare_answers(const golden_case& c, const expectation& e, solver in_double,
                     solver in_float) {
  std::vector<double> allowed = sensitivities(c, in_double);
  roundings none;
  const answers got = in_float(c, none);
  for (std::size_t j = 0; j < allowed.size(); ++j) {
    const double size = ra::is_finite(got.list()[j].value) ? std::fabs(got.list()[j].value) : 0.0;
    allowed[j] = 2 * 0x1p-24 * (allowed[j] + size);
  }
  compare(got, e, allowed);
}

}  // namespace golden
