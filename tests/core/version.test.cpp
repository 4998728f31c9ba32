// SPDX-License-Identifier: MIT
// The version in the header, as constants, and as the build read it.
#include <realign/core/version.hpp>

#include <doctest/doctest.h>

#include <string>

TEST_CASE("the constants are the macros") {
  static_assert(realign::version_major == REALIGN_VERSION_MAJOR);
  static_assert(realign::version_minor == REALIGN_VERSION_MINOR);
  static_assert(realign::version_patch == REALIGN_VERSION_PATCH);
}

TEST_CASE("the build system read the same version") {
  const std::string version = std::to_string(realign::version_major) + "." +
                              std::to_string(realign::version_minor) + "." +
                              std::to_string(realign::version_patch);
  CHECK(version == REALIGN_PROJECT_VERSION);
}
