// SPDX-License-Identifier: MIT
// The version of the library, in the only place where it is written: the build reads it from here.
#ifndef REALIGN_CORE_VERSION_HPP
#define REALIGN_CORE_VERSION_HPP

/// Until 1.0 a minor step may break an interface; a patch step never does.
#define REALIGN_VERSION_MAJOR 0
#define REALIGN_VERSION_MINOR 1
#define REALIGN_VERSION_PATCH 0

namespace realign::inline v0 {

/// The macros above, for code that does not branch in the preprocessor.
inline constexpr int version_major = REALIGN_VERSION_MAJOR;
inline constexpr int version_minor = REALIGN_VERSION_MINOR;
inline constexpr int version_patch = REALIGN_VERSION_PATCH;

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_VERSION_HPP
