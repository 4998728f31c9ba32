// SPDX-License-Identifier: MIT
// Answers to a golden case, and how far the condition of the case lets them be off in float.
#ifndef REALIGN_TESTS_GOLDEN_CONDITION_HPP
#define REALIGN_TESTS_GOLDEN_CONDITION_HPP

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "golden_case.hpp"

namespace golden {

/// One number of an answer and where it stands in the expected part.
struct answer {
  std::string field;
  std::vector<std::size_t> place;
  double value;
};

class answers {
 public:
  void number(const std::string& field, double x) { list_.push_back({field, {}, x}); }
  template <class Numbers>
  void numbers(const std::string& field, const Numbers& x, std::vector<std::size_t> place = {}) {
    place.push_back(0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      place.back() = i;
      list_.push_back({field, place, static_cast<double>(x[i])});
    }
  }
  template <class Rows>
  void rows(const std::string& field, const Rows& x, std::vector<std::size_t> place = {}) {
    place.push_back(0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      place.back() = i;
      numbers(field, x[i], place);
    }
  }
  [[nodiscard]] std::span<const answer> list() const noexcept { return list_; }

 private:
  std::vector<answer> list_;
};

/// Numbers between the inputs and the answers that are stored in the scalar type, and rounded
/// there. A solver multiplies each of them, in an order of its own, by `next()`, which is 1 or a
/// little off.
class roundings {
 public:
  explicit roundings(std::size_t off = static_cast<std::size_t>(-1), double by = 0)
      : off_(off), by_(by) {}
  [[nodiscard]] double next() noexcept { return count_++ == off_ ? 1 + by_ : 1.0; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  std::size_t off_, count_ = 0;
  double by_;
};

/// Computes the answers of a case in a scalar type; reads its inputs through `row<T>` and
/// `row_list<T>`.
using solver = answers (*)(const golden_case&, roundings&);

/// In double: compares within the tolerance of the case.
void compare_answers(const golden_case& c, const expectation& e, solver in_double);

/// In float: the inputs x_i and the intermediate numbers m_i, each rounded by up to u = 2^-24 of
/// its size, move answer j by
///
///     u * (sum_i |x_i df_j/dx_i| + sum_i |m_i df_j/dm_i| + |f_j|)
///
/// to first order, the last part for storing the answer. Twice that, or the tolerance of the case
/// if it is larger, is allowed. The derivatives are central differences of the answers in double,
/// over +-2^-23 of each number, so a corner within rounding is seen. Nothing is tuned.
void compare_answers(const golden_case& c, const expectation& e, solver in_double, solver in_float);

template <solver InDouble>
void check_in_double(const golden_case& c, const expectation& e) {
  compare_answers(c, e, InDouble);
}
template <solver InDouble, solver InFloat>
void check_in_float(const golden_case& c, const expectation& e) {
  compare_answers(c, e, InDouble, InFloat);
}

/// Inputs as the scalar type holds them.
template <realign::scalar T>
[[nodiscard]] std::vector<double> rounded_row(const realign::io::json_value& v) {
  const std::vector<T> x = row<T>(v);
  return {x.begin(), x.end()};
}

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_CONDITION_HPP
