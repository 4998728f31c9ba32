// SPDX-License-Identifier: MIT
// Where the work of a batch runs: a parallel-for of the caller's. The library starts no thread of its own.
#ifndef REALIGN_CORE_EXECUTOR_HPP
#define REALIGN_CORE_EXECUTOR_HPP

#include <cstddef>

namespace realign::inline v0 {

namespace detail {
/// What an executor runs, for the concept alone.
struct any_body {
  void operator()(std::size_t begin, std::size_t end) const noexcept;
};
}  // namespace detail

/// `ex(count, body)` calls `body(begin, end)` for ranges that cover [0, count) without overlap, in any order and on
/// any threads, and returns when all calls have returned; later code sees what they wrote. With count = 0 nothing is
/// called.
///
/// A body is noexcept, may be called from several threads at once, and computes each item alone: results do not depend
/// on how the range is cut. A lambda around a thread pool is an executor; `serial`, `adapt::openmp` and
/// `adapt::onetbb` are ready.
template <class E>
concept executor = requires(const E& ex, std::size_t count, const detail::any_body& body) { ex(count, body); };

/// The executor of every batch that names none: one call, on the thread of the caller.
struct serial {
  template <class Body>
  void operator()(std::size_t count, const Body& body) const noexcept {
    if (count > 0) body(std::size_t{0}, count);
  }
};

}  // namespace realign::inline v0

#endif  // REALIGN_CORE_EXECUTOR_HPP
