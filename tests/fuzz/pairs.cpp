// SPDX-License-Identifier: MIT
// Preference pairs: texts and steps, in float and double, refusing and skipping.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <realign/io/json.hpp>
#include <realign/preference/pairs_io.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;

namespace {

/// The first line with two strings reads as the same texts again: a prompt is put in front only once.
void check_texts(std::string_view text, const ra::pairs_io_options& options) {
  const auto read = attempt([&] { return ra::parse_text_pairs(text, input_name, options); });
  if (!read) return;
  require(read->pairs.size() == read->report.records, "every record is a pair");
  std::string lines;
  for (const ra::text_pair& p : read->pairs)
    lines += io::json{{"chosen", p.chosen}, {"rejected", p.rejected}}.dump() + "\n";
  if (lines.empty()) return;
  std::string why;
  const auto again = attempt([&] { return ra::parse_text_pairs(lines, input_name); }, why);
  require(again.has_value(), "what is written can be read", why);
  for (std::size_t i = 0; i < read->pairs.size(); ++i)
    require(again->pairs[i].chosen == read->pairs[i].chosen && again->pairs[i].rejected == read->pairs[i].rejected,
            "texts survive writing");
}

template <class T>
io::json numbers(const std::vector<T>& x) {
  io::json out = io::json::array();
  for (const T& v : x) out.push_back(ra::is_finite(v) ? io::json(v) : ra::is_neg_inf(v) ? io::json("-inf") : io::json());
  return out;
}
template <class T>
io::json steps(const ra::step_segment<T>& s) {
  io::json out{{"log_probs", numbers(s.log_probs)}};
  if (!s.reference.empty()) out["reference"] = numbers(s.reference);
  if (!s.mask.empty()) out["mask"] = s.mask;
  return out;
}

template <class T>
void check_segment(const ra::step_segment<T>& s) {
  const std::size_t n = s.log_probs.size();
  require(s.mask.empty() || s.mask.size() == n, "one mask per step");
  require(s.reference.empty() || s.reference.size() == n, "one reference per step");
  for (std::size_t t = 0; t < n; ++t) {
    require(s.mask.empty() || s.mask[t] <= 1, "a mask is 0 or 1");
    if (!s.mask.empty() && s.mask[t] == 0) continue;
    require(ra::is_finite(s.log_probs[t]) || ra::is_neg_inf(s.log_probs[t]), "a log-probability");
    if (!s.reference.empty()) require(ra::is_finite(s.reference[t]) || ra::is_neg_inf(s.reference[t]), "a reference");
  }
  require(s.view().log_probs.size() == n, "a view of all steps");
}
template <class T>
bool same_segment(const ra::step_segment<T>& a, const ra::step_segment<T>& b) {
  if (a.mask != b.mask || a.log_probs.size() != b.log_probs.size()) return false;
  for (std::size_t t = 0; t < a.log_probs.size(); ++t) {
    if (!a.mask.empty() && a.mask[t] == 0) continue;
    if (a.log_probs[t] < b.log_probs[t] || b.log_probs[t] < a.log_probs[t]) return false;
  }
  return a.reference.size() == b.reference.size();
}

template <class T>
void check_steps(std::string_view text, const ra::pairs_io_options& options) {
  const auto read = attempt([&] { return ra::parse_step_pairs<T>(text, input_name, options); });
  if (!read) return;
  require(read->pairs.size() == read->report.records, "every record is a pair");
  require(read->segments.size() == 2 * read->pairs.size() && read->views().size() == read->segments.size(),
          "two segments per pair");
  for (const auto& s : read->segments) check_segment(s);
  std::string lines;
  for (const ra::preference_pair& p : read->pairs) {
    require(p.label >= 0 && p.label <= 1 && ra::is_finite(p.gap), "a label and a gap");
    lines += io::json{{"chosen", steps(read->segments[p.preferred])},
                      {"rejected", steps(read->segments[p.rejected])},
                      {"label", p.label},
                      {"gap", p.gap}}
                 .dump() +
             "\n";
  }
  if (lines.empty()) return;
  std::string why;
  const auto again = attempt([&] { return ra::parse_step_pairs<T>(lines, input_name); }, why);
  require(again.has_value(), "what is written can be read", why + "\n" + lines);
  for (std::size_t i = 0; i < read->segments.size(); ++i)
    require(same_segment(read->segments[i], again->segments[i]), "segments survive writing", lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  for (const io::bad_lines on_bad : {io::bad_lines::refuse, io::bad_lines::skip}) {
    ra::pairs_io_options options;
    options.on_bad = on_bad;
    check_texts(text, options);
    check_steps<float>(text, options);
    check_steps<double>(text, options);
  }
  return 0;
}
