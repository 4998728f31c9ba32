// SPDX-License-Identifier: MIT
// An executor over the task arena of oneTBB that the calling thread is in.
#ifndef REALIGN_ADAPT_ONETBB_HPP
#define REALIGN_ADAPT_ONETBB_HPP

#include <cstddef>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

namespace realign::inline v0::adapt {

/// Ranges cut and stolen by oneTBB's own partitioner.
struct onetbb {
  std::size_t grain = 1;  ///< ranges of so few items, or fewer, are not cut

  template <class Body>
  void operator()(std::size_t count, const Body& body) const {
    using range = tbb::blocked_range<std::size_t>;
    tbb::parallel_for(range(0, count, grain > 0 ? grain : 1),
                      [&body](const range& r) noexcept { body(r.begin(), r.end()); });
  }
};

}  // namespace realign::inline v0::adapt

#endif  // REALIGN_ADAPT_ONETBB_HPP
