// SPDX-License-Identifier: MIT
// What happens on wrong use (contract_error) and on bad input files (input_error).
#ifndef REALIGN_CORE_CONTRACT_HPP
#define REALIGN_CORE_CONTRACT_HPP

#include <concepts>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <realign/core/detail/atomic_value.hpp>

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define REALIGN_EXCEPTIONS 1
#else
#define REALIGN_EXCEPTIONS 0
#endif

namespace realign::inline v0 {

/// Wrong use of the library: a shape, a weight, a NaN, a hyper-parameter. The message names the argument,
/// what was expected and what came.
class contract_error : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// A file that cannot be read. The message names the file, the place in it and the field.
class input_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

#if !REALIGN_EXCEPTIONS
/// Called with the message where an exception would be thrown, in builds without exceptions. It must not
/// return; if it does, the program is trapped.
using failure_handler = void (*)(const char* message);

namespace detail {
inline atomic_value<failure_handler>& current_failure_handler() noexcept {
  static atomic_value<failure_handler> handler{nullptr};
  return handler;
}
}  // namespace detail

/// Replaces the handler of builds without exceptions; returns the one before. Null means: trap.
inline failure_handler set_failure_handler(failure_handler handler) noexcept {
  return detail::current_failure_handler().exchange(handler);
}
#endif

namespace detail {

inline void append(std::string& to, std::string_view text) { to.append(text); }
inline void append(std::string& to, const char* text) { to.append(text); }
inline void append(std::string& to, bool value) { to.append(value ? "true" : "false"); }
template <std::integral I>
void append(std::string& to, I value) {
  to.append(std::to_string(value));
}
template <std::floating_point F>
void append(std::string& to, F value) {
  char text[32];
  const int n = std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
  to.append(text, n > 0 ? static_cast<std::size_t>(n) : 0U);
}

/// Throws `Error`, or calls the handler where exceptions are off.
template <class Error>
[[noreturn]] void fail(const std::string& message) {
#if REALIGN_EXCEPTIONS
  throw Error(message);
#else
  if (const failure_handler handler = current_failure_handler().load()) handler(message.c_str());
#if defined(_MSC_VER)
  __fastfail(7);
#else
  __builtin_trap();
#endif
#endif
}

#if defined(__GNUC__)
#define REALIGN_COLD [[gnu::cold, gnu::noinline]]
#define REALIGN_NOINLINE [[gnu::noinline]]
// For what takes views and hands on pointers: views that are passed in memory, just written there in halves, cost a call of
// a few choices half of its time.
#define REALIGN_ALWAYS_INLINE [[gnu::always_inline]] inline
#else
#define REALIGN_COLD
#define REALIGN_NOINLINE
#define REALIGN_ALWAYS_INLINE inline
#endif

template <class... Got>
REALIGN_COLD [[noreturn]] void contract_failure(std::string_view argument, std::string_view expected,
                                                const Got&... got) {
  std::string message;
  append(message, argument);
  append(message, ": expected ");
  append(message, expected);
  append(message, ", got ");
  (append(message, got), ...);
  fail<contract_error>(message);
}

}  // namespace detail

/// Checks a precondition.
///
/// @param ok        the condition
/// @param argument  name of the argument it is about
/// @param expected  what the argument should have been, after the word "expected"
/// @param got       what came: text and numbers, joined; formatted only on failure
/// @throws contract_error "argument: expected ..., got ..."
template <class... Got>
constexpr void expects(bool ok, std::string_view argument, std::string_view expected,
                       const Got&... got) {
  if (!ok) [[unlikely]] {
    detail::contract_failure(argument, expected, got...);
  }
}

/// Reports a file that cannot be read.
///
/// @param file   its name
/// @param place  line, scene or record, as text
/// @param what   the field and what is wrong with it: text and numbers, joined
/// @throws input_error "file: place: what"
template <class... What>
REALIGN_COLD [[noreturn]] void input_failure(std::string_view file, std::string_view place,
                                             const What&... what) {
  std::string message(file);
  message.append(": ").append(place);
  if (!place.empty()) message.append(": ");
  (detail::append(message, what), ...);
  detail::fail<input_error>(message);
}

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_CONTRACT_HPP
