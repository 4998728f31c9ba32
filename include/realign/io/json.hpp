// SPDX-License-Identifier: MIT
// Reads JSON files with errors that name the file, the place in it and the field.
#ifndef REALIGN_IO_JSON_HPP
#define REALIGN_IO_JSON_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <realign/core/contract.hpp>
#include <realign/io/detail/json_reader.hpp>
#include <realign/io/text_file.hpp>

namespace realign::inline v0::io {

using json = nlohmann::json;

/// A value inside a JSON document that knows where it stands. Does not own it: the document must outlive it.
///
/// Every access checks the type; a wrong one is an `input_error` "file: place: field: expected a number, got
/// a string". The place is set by `placed` ("scene 12, choice 1"); the field is the path from there.
class json_value {
 public:
  json_value(const json& value, std::string_view file, std::string place = {}, std::string field = {})
      : value_(&value), file_(file), place_(std::move(place)), field_(std::move(field)) {}

  [[nodiscard]] const json& raw() const noexcept { return *value_; }
  [[nodiscard]] const std::string& place() const noexcept { return place_; }
  [[nodiscard]] const std::string& field() const noexcept { return field_; }

  /// The same value at a named place; field paths start anew below it.
  [[nodiscard]] json_value placed(std::string place) const { return {*value_, file_, std::move(place)}; }

  /// The member `key` of this object.
  /// @throws input_error when this is no object or has no such member
  [[nodiscard]] json_value at(std::string_view key) const {
    const std::optional<json_value> member = find(key);
    if (!member) input_failure(file_, place_, path(key), ": missing");
    return *member;
  }
  /// The member `key` of this object, or nothing.
  [[nodiscard]] std::optional<json_value> find(std::string_view key) const {
    if (!value_->is_object()) fail_type("an object");
    const auto member = value_->find(std::string(key));
    if (member == value_->end()) return std::nullopt;
    return json_value(*member, file_, place_, path(key));
  }
  /// Calls `visit(key, value)` for every member of this object, in the order of the keys.
  template <class Visit>
  void for_each_member(Visit&& visit) const {
    if (!value_->is_object()) fail_type("an object");
    for (auto it = value_->begin(); it != value_->end(); ++it)
      visit(std::string_view(it.key()), json_value(it.value(), file_, place_, path(it.key())));
  }

  /// The number of elements of this array.
  [[nodiscard]] std::size_t size() const {
    if (!value_->is_array()) fail_type("an array");
    return value_->size();
  }
  /// Element `i` of this array.
  [[nodiscard]] json_value operator[](std::size_t i) const {
    if (i >= size()) fail("expected more than ", i, " elements, got ", value_->size());
    return {(*value_)[i], file_, place_, field_ + "[" + std::to_string(i) + "]"};
  }

  [[nodiscard]] double number() const {
    if (!value_->is_number()) fail_type("a number");
    return value_->get<double>();
  }
  /// A whole number to its last digit; 3.0 counts as one, too, as long as it is below 2^53.
  [[nodiscard]] std::int64_t integer() const {
    if (value_->is_number_unsigned()) {
      const auto n = value_->get<std::uint64_t>();
      if (!std::in_range<std::int64_t>(n)) fail("expected a whole number below 2^63, got ", n);
      return static_cast<std::int64_t>(n);
    }
    if (value_->is_number_integer()) return value_->get<std::int64_t>();
    constexpr double limit = 9007199254740992.0;  // from 2^53 on it may have been rounded
    const double x = number();
    if (std::trunc(x) < x || std::trunc(x) > x || x >= limit || x <= -limit) fail("expected a whole number, got ", x);
    return static_cast<std::int64_t>(x);
  }
  /// A whole number that is not negative.
  [[nodiscard]] std::size_t index() const {
    if (value_->is_number_unsigned()) return checked_index(value_->get<std::uint64_t>());
    const std::int64_t i = integer();
    if (i < 0) fail("expected a whole number that is not negative, got ", i);
    return checked_index(static_cast<std::uint64_t>(i));
  }
  [[nodiscard]] bool boolean() const {
    if (!value_->is_boolean()) fail_type("true or false");
    return value_->get<bool>();
  }
  [[nodiscard]] const std::string& text() const {
    if (!value_->is_string()) fail_type("a string");
    return *value_->get_ptr<const std::string*>();
  }
  /// An array of numbers.
  [[nodiscard]] std::vector<double> numbers() const {
    std::vector<double> out(size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = (*this)[i].number();
    return out;
  }

  /// Reports that this value is wrong.
  /// @throws input_error "file: place: field: what"
  template <class... What>
  [[noreturn]] void fail(const What&... what) const {
    input_failure(file_, place_, field_, field_.empty() ? "" : ": ", what...);
  }

 private:
  [[nodiscard]] std::string path(std::string_view key) const {
    std::string p = field_;
    if (!p.empty()) p += '.';
    return p.append(key);
  }
  [[nodiscard]] std::size_t checked_index(std::uint64_t n) const {
    if (!std::in_range<std::size_t>(n)) fail("expected a whole number that can be an index, got ", n);
    return static_cast<std::size_t>(n);
  }
  [[noreturn]] void fail_type(std::string_view expected) const {
    fail("expected ", expected, ", got ", kind());
  }
  [[nodiscard]] std::string_view kind() const noexcept {
    if (value_->is_null()) return "null";
    if (value_->is_boolean()) return "a boolean";
    if (value_->is_number()) return "a number";
    if (value_->is_string()) return "a string";
    return value_->is_array() ? "an array" : "an object";
  }

  const json* value_;
  std::string_view file_;
  std::string place_;
  std::string field_;
};

/// A parsed JSON file and its name.
class json_document {
 public:
  json_document(std::string file, json root) : file_(std::move(file)), root_(std::move(root)) {}

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  /// The outermost value; lives as long as the document stays where it is.
  [[nodiscard]] json_value root() const& { return {root_, file_}; }
  json_value root() const&& = delete;

 private:
  std::string file_;
  json root_;
};

namespace detail {

[[noreturn]] inline void report_json_fault(std::string_view text, std::string_view file, const json_reader& reader) {
  std::size_t line = 1, column = 0;
  for (const char c : text.substr(0, reader.position)) {
    ++column;
    if (c != '\n') continue;
    ++line;
    column = 0;
  }
  input_failure(file, "line " + std::to_string(line) + ", column " + std::to_string(column), reader.fault);
}

}  // namespace detail

/// Parses JSON text.
///
/// @param file  the name that errors carry
/// @throws input_error naming line and column: no JSON, a NUL byte, two members of one name in one object
[[nodiscard]] inline json_document parse_json(std::string_view text, std::string file) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) input_failure(file, "", "the file is empty");
  detail::json_reader reader;
  if (!reader.read(text)) detail::report_json_fault(text, file, reader);
  return {std::move(file), std::move(reader.root)};
}

/// Reads and parses a JSON file.
/// @throws input_error when it cannot be read or is not JSON
[[nodiscard]] inline json_document read_json(const std::string& file) {
  return parse_json(read_text_file(file), file);
}

}  // namespace realign::inline v0::io

#endif  // REALIGN_IO_JSON_HPP
