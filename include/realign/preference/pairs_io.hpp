// SPDX-License-Identifier: MIT
// Reads preference pairs from JSON lines: texts, conversations, or log-probabilities of steps.
#ifndef REALIGN_PREFERENCE_PAIRS_IO_HPP
#define REALIGN_PREFERENCE_PAIRS_IO_HPP

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/io/gzip.hpp>
#include <realign/io/json.hpp>
#include <realign/io/json_lines.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0 {

/// How a file of pairs is read.
struct pairs_io_options {
  io::bad_lines on_bad = io::bad_lines::refuse;
  std::string prompt = "prompt";  ///< names of the fields
  std::string chosen = "chosen";
  std::string rejected = "rejected";
};

/// A better and a worse text, each with the prompt in front of it.
struct text_pair {
  std::string chosen;
  std::string rejected;
  std::size_t line = 0;    ///< of the file, from 1
  std::size_t prompt = 0;  ///< bytes of both texts that are the prompt; 0: none was given
};

/// The pairs of a file, in its order.
struct text_pairs {
  std::vector<text_pair> pairs;
  io::json_lines_report report;
};

/// A segment read from a file; owns its numbers.
template <scalar T>
struct step_segment {
  std::vector<T> log_probs;
  std::vector<T> reference;         ///< empty: none
  std::vector<unsigned char> mask;  ///< empty: all steps exist

  [[nodiscard]] segment<T> view() const noexcept {
    segment<T> s{.log_probs = std::span<const T>(log_probs)};
    if (!reference.empty()) s.reference = std::span<const T>(reference);
    if (!mask.empty()) s.mask = std::span<const unsigned char>(mask);
    return s;
  }
};

/// Segments and pairs of a file; pair p compares segments 2p and 2p + 1.
template <scalar T>
struct step_pairs {
  std::vector<step_segment<T>> segments;
  std::vector<preference_pair> pairs;
  io::json_lines_report report;

  /// All segments as `preference_batch` takes them; valid while this object stays as it is.
  [[nodiscard]] std::vector<segment<T>> views() const {
    std::vector<segment<T>> out;
    for (const step_segment<T>& s : segments) out.push_back(s.view());
    return out;
  }
};

namespace detail {

/// "user" and "human" are written Human, so that both forms of a data set give the same text.
[[nodiscard]] inline std::string speaker(std::string_view role) {
  if (role == "user" || role == "human") return "Human";
  std::string name(role);
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z')
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

/// A string as it is; a list of {role, content} as "\n\nHuman: ...\n\nAssistant: ...".
[[nodiscard]] inline std::string read_text(const io::json_value& value) {
  if (value.raw().is_string()) return value.text();
  if (!value.raw().is_array()) value.fail("expected a string or a list of messages");
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string name = speaker(value[i].at("role").text());
    out.append("\n\n").append(name).append(": ").append(value[i].at("content").text());
  }
  return out;
}

/// Puts the prompt in front of both texts, unless both have it: an answer may happen to begin like it.
inline void put_prompt(const std::string& prompt, text_pair& p) {
  const auto both_have = [&](const std::string& start) {
    if (!p.chosen.starts_with(start) || !p.rejected.starts_with(start)) return false;
    p.prompt = start.size();
    return true;
  };
  if (prompt.empty() || both_have(prompt) || both_have("\n\nHuman: " + prompt)) return;
  p.chosen.insert(0, prompt);
  p.rejected.insert(0, prompt);
  p.prompt = prompt.size();
}

[[nodiscard]] inline text_pair read_text_pair(const io::json_value& record, std::size_t line,
                                              const pairs_io_options& options) {
  text_pair p{read_text(record.at(options.chosen)), read_text(record.at(options.rejected)), line};
  if (const std::optional<io::json_value> prompt = record.find(options.prompt)) put_prompt(read_text(*prompt), p);
  return p;
}

[[nodiscard]] inline std::vector<unsigned char> read_mask(const io::json_value& value) {
  std::vector<unsigned char> out(value.size());
  for (std::size_t t = 0; t < out.size(); ++t) {
    const io::json_value bit = value[t];
    const std::size_t x = bit.raw().is_boolean() ? (bit.boolean() ? 1U : 0U) : bit.index();
    if (x > 1) bit.fail("expected 0 or 1, got ", x);
    out[t] = static_cast<unsigned char>(x);
  }
  return out;
}

/// A number, or the string "-inf". Under a mask anything goes, as it is never read.
template <scalar T>
[[nodiscard]] T read_log_prob(const io::json_value& value, bool exists) {
  if (!exists && !value.raw().is_number()) return T(0);
  if (value.raw().is_string() && value.text() == "-inf") return neg_infinity<T>();
  const T x = static_cast<T>(value.number());
  if (exists && !is_finite(x)) value.fail("expected a finite number or \"-inf\", got ", x);
  return x;
}

template <scalar T>
[[nodiscard]] std::vector<T> read_log_probs(const io::json_value& value, std::size_t steps,
                                            const std::vector<unsigned char>& mask) {
  if (value.size() != steps)
    value.fail("expected ", steps, " numbers, one per step, got ", value.size());
  std::vector<T> out(steps);
  for (std::size_t t = 0; t < steps; ++t)
    out[t] = read_log_prob<T>(value[t], mask.empty() || mask[t] != 0);
  return out;
}

template <scalar T>
[[nodiscard]] step_segment<T> read_steps(const io::json_value& value) {
  step_segment<T> s;
  const io::json_value log_probs = value.at("log_probs");
  const std::size_t steps = log_probs.size();
  if (const std::optional<io::json_value> mask = value.find("mask")) {
    s.mask = read_mask(*mask);
    if (s.mask.size() != steps)
      mask->fail("expected ", steps, " entries, one per step, got ", s.mask.size());
  }
  s.log_probs = read_log_probs<T>(log_probs, steps, s.mask);
  if (const std::optional<io::json_value> reference = value.find("reference"))
    s.reference = read_log_probs<T>(*reference, steps, s.mask);
  return s;
}

template <scalar T>
void read_step_pair(const io::json_value& record, const pairs_io_options& options,
                    step_pairs<T>& out) {
  const std::size_t first = out.segments.size();
  preference_pair pair{.preferred = first, .rejected = first + 1};
  step_segment<T> chosen = read_steps<T>(record.at(options.chosen));
  step_segment<T> rejected = read_steps<T>(record.at(options.rejected));
  if (const std::optional<io::json_value> label = record.find("label")) {
    pair.label = label->number();
    if (!(pair.label >= 0 && pair.label <= 1))
      label->fail("expected a number in [0, 1], got ", pair.label);
  }
  if (const std::optional<io::json_value> gap = record.find("gap")) {
    pair.gap = gap->number();
    if (!is_finite(pair.gap)) gap->fail("expected a finite number, got ", pair.gap);
  }
  out.segments.push_back(std::move(chosen));
  out.segments.push_back(std::move(rejected));
  out.pairs.push_back(pair);
}

}  // namespace detail

/// Reads pairs of texts from JSON lines: objects with `chosen` and `rejected`, each a string or a
/// list of {"role", "content"}, and perhaps a `prompt` of either kind, which is put in front of
/// both unless both begin with it, as it is or said by Human. Other fields are not looked at.
///
/// @param text  UTF-8
/// @param file  the name that errors carry
/// @throws input_error naming file, line and field
[[nodiscard]] inline text_pairs parse_text_pairs(std::string_view text, std::string_view file,
                                                 const pairs_io_options& options = {}) {
  text_pairs out;
  out.report = io::for_each_json_line(
      text, file, options.on_bad, [&](const io::json_value& record, std::size_t line) {
        out.pairs.push_back(detail::read_text_pair(record, line, options));
      });
  return out;
}

/// As above from a file, which may be compressed with gzip.
[[nodiscard]] inline text_pairs load_text_pairs(const std::string& file,
                                                const pairs_io_options& options = {}) {
  return parse_text_pairs(io::read_maybe_gzip(file), file, options);
}

/// Reads pairs of segments from JSON lines, as another framework may write them:
///
///     {"chosen": S, "rejected": S, "label": 1, "gap": 0}
///     S = {"log_probs": [...], "reference": [...], "mask": [...]}
///
/// `label`, `gap`, `reference` and `mask` may be missing. A log-probability is a number or "-inf";
/// where the mask is 0 it may be anything. The two sides may differ in length, the arrays of one
/// side may not.
///
/// @throws input_error naming file, line and field
template <scalar T>
[[nodiscard]] step_pairs<T> parse_step_pairs(std::string_view text, std::string_view file,
                                             const pairs_io_options& options = {}) {
  step_pairs<T> out;
  out.report = io::for_each_json_line(text, file, options.on_bad,
                                      [&](const io::json_value& record, std::size_t) {
                                        detail::read_step_pair(record, options, out);
                                      });
  return out;
}

/// As above from a file, which may be compressed with gzip.
template <scalar T>
[[nodiscard]] step_pairs<T> load_step_pairs(const std::string& file,
                                            const pairs_io_options& options = {}) {
  return parse_step_pairs<T>(io::read_maybe_gzip(file), file, options);
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_PAIRS_IO_HPP
