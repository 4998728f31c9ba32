// SPDX-License-Identifier: MIT
// The header of an NPY file: magic bytes, a version, and a Python dictionary as text.
#ifndef REALIGN_IO_DETAIL_NPY_HEADER_HPP
#define REALIGN_IO_DETAIL_NPY_HEADER_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <realign/core/contract.hpp>

namespace realign::inline v0::io::detail {

// The format (numpy.lib.format): "\x93NUMPY", major and minor version, the length of the header in
// two bytes (version 1) or four, lowest first; then {'descr': '<f4', 'fortran_order': False,
// 'shape': (2, 3), } and blanks up to a newline, so that the data start at a multiple of 64.

inline constexpr std::string_view npy_magic{"\x93NUMPY", 6};

struct npy_header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
  std::size_t size = 0;  ///< bytes before the data
};

/// Reads the dictionary of a header.
class npy_dictionary {
 public:
  npy_dictionary(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  [[nodiscard]] npy_header read() {
    npy_header h;
    take('{');
    while (!next_is('}')) {
      read_field(h);
      if (!next_is('}')) take(',');
    }
    take('}');
    skip_blanks();
    if (at_ < text_.size()) input_failure(file_, "header", "text behind the dictionary at byte ", at_);
    require(descr_, "descr");
    require(order_, "fortran_order");
    require(shape_, "shape");
    return h;
  }

 private:
  void read_field(npy_header& h) {
    const std::string_view key = quoted();
    take(':');
    if (key == "descr") {
      once(descr_, key);
      if (!next_is('\'') && !next_is('"'))
        input_failure(file_, "header", "descr: expected one type of number, got a record");
      h.descr = quoted();
    } else if (key == "fortran_order") {
      once(order_, key);
      h.fortran_order = truth();
    } else if (key == "shape") {
      once(shape_, key);
      h.shape = tuple();
    } else {
      input_failure(file_, "header", "unknown field ", key);
    }
  }
  void once(bool& found, std::string_view key) const {
    if (found) input_failure(file_, "header", key, ": twice");
    found = true;
  }
  void require(bool found, std::string_view key) const {
    if (!found) input_failure(file_, "header", key, ": missing");
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
      ++at_;
  }
  [[nodiscard]] bool next_is(char c) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == c;
  }
  void take(char c) {
    if (!next_is(c)) {
      const char expected[2] = {c, '\0'};
      input_failure(file_, "header", "expected ", expected, " at byte ", at_);
    }
    ++at_;
  }
  [[nodiscard]] std::string_view quoted() {
    const char quote = next_is('"') ? '"' : '\'';
    take(quote);
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos)
      input_failure(file_, "header", "a string without end at byte ", at_);
    const std::string_view out = text_.substr(at_, end - at_);
    at_ = end + 1;
    return out;
  }
  [[nodiscard]] bool truth() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"})
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return word == "True";
      }
    input_failure(file_, "header", "fortran_order: expected True or False");
  }
  [[nodiscard]] std::vector<std::size_t> tuple() {
    std::vector<std::size_t> out;
    take('(');
    while (!next_is(')')) {
      out.push_back(length());
      if (out.size() == 1 || !next_is(')')) take(',');  // (6) is a number in brackets
    }
    take(')');
    return out;
  }
  [[nodiscard]] std::size_t length() {
    skip_blanks();
    std::size_t n = 0;
    const std::size_t begin = at_;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (n > (std::size_t{1} << 48)) input_failure(file_, "header", "shape: a length beyond 2^48");
      n = 10 * n + static_cast<std::size_t>(text_[at_] - '0');
    }
    if (at_ == begin) input_failure(file_, "header", "shape: expected a length at byte ", at_);
    return n;
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t at_ = 0;
  bool descr_ = false, order_ = false, shape_ = false;  ///< which fields were there
};

/// Reads and checks a header.
[[nodiscard]] inline npy_header parse_npy_header(std::string_view bytes, std::string_view file) {
  if (bytes.empty()) input_failure(file, "", "the file is empty");
  if (!bytes.starts_with(npy_magic)) input_failure(file, "", "not an NPY file");
  const auto byte = [&](std::size_t i) {
    if (i >= bytes.size()) input_failure(file, "header", "cut after ", bytes.size(), " bytes");
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) input_failure(file, "header", "unknown version ", version);
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = 0;
  for (std::size_t i = begin; i-- > 8;) length = (length << 8) | byte(i);
  if (length > bytes.size() - begin)
    input_failure(file, "header", "cut: expected ", length, " bytes, got ", bytes.size() - begin);
  npy_header h = npy_dictionary(bytes.substr(begin, length), file).read();
  h.size = begin + length;
  if (h.shape.empty() || h.shape.size() > 4)
    input_failure(file, "header", "shape: expected 1 to 4 axes, got ", h.shape.size());
  if (h.fortran_order && h.shape.size() > 1)
    input_failure(file, "header", "fortran_order: expected False (C order)");
  return h;
}

/// The number of entries, checked against the bytes that follow the header.
[[nodiscard]] inline std::size_t npy_count(const npy_header& h, std::size_t entry_size,
                                           std::size_t available, std::string_view file) {
  std::size_t count = 1;
  for (const std::size_t n : h.shape) count = n == 0 ? 0 : count;
  for (const std::size_t n : h.shape) {
    if (count > 0 && n > available / entry_size / count)
      input_failure(file, "data", "cut: ", available, " bytes do not hold the shape of the header");
    count *= n;
  }
  if (count * entry_size != available)
    input_failure(file, "data", "expected ", count * entry_size, " bytes, got ", available);
  return count;
}

/// Where entry i stands: "entry [2, 0, 5]".
[[nodiscard]] inline std::string npy_place(const std::vector<std::size_t>& shape, std::size_t i) {
  std::string indices;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    indices = std::to_string(i % shape[axis]) + (indices.empty() ? "" : ", " + indices);
    i /= shape[axis];
  }
  return "entry [" + indices + "]";
}

/// The bytes of a header of version 1.
[[nodiscard]] inline std::string npy_header_bytes(std::string_view descr,
                                                  const std::vector<std::size_t>& shape) {
  std::string axes;
  for (const std::size_t n : shape) axes.append(std::to_string(n)).append(", ");
  axes.resize(axes.size() - (shape.size() == 1 ? 1U : 2U));  // (3,) but (3, 4)
  std::string text = "{'descr': '";
  text.append(descr).append("', 'fortran_order': False, 'shape': (").append(axes).append("), }");
  text.append((64 - (10 + text.size() + 1) % 64) % 64, ' ').append("\n");
  std::string out(npy_magic);
  for (const std::size_t b :
       {std::size_t{1}, std::size_t{0}, text.size() & 0xffU, text.size() >> 8})
    out.push_back(static_cast<char>(b));
  return out.append(text);
}

}  // namespace realign::inline v0::io::detail

#endif  // REALIGN_IO_DETAIL_NPY_HEADER_HPP
