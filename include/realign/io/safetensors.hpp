// SPDX-License-Identifier: MIT
// Reads and writes tensors of float and double in the safetensors format.
#ifndef REALIGN_IO_SAFETENSORS_HPP
#define REALIGN_IO_SAFETENSORS_HPP

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/io/detail/entries.hpp>
#include <realign/io/json.hpp>
#include <realign/io/text_file.hpp>

namespace realign::inline v0::io {

// The format: the length of the header in eight bytes, lowest first; the header, a JSON object that
// maps each name to dtype, shape and data_offsets, and __metadata__ to an object of strings; the
// data, row-major, without holes.

/// A tensor read from a file.
template <scalar T>
struct tensor {
  std::vector<std::size_t> shape;
  std::vector<T> values;  ///< row-major
};

namespace detail {

template <scalar T>
inline constexpr std::string_view dtype = sizeof(T) == 4 ? "F32" : "F64";

/// Whether the header can hold this text: JSON is UTF-8.
[[nodiscard]] inline bool is_utf8(const std::string& text) {
  const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::ignore);
  return json::parse(quoted).get_ref<const std::string&>() == text;
}

/// Copies numbers to or from bytes with the lowest byte first.
template <scalar T>
void copy_little_endian(const char* from, char* to, std::size_t count) {
  if (count == 0) return;  // an empty tensor may have no address
  std::memcpy(to, from, count * sizeof(T));
  if constexpr (std::endian::native == std::endian::big)
    for (std::size_t i = 0; i < count; ++i)
      std::reverse(to + i * sizeof(T), to + (i + 1) * sizeof(T));
}

}  // namespace detail

/// Collects named tensors and strings, and writes them to a file.
class safetensors_writer {
 public:
  /// A string of the metadata; the last one under a key counts.
  /// @throws contract_error when one of them is not UTF-8
  void text(const std::string& key, std::string value) {
    expects(detail::is_utf8(key), "key", "UTF-8", key);
    expects(detail::is_utf8(value), "value", "UTF-8", value, " under ", key);
    metadata_[key] = std::move(value);
  }

  /// A tensor. @throws contract_error when the shape does not hold so many values, or the name is
  /// taken or not UTF-8
  template <scalar T>
  void add(const std::string& name, const std::vector<std::size_t>& shape,
           std::span<const T> values) {
    const std::size_t count = detail::entry_count(shape);
    expects(count == values.size(), "shape", "as many entries as values", count, " for ",
            values.size(), " in ", name);
    expects(detail::is_utf8(name), "name", "UTF-8", name);
    expects(name != "__metadata__" && !header_.contains(name), "name", "a new tensor name", name);
    const std::size_t begin = data_.size();
    data_.resize(begin + values.size_bytes());
    detail::copy_little_endian<T>(reinterpret_cast<const char*>(values.data()),
                                  data_.data() + begin, count);
    header_[name] = {
        {"dtype", detail::dtype<T>}, {"shape", shape}, {"data_offsets", {begin, data_.size()}}};
  }

  /// The file's bytes.
  [[nodiscard]] std::string bytes() const {
    json header = header_;
    if (!metadata_.empty()) header["__metadata__"] = metadata_;
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');  // so that the data start at a multiple of eight
    std::string out;
    for (std::size_t i = 0; i < 8; ++i)
      out.push_back(
          static_cast<char>((static_cast<std::uint64_t>(text.size()) >> (8 * i)) & 0xffU));
    return out.append(text).append(data_);
  }

  /// Writes the file. @throws input_error when it cannot be written
  void write(const std::string& file) const {
    const auto close = [](std::FILE* f) { (void)std::fclose(f); };
    std::unique_ptr<std::FILE, decltype(close)> out(std::fopen(file.c_str(), "wb"), close);
    if (!out) input_failure(file, "", "cannot be opened for writing: ", std::strerror(errno));
    const std::string all = bytes();
    const bool written = std::fwrite(all.data(), 1, all.size(), out.get()) == all.size();
    if (std::fclose(out.release()) != 0 || !written)
      input_failure(file, "", "cannot be written: ", std::strerror(errno));
  }

 private:
  json header_ = json::object();
  std::map<std::string, std::string> metadata_;
  std::string data_;
};

/// A file of tensors, read whole and checked: the header, whose names must differ, that the tensors
/// cover the data without gap or overlap, and the shapes of float and double against their bytes.
/// Tensors of other types are known by name only.
class safetensors_file {
 public:
  /// Reads a file. @throws input_error naming file, place and field
  explicit safetensors_file(const std::string& file)
      : safetensors_file(read_text_file(file), file) {}

  /// Reads a file's bytes. @param file the name that errors carry
  safetensors_file(std::string bytes, std::string file)
      : file_(std::move(file)), bytes_(std::move(bytes)) {
    if (bytes_.size() < 8)
      input_failure(file_, "", "expected at least 8 bytes, got ", bytes_.size());
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 0;)
      length = (length << 8) | static_cast<unsigned char>(bytes_[i]);
    if (length > bytes_.size() - 8)
      input_failure(file_, "header", "its length is given as ", length, ", but ", bytes_.size() - 8,
                    " bytes follow");
    data_begin_ = 8 + static_cast<std::size_t>(length);
    read_header();
    expect_covered();
  }

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] bool contains(std::string_view name) const {
    return tensors_.find(name) != tensors_.end();
  }
  /// The names of all tensors, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, e] : tensors_) out.push_back(name);
    return out;
  }

  /// Whether the metadata have a string of this key.
  [[nodiscard]] bool contains_text(std::string_view key) const {
    return metadata_.find(key) != metadata_.end();
  }
  /// A string of the metadata. @throws input_error when there is none
  [[nodiscard]] const std::string& text(std::string_view key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) input_failure(file_, "__metadata__", key, ": missing");
    return found->second;
  }

  /// A tensor of exactly this type. @throws input_error when there is none
  template <scalar T>
  [[nodiscard]] tensor<T> get(std::string_view name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) input_failure(file_, name, "missing");
    const entry& e = found->second;
    if (e.dtype != detail::dtype<T>)
      fail(name, "dtype: expected ", detail::dtype<T>, ", got ", e.dtype);
    tensor<T> out{e.shape, std::vector<T>((e.end - e.begin) / sizeof(T))};
    detail::copy_little_endian<T>(bytes_.data() + data_begin_ + e.begin,
                                  reinterpret_cast<char*>(out.values.data()), out.values.size());
    return out;
  }

  /// Reports that a tensor is not what it should be. @throws input_error "file: name: what"
  template <class... What>
  [[noreturn]] void fail(std::string_view name, const What&... what) const {
    input_failure(file_, name, what...);
  }

 private:
  struct entry {
    std::string dtype;
    std::vector<std::size_t> shape;
    std::size_t begin, end;
  };

  void read_header() {
    const std::string_view text = std::string_view(bytes_).substr(8, data_begin_ - 8);
    const json_document document = parse_json(text, file_);
    document.root().for_each_member([this](std::string_view name, const json_value& value) {
      if (name == "__metadata__")
        value.placed("__metadata__")
            .for_each_member([this](std::string_view key, const json_value& v) {
              metadata_.emplace(key, v.text());
            });
      else
        tensors_.emplace(name, read_entry(value.placed(std::string(name))));
    });
  }

  [[nodiscard]] entry read_entry(const json_value& value) const {
    entry e;
    e.dtype = value.at("dtype").text();
    const json_value shape = value.at("shape"), offsets = value.at("data_offsets");
    const std::size_t available = bytes_.size() - data_begin_;
    for (std::size_t i = 0; i < shape.size(); ++i) e.shape.push_back(shape[i].index());
    if (offsets.size() != 2) offsets.fail("expected 2 numbers, got ", offsets.size());
    e.begin = offsets[0].index();
    e.end = offsets[1].index();
    if (e.begin > e.end || e.end > available)
      offsets.fail("expected a range within ", available, " bytes of data, got ", e.begin, " to ",
                   e.end);
    const std::size_t size = e.dtype == "F32" ? 4U : e.dtype == "F64" ? 8U : 0U;
    if (size == 0) return e;
    const std::size_t count = detail::entry_count(e.shape);
    if (count > available) shape.fail("more entries than the file has bytes");
    if (e.end - e.begin != count * size)
      offsets.fail("expected ", count * size, " bytes for the shape, got ", e.end - e.begin);
    return e;
  }

  void expect_covered() const {
    std::vector<std::pair<std::size_t, std::size_t>> ranges;
    for (const auto& [name, e] : tensors_) ranges.emplace_back(e.begin, e.end);
    std::sort(ranges.begin(), ranges.end());
    std::size_t end = 0;
    for (const auto& range : ranges) {
      if (range.first != end)
        input_failure(file_, "data", "gap or overlap at byte ", (std::min)(end, range.first));
      end = range.second;
    }
    if (end != bytes_.size() - data_begin_)
      input_failure(file_, "data", bytes_.size() - data_begin_ - end, " bytes belong to no tensor");
  }

  std::string file_;
  std::string bytes_;
  std::size_t data_begin_ = 0;
  std::map<std::string, entry, std::less<>> tensors_;
  std::map<std::string, std::string, std::less<>> metadata_;
};

}  // namespace realign::inline v0::io

#endif  // REALIGN_IO_SAFETENSORS_HPP
