// SPDX-License-Identifier: MIT
// Builds a document from JSON text, and says where and why the text is none.
#ifndef REALIGN_IO_DETAIL_JSON_READER_HPP
#define REALIGN_IO_DETAIL_JSON_READER_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <realign/core/float_bits.hpp>

namespace realign::inline v0::io::detail {

/// Goes through a text and leaves in `*seen` how far it came: the parser does not tell those that it calls.
class json_cursor {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  json_cursor() = default;
  json_cursor(const char* at, const char** seen) : at_(at), seen_(seen) {}

  [[nodiscard]] reference operator*() const noexcept { return *at_; }
  json_cursor& operator++() noexcept {
    *seen_ = ++at_;
    return *this;
  }
  json_cursor operator++(int) noexcept {
    const json_cursor before = *this;
    ++*this;
    return before;
  }
  [[nodiscard]] friend bool operator==(const json_cursor& a, const json_cursor& b) noexcept { return a.at_ == b.at_; }
  [[nodiscard]] friend bool operator!=(const json_cursor& a, const json_cursor& b) noexcept { return a.at_ != b.at_; }

 private:
  const char* at_ = nullptr;
  const char** seen_ = nullptr;
};

/// Receives what nlohmann's parser finds. Its own document would keep the last of several members of one name.
class json_reader {
 public:
  using json = nlohmann::json;

  /// Reads a whole text. False when it is no JSON: then `position` and `fault` say where and why.
  [[nodiscard]] bool read(std::string_view text) {
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
      position = nul + 1;  // to the parser it is the end of the text
      fault = "not valid JSON: a NUL byte";
      return false;
    }
    text_ = text;
    seen_ = text.data();
    return json::sax_parse(json_cursor(text.data(), &seen_), json_cursor(text.data() + text.size(), &seen_), this);
  }

  json root;
  std::size_t position = 0;  ///< bytes up to and with the fault
  std::string fault;

  bool null() { return put(nullptr), true; }
  bool boolean(bool value) { return put(value), true; }
  bool number_integer(std::int64_t value) { return put(value), true; }
  bool number_unsigned(std::uint64_t value) { return put(value), true; }
  bool number_float(double value, const std::string& token) {
    // The parser refuses infinity itself, except where the compiler assumes that all numbers are finite.
    if (is_finite(value)) return put(value), true;
    position = text_.substr(0, seen()).rfind(token) + token.size();
    fault = "not valid JSON: number overflow parsing '" + token + "'";
    return false;
  }
  bool string(std::string& value) { return put(std::move(value)), true; }
  bool binary(json::binary_t& value) { return put(std::move(value)), true; }
  bool start_object(std::size_t) { return open(json::value_t::object); }
  bool key(std::string& name) {
    const auto [at, is_new] = open_.back()->emplace(std::move(name), nullptr);
    member_ = &*at;
    if (is_new) return true;
    position = seen();
    fault = at.key() + ": a second member of this name";
    return false;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(json::value_t::array); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t at, const std::string&, const json::exception& error) {
    position = at;
    fault = error.what();
    // "[json.exception.name] parse error at line 1, column 2: reason" becomes "reason"
    if (const std::size_t tag = fault.find("] "); tag != std::string::npos) fault.erase(0, tag + 2);
    if (const std::size_t colon = fault.find(": "); fault.starts_with("parse error") && colon != std::string::npos)
      fault.erase(0, colon + 2);
    fault.insert(0, "not valid JSON: ");
    return false;
  }

 private:
  [[nodiscard]] std::size_t seen() const noexcept { return static_cast<std::size_t>(seen_ - text_.data()); }

  /// Puts a value where the text stands: at the end of an array, under the last key, or as the whole document.
  template <class Value>
  json* put(Value&& value) {
    if (!open_.empty() && open_.back()->is_array())
      return &open_.back()->emplace_back(std::forward<Value>(value));
    json* const at = open_.empty() ? &root : member_;
    *at = json(std::forward<Value>(value));
    return at;
  }
  bool open(json::value_t kind) {
    open_.push_back(put(kind));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const char* seen_ = nullptr;
  std::vector<json*> open_;  ///< arrays and objects that have not ended; all but the last stay where they are
  json* member_ = nullptr;
};

}  // namespace realign::inline v0::io::detail

#endif  // REALIGN_IO_DETAIL_JSON_READER_HPP
