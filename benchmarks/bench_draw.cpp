// SPDX-License-Identifier: MIT
// Draws: from a row of logits, from the arithmetic and from the geometric mix of policies, without writing the mix.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/mix/mix.hpp>
#include <realign/mix/sample.hpp>

#include "rows_data.hpp"

namespace bench {
namespace {

namespace library {

/// @param draw  a choice, given the problem, the set and a generator
template <class T, class Draw>
action with_generator(const draws<T>& in, const Draw& draw) {
  return [=, random = realign::random_generator(1)](std::size_t set) mutable { *in.choice = draw(in, set, random); };
}

template <class T>
action draw_row(const draws<T>& problem) {
  return with_generator(problem, [](const auto& in, std::size_t set, auto& random) {
    return realign::simd::draw(view(in, set).row(0), random);
  });
}
template <class T>
action draw_arithmetic(const draws<T>& problem) {
  return with_generator(problem, [](const auto& in, std::size_t set, auto& random) {
    return realign::mix::sample(realign::mix::arithmetic, view(in, set), in.weights, random).choice;
  });
}
template <class T>
action draw_geometric(const draws<T>& problem) {
  return with_generator(problem, [](const auto& in, std::size_t set, auto& random) {
    return realign::mix::sample(realign::mix::geometric, view(in, set), in.weights, random).choice;
  });
}

}  // namespace library

/// Draws, judged by the distribution of many.
template <class T>
class draws_data {
 public:
  /// @param mix  the kernel whose probabilities (or their logs) are those of the draws
  draws_data(const char* mix, bool logs, const rows_shape& shape)
      : in_(rows_inputs<T>::of(shape)), shape_(shape), room_(shape.choices), below_(shape.choices + 1) {
    const auto p = rows_reference<double>(mix, static_cast<const rows<T>&>(problem()), shape.choices);
    for (std::size_t a = 0; a < p.size(); ++a) below_[a + 1] = below_[a] + (logs ? std::exp(p[a]) : p[a]);
  }
  [[nodiscard]] draws<T> problem() {
    return {{in_.logits.data(), shape_.count, shape_.choices, shape_.sets(), in_.weights, {}, room_.data()}, &choice_};
  }
  /// Kolmogorov's statistic, sqrt(n) times the largest distance of two distribution functions: above 2.2 for one in
  /// 10000 who draw rightly. A choice counts as a random point among its probability.
  [[nodiscard]] double error(const action& run) {
    constexpr std::size_t n = 64;
    realign::random_generator random(2);
    std::vector<double> at;
    for (std::size_t k = 0; k < n; ++k) {
      choice_ = shape_.choices;
      run(0);
      if (choice_ >= shape_.choices) return std::numeric_limits<double>::infinity();
      at.push_back(below_[choice_] + realign::uniform(random) * (below_[choice_ + 1] - below_[choice_]));
    }
    std::sort(at.begin(), at.end());
    double distance = 0;
    for (std::size_t k = 0; k < n; ++k)
      distance = (std::max)(
          {distance, at[k] - static_cast<double>(k) / n, static_cast<double>(k + 1) / n - at[k]});
    return std::sqrt(static_cast<double>(n)) * distance;
  }

 private:
  const rows_inputs<T>& in_;
  rows_shape shape_;
  std::vector<T> room_;
  std::vector<double> below_;
  std::size_t choice_ = 0;
};

/// @param rows_read  of the shape's rows
void add_draw(const char* kernel, preparation<draws<float>> library, const char* mix, bool logs,
              const rows_shape& shape, std::size_t rows_read) {
  const double numbers = static_cast<double>(rows_read * shape.choices), bytes = numbers * sizeof(float);
  description d{.kernel = kernel,
                .name = shape.name<float>(),
                .elements = numbers,
                .bytes = bytes,
                .passes = {{.read = bytes, .working_set = shape.state == state::cold ? 256e6 : bytes}},
                .asked = shape.asked(),
                .tolerance = 2.2,
                .loose = 2.2,
                .sets = shape.sets()};
  add_all<draws_data<float>>(d, library, [=] { return std::make_unique<draws_data<float>>(mix, logs, shape); });
}

void add_mixes(const rows_shape& shape) {
  add_draw("draw_arithmetic", library::draw_arithmetic<float>, "arithmetic_probs", false, shape, 1);
  add_draw("draw_geometric", library::draw_geometric<float>, "geometric_log_probs", true, shape, shape.count);
}

}  // namespace

void register_cases() {
  for (const std::size_t v : {4U, 32U, 1024U, 128256U})
    add_draw("draw_row", library::draw_row<float>, "log_softmax", true, {1, v, state::warm, 'R'}, 1);
  for (const std::size_t n : {2U, 4U, 8U}) add_mixes({n, 128256});
  for (const std::size_t v : {4U, 32U, 1024U}) add_mixes({4, v});
  for (const state s : {state::masked, state::cold}) add_mixes({4, 128256, s});
}

}  // namespace bench
