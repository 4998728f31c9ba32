// SPDX-License-Identifier: MIT
#include <realign/core/status.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string_view>

namespace ra = realign;
using ra::status;

namespace {
constexpr status all[] = {
    status::ok,         status::face,  status::infeasible,    status::no_gain,
    status::no_support, status::empty, status::not_converged, status::diverged};
}

TEST_CASE("every status has its own name") {
  std::set<std::string_view> names;
  for (const status s : all) names.insert(ra::to_string(s));
  CHECK(names.size() == 8);
  CHECK_FALSE(names.contains("unknown"));
  CHECK(ra::to_string(status::ok) == "ok");
  CHECK(ra::to_string(status::no_support) == "no_support");
  CHECK(ra::to_string(static_cast<status>(200)) == "unknown");
}

TEST_CASE("two of them come with an answer") {
  for (const status s : all) CHECK(ra::succeeded(s) == (s == status::ok || s == status::face));
  static_assert(ra::succeeded(status::face) && !ra::succeeded(status::not_converged));
}
