// SPDX-License-Identifier: MIT
// Who does what beside the library: contenders offer kernels, benchmarks ask for them by name.
#ifndef REALIGN_BENCHMARKS_BASELINES_REGISTRY_HPP
#define REALIGN_BENCHMARKS_BASELINES_REGISTRY_HPP

#include <cstddef>
#include <cstring>
#include <functional>
#include <typeinfo>
#include <vector>

// All else in the contenders' library stays inside: their Eigen is built for other instruction sets
// than the Eigen of the programs, under the same names.
#if defined(__GNUC__)
#define BENCH_SHARED __attribute__((visibility("default")))
#else
#define BENCH_SHARED
#endif

namespace bench {

/// What is timed. Its argument says which set of inputs to read: 0 unless the problem has several.
using action = std::function<void(std::size_t)>;

/// Makes all ready for a problem, whose arrays outlive the action.
template <class Problem>
using preparation = action (*)(const Problem&);

/// What a case asks for beside finite numbers. Contenders that are not able to are left out.
enum ability : unsigned {
  plain = 0,
  infinities = 1,  ///< logits of minus infinity
  masks = 2,       ///< a byte per choice
};

template <class Problem>
struct contender {
  const char* name;
  preparation<Problem> prepare;
};

namespace detail {

struct entry {
  const char* kernel;
  const char* problem;  // the name of its type
  const char* name;
  unsigned able;
  void (*prepare)();  // a preparation<Problem>
};
BENCH_SHARED void remember(const entry& e);
BENCH_SHARED const std::vector<entry>& entries();

}  // namespace detail

/// Offers a kernel for one type of problem.
template <class Problem>
void offer(const char* kernel, const char* name, preparation<Problem> prepare, unsigned able) {
  detail::remember({kernel, typeid(Problem).name(), name, able, reinterpret_cast<void (*)()>(prepare)});
}

/// Those who offer the kernel for this type of problem and are able to do what is asked for.
template <class Problem>
std::vector<contender<Problem>> contenders(const char* kernel, unsigned asked) {
  std::vector<contender<Problem>> found;
  for (const detail::entry& e : detail::entries())
    if (std::strcmp(e.kernel, kernel) == 0 && std::strcmp(e.problem, typeid(Problem).name()) == 0 &&
        (e.able & asked) == asked)
      found.push_back({e.name, reinterpret_cast<preparation<Problem>>(e.prepare)});
  return found;
}

/// A kernel that needs no storage of its own, as an action.
template <auto Kernel, class Problem>
action repeat(const Problem& problem) {
  return [problem](std::size_t set) { Kernel(problem, set); };
}

/// What the output says about the contenders: versions, instruction sets.
struct fact {
  const char* name;
  const char* value;
};
BENCH_SHARED void note(const fact& f);
BENCH_SHARED const std::vector<fact>& facts();

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_BASELINES_REGISTRY_HPP
