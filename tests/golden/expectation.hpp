// SPDX-License-Identifier: MIT
// Compares answers with the expected part of a golden case, and notices what nobody looked at.
#ifndef REALIGN_TESTS_GOLDEN_EXPECTATION_HPP
#define REALIGN_TESTS_GOLDEN_EXPECTATION_HPP

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <realign/core/view.hpp>
#include <realign/io/json.hpp>

namespace golden {

using realign::io::json;

/// x passes against e when |x - e| <= absolute + relative |e|.
struct tolerance {
  double absolute = 0;
  double relative = 0;
};

/// One number or word that is not as expected.
struct difference {
  std::string field;
  std::string expected;
  std::string got;
};

/// What came out of checking one case.
class findings {
 public:
  void differ(std::string field, std::string expected, std::string got);
  /// `what` has been compared, with everything below it.
  void saw(const json& what) { seen_.insert(&what); }
  /// Adds a difference for every field below `root` that nobody looked at, and one when nothing was
  /// compared at all.
  void complain_of_unseen(const json& root);
  [[nodiscard]] const std::vector<difference>& differences() const noexcept { return differences_; }

 private:
  bool walk(const json& node, const std::string& field);

  std::vector<difference> differences_;
  std::set<const json*> seen_;
};

/// A value in the expected part of a case. Comparing marks it as looked at.
class expectation {
 public:
  /// @param null_is_free  null means: do not compare
  expectation(const json& value, tolerance within, bool null_is_free, findings& into)
      : value_(&value), within_(within), null_is_free_(null_is_free), into_(&into) {}

  /// The member `key`. @throws std::runtime_error when there is none
  [[nodiscard]] expectation at(std::string_view key) const;
  [[nodiscard]] std::optional<expectation> find(std::string_view key) const;
  [[nodiscard]] expectation operator[](std::size_t i) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key).has_value(); }
  [[nodiscard]] bool is_null() const noexcept { return value_->is_null(); }
  /// The same value, compared with another tolerance.
  [[nodiscard]] expectation within(tolerance other) const;
  /// The same value, compared with the larger of two tolerances.
  [[nodiscard]] expectation at_least_within(tolerance other) const;

  void number(double got) const;
  void text(std::string_view got) const;
  /// An array as long as `got`.
  template <realign::scalar T>
  void numbers(realign::vector_view<const T> got) const {
    if (!expect_array(got.size())) return;
    for (std::size_t i = 0; i < got.size(); ++i) (*this)[i].number(static_cast<double>(got[i]));
  }
  void numbers(std::span<const double> got) const {
    numbers(realign::vector_view<const double>(got));
  }
  /// Arrays in an array.
  template <realign::scalar T>
  void rows(std::span<const std::vector<T>> got) const {
    if (!expect_array(got.size())) return;
    for (std::size_t i = 0; i < got.size(); ++i)
      (*this)[i].numbers(realign::vector_view<const T>(got[i].data(), got[i].size()));
  }
  /// Reports something about the answer that has no field of its own.
  void complain(std::string about, std::string expected, std::string got) const;
  /// Reports a difference that the caller found; counts as looked at.
  void differ(std::string expected, std::string got) const;
  /// Marks the value as looked at: the caller checks it in its own way.
  const json& judged_by_caller() const;

 private:
  bool expect_array(std::size_t size) const;

  const json* value_;
  tolerance within_;
  bool null_is_free_;
  findings* into_;
  std::string field_;
};

/// A number, or one of the strings "inf", "-inf", "nan". @throws std::runtime_error for anything
/// else
[[nodiscard]] double to_number(const json& value);
/// Shortest text that says which number it is.
[[nodiscard]] std::string to_text(double x);

}  // namespace golden

#endif  // REALIGN_TESTS_GOLDEN_EXPECTATION_HPP
