// SPDX-License-Identifier: MIT
#include "expectation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <realign/core/float_bits.hpp>

namespace golden {

namespace ra = realign;

std::string to_text(double x) {
  if (ra::is_nan(x)) return "nan";
  if (!ra::is_finite(x)) return ra::is_neg_inf(x) ? "-inf" : "inf";
  char text[40];
  for (const int digits : {15, 17}) {
    std::snprintf(text, sizeof text, "%.*g", digits, x);
    const double again = std::stod(text);
    if (!(again < x) && !(again > x)) break;
  }
  return text;
}

double to_number(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "inf") return ra::pos_infinity<double>();
  if (value == "-inf") return ra::neg_infinity<double>();
  if (value == "nan") return ra::not_a_number<double>();
  throw std::runtime_error("not a number: " + value.dump());
}

void findings::differ(std::string field, std::string expected, std::string got) {
  differences_.push_back({std::move(field), std::move(expected), std::move(got)});
}

void findings::complain_of_unseen(const json& root) {
  if (!walk(root, "") && differences_.empty()) differ("", "something to compare", "nothing");
}

// True when something at or below the node was looked at.
bool findings::walk(const json& node, const std::string& field) {
  if (seen_.contains(&node)) return true;
  if (!node.is_structured() || node.empty()) {
    if (!field.empty()) differ(field, node.dump(), "field not checked");
    return false;
  }
  bool any = false;
  for (const auto& [key, member] : node.items()) {
    const std::string name = node.is_array() ? "[" + key + "]" : (field.empty() ? "" : ".") + key;
    any = walk(member, field + name) || any;
  }
  return any;
}

std::optional<expectation> expectation::find(std::string_view key) const {
  const std::string name(key);
  if (!value_->is_object() || !value_->contains(name)) return std::nullopt;
  expectation member = *this;
  member.value_ = &value_->at(name);
  member.field_ += (field_.empty() ? "" : ".") + name;
  return member;
}

expectation expectation::at(std::string_view key) const {
  if (auto member = find(key)) return *member;
  throw std::runtime_error("the case has no expected field " + field_ +
                           (field_.empty() ? "" : ".") + std::string(key));
}

expectation expectation::operator[](std::size_t i) const {
  expectation element = *this;
  element.value_ = &value_->at(i);
  element.field_ += "[" + std::to_string(i) + "]";
  return element;
}

expectation expectation::within(tolerance other) const {
  expectation same = *this;
  same.within_ = other;
  return same;
}

expectation expectation::at_least_within(tolerance other) const {
  return within(
      {(std::max)(within_.absolute, other.absolute), (std::max)(within_.relative, other.relative)});
}

void expectation::number(double got) const {
  into_->saw(*value_);
  if (is_null() && null_is_free_) return;
  if (!value_->is_number() && !value_->is_string()) return differ(value_->dump(), to_text(got));
  const double e = to_number(*value_);
  // Bits first: comparisons of infinities and NaN may be folded away under -ffast-math.
  const bool both_finite = ra::is_finite(e) && ra::is_finite(got);
  const bool same_kind = (ra::is_nan(e) && ra::is_nan(got)) ||
                         (ra::is_pos_inf(e) && ra::is_pos_inf(got)) ||
                         (ra::is_neg_inf(e) && ra::is_neg_inf(got));
  const bool close =
      both_finite && std::fabs(got - e) <= within_.absolute + within_.relative * std::fabs(e);
  if (!close && !same_kind) differ(to_text(e), to_text(got));
}

void expectation::text(std::string_view got) const {
  into_->saw(*value_);
  if (*value_ != std::string(got)) differ(value_->dump(), std::string(got));
}

bool expectation::expect_array(std::size_t size) const {
  if (is_null() && null_is_free_) {
    into_->saw(*value_);
    return false;
  }
  if (value_->is_array() && value_->size() == size) {
    if (size == 0) into_->saw(*value_);
    return size > 0;
  }
  differ(value_->is_array() ? std::to_string(value_->size()) + " numbers" : value_->dump(),
         std::to_string(size) + " numbers");
  return false;
}

void expectation::complain(std::string about, std::string expected, std::string got) const {
  into_->differ(field_.empty() ? std::move(about) : field_ + ": " + about, std::move(expected),
                std::move(got));
}

void expectation::differ(std::string expected, std::string got) const {
  into_->saw(*value_);
  into_->differ(field_, std::move(expected), std::move(got));
}

const json& expectation::judged_by_caller() const {
  into_->saw(*value_);
  return *value_;
}

}  // namespace golden
