// SPDX-License-Identifier: MIT
// Registers cases: each is done by the library and by everybody who offers its kernel, on the same data, checked and
// then timed.
#ifndef REALIGN_BENCHMARKS_HARNESS_HPP
#define REALIGN_BENCHMARKS_HARNESS_HPP

#include <benchmark/benchmark.h>

#include <concepts>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "baselines/limits.hpp"
#include "baselines/registry.hpp"
#include "data.hpp"

namespace bench {

/// Registers the cases of a program; every program defines it.
void register_cases();

/// How many contenders gave a wrong result so far.
inline std::size_t& failures() {
  static std::size_t count = 0;
  return count;
}

/// One case of a kernel, as its rows in the output describe it: <kernel>/<name>/<contender>.
struct description {
  std::string kernel;
  std::string name;      ///< sizes, then the number type: N4_V1024_f32
  double elements = 1;   ///< numbers read, each counted once
  double bytes = 0;      ///< read and written, each counted once
  std::vector<pass> passes = {};  ///< of the bound; none: no bound is stated
  unsigned asked = plain;         ///< which abilities it takes
  double tolerance = 0;           ///< error that the library may make
  double loose = 0;               ///< error that others may make
  std::size_t sets = 1;           ///< sets of inputs that are read in turn: many are colder than any cache
};

/// The data of a case: inputs, room for the answer, and a judge.
template <class D>
concept case_data = requires(D& d, const action& run) {
  d.problem();  // views of inputs and room, for the contenders
  { d.error(run) } -> std::convertible_to<double>;
};

/// Data whose answer is there after one run.
template <class Derived>
class judged_once {
 public:
  [[nodiscard]] double error(const action& run) {
    auto& self = static_cast<Derived&>(*this);
    self.forget();  // spoils the answer
    run(0);
    return self.judge();
  }
};

template <case_data D>
using problem_of = std::remove_cvref_t<decltype(std::declval<D&>().problem())>;

/// The data of a case, made when the first of its contenders runs.
template <case_data D>
class lazy {
 public:
  explicit lazy(std::function<std::unique_ptr<D>()> make) : make_(std::move(make)) {}
  D& get() {
    if (!data_) data_ = make_();
    return *data_;
  }

 private:
  std::function<std::unique_ptr<D>()> make_;
  std::unique_ptr<D> data_;
};

namespace detail {

inline bool is_right(benchmark::State& state, double error, double tolerance) {
  if (error <= tolerance) return true;
  ++failures();
  const std::string message =
      "wrong result: error " + std::to_string(error) + ", tolerance " + std::to_string(tolerance);
  state.SkipWithError(message.c_str());
  return false;
}

/// @param seconds  CPU time of all iterations
inline void count(benchmark::State& state, const description& d, double error, double seconds) {
  using benchmark::Counter;
  state.counters["per_elem"] = Counter(d.elements, Counter::kIsIterationInvariantRate | Counter::kInvert);
  state.counters["bytes"] = Counter(d.bytes, Counter::kIsIterationInvariantRate);
  state.counters["error"] = Counter(error);
  if (!d.passes.empty() && seconds > 0)
    state.counters["of_bound"] = Counter(bound(d.passes) * static_cast<double>(state.iterations()) / seconds);
}

}  // namespace detail

/// Registers one contender. Its result is checked before anything is measured; a wrong one fails the program.
///
/// Counters, all of CPU time: `per_elem` time per element, `bytes` per second, `error` against the reference,
/// `of_bound` the share of what the machine allows, `passes` over the choices where a solver counts them.
template <case_data D>
void add(const description& d, const std::string& name, std::shared_ptr<lazy<D>> data,
         std::function<action(const problem_of<D>&)> prepare, double tolerance) {
  const std::string full = d.kernel + "/" + d.name + "/" + name;
  benchmark::RegisterBenchmark(full.c_str(), [=](benchmark::State& state) {
    D& on = data->get();
    const action run = prepare(on.problem());
    const double error = on.error(run);
    if (!detail::is_right(state, error, tolerance)) return;
    std::size_t set = 0;
    const std::clock_t begin = std::clock();
    for ([[maybe_unused]] const auto iteration : state) {
      run(set);
      benchmark::ClobberMemory();
      set = set + 1 < d.sets ? set + 1 : 0;
    }
    detail::count(state, d, error, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    if constexpr (requires { on.passes(); })
      if (on.passes() > 0) state.counters["passes"] = benchmark::Counter(static_cast<double>(on.passes()));
  });
}

/// What the plain loops say about a problem: the reference, when it is one in a wider type.
template <class Problem>
void run_reference(const char* kernel, const Problem& problem) {
  for (const auto& who : contenders<Problem>(kernel, plain))
    if (std::strcmp(who.name, "loop") == 0) who.prepare(problem)(0);
}

/// Registers the library and everybody who offers the kernel.
/// @return the data, for further contenders
template <case_data D>
std::shared_ptr<lazy<D>> add_all(const description& d, preparation<problem_of<D>> library,
                                 std::function<std::unique_ptr<D>()> make) {
  const auto data = std::make_shared<lazy<D>>(std::move(make));
  add(d, "realign", data, library, d.tolerance);
  for (const auto& other : contenders<problem_of<D>>(d.kernel.c_str(), d.asked))
    add(d, other.name, data, other.prepare, d.loose);
  return data;
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_HARNESS_HPP
