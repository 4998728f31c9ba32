// SPDX-License-Identifier: MIT
// One golden case, and the cases of a file of any known schema.
#ifndef REALIGN_TESTS_GOLDEN_GOLDEN_CASE_HPP
#define REALIGN_TESTS_GOLDEN_GOLDEN_CASE_HPP

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <realign/io/json.hpp>

#include "expectation.hpp"

namespace golden {

struct golden_case {
  std::string file;
  std::string id;
  /// What the kind may be called, the most precise name first.
  std::vector<std::string> names;
  std::shared_ptr<const json> input;
  json params = json::object();
  json expected = json::object();
  tolerance within = {};
  /// null in the expected part means: do not compare.
  bool null_is_free = false;

  [[nodiscard]] realign::io::json_value in() const { return {*input, file, id}; }
  [[nodiscard]] realign::io::json_value param() const { return {params, file, id}; }
};

/// The cases of a file; the schema is recognised by its keys.
/// @throws realign::input_error when the file is of no known schema or is malformed
[[nodiscard]] std::vector<golden_case> read_cases(const realign::io::json_document& document);

// Inputs.

/// A number, or "inf", "-inf", "nan".
[[nodiscard]] double number(const realign::io::json_value& v);
/// A row of such numbers.
template <realign::scalar T>
[[nodiscard]] std::vector<T> row(const realign::io::json_value& v) {
  std::vector<T> out(v.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(number(v[i]));
  return out;
}
/// A list of rows.
template <realign::scalar T>
[[nodiscard]] std::vector<std::vector<T>> row_list(const realign::io::json_value& v) {
  std::vector<std::vector<T>> out(v.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = row<T>(v[i]);
  return out;
}
/// The member `key`, or nothing when it is absent or null.
[[nodiscard]] std::optional<realign::io::json_value> given(const realign::io::json_value& v,
                                                           std::string_view key);
/// The member `key` as a number, or `otherwise`.
[[nodiscard]] double number_or(const realign::io::json_value& v, std::string_view key,
                               double otherwise);

/// Rows of equal length, one behind the other.
template <realign::scalar T>
struct table {
  std::vector<T> numbers;
  std::size_t rows = 0;
  std::size_t cols = 0;

  table() = default;
  explicit table(const std::vector<std::vector<T>>& list) : rows(list.size()) {
    for (const std::vector<T>& r : list) add(r);
  }
  void add(const std::vector<T>& r) {
    realign::expects(numbers.empty() || r.size() == cols, "golden input", "rows of equal length",
                     r.size(), " and ", cols);
    cols = r.size();
    numbers.insert(numbers.end(), r.begin(), r.end());
    rows = cols == 0 ? rows : numbers.size() / cols;
  }
  [[nodiscard]] realign::matrix_view<const T> view() const noexcept {
    return {numbers.data(), rows, cols};
  }
};

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_GOLDEN_CASE_HPP
