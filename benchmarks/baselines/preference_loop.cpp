// SPDX-License-Identifier: MIT
// Preference losses by plain loops.
#include "preference.hpp"

#include <vector>

#include "cpl_loop.hpp"

namespace bench::BENCH_LOOP {
namespace {

template <class T>
void cpl_action(const cpl_batch<T>& in, std::size_t) {
  cpl(in);
}

template <class T>
action all_pairs(const ranking<T>& problem) {
  return [in = problem, scores = std::vector<T>(problem.segments),
          slopes = std::vector<T>(problem.segments)](std::size_t) mutable {
    for (std::size_t k = 0; k < in.segments; ++k) {
      scores[k] = slopes[k] = 0;
      T weight = static_cast<T>(cpl_alpha);
      for (std::size_t t = 0; t < in.steps; ++t, weight *= static_cast<T>(cpl_gamma))
        scores[k] += weight * in.log_probs[k * in.steps + t];
    }
    T loss = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < in.segments; ++i)
      for (std::size_t j = 0; j < in.segments; ++j) {
        if (!(in.ranks[i] > in.ranks[j])) continue;
        const T h = scores[i] - static_cast<T>(cpl_lambda) * scores[j];
        const T slope = slope_of_minus(h);
        loss += softplus_of_minus(h);
        slopes[i] += slope;
        slopes[j] -= static_cast<T>(cpl_lambda) * slope;
        ++count;
      }
    for (std::size_t k = 0; k < in.segments; ++k) {
      T weight = static_cast<T>(cpl_alpha) * slopes[k] / static_cast<T>(count);
      for (std::size_t t = 0; t < in.steps; ++t, weight *= static_cast<T>(cpl_gamma))
        in.gradient[k * in.steps + t] = weight;
    }
    *in.loss = loss / static_cast<T>(count);
  };
}

template <class T>
void offer_all() {
  offer<cpl_batch<T>>("cpl", name, repeat<cpl_action<T>>, plain);
  offer<ranking<T>>("all_pairs", name, all_pairs<T>, plain);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  if constexpr (exact) offer_all<long double>();
  return true;
}();

}  // namespace
}  // namespace bench::BENCH_LOOP
