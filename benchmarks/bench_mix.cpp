// SPDX-License-Identifier: MIT
// Row kernels and combination rules beside plain loops and Eigen.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <realign/mix/mix.hpp>

#include "harness.hpp"
#include "mix_baselines.hpp"

namespace bench {
namespace {

template <class T>
[[nodiscard]] realign::matrix_view<const T> view(const mix_input<T>& in) {
  return {in.logits, in.policies, in.choices};
}

struct library_log_sum_exp {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    out[0] = static_cast<T>(realign::simd::log_sum_exp(view(in).row(0), in.allowed));
  }
};

struct library_log_softmax {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    realign::simd::log_softmax(view(in).row(0), realign::vector_view<T>(out), in.allowed);
  }
};

template <bool Logs>
struct library_arithmetic {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    if constexpr (Logs)
      benchmark::DoNotOptimize(realign::mix::arithmetic(view(in), in.weights, out, in.allowed));
    else
      benchmark::DoNotOptimize(
          realign::mix::arithmetic(view(in), in.weights, realign::as_probs(out), in.allowed));
  }
};

struct library_geometric {
  template <class T>
  void operator()(const mix_input<T>& in, std::span<T> out) {
    benchmark::DoNotOptimize(realign::mix::geometric(view(in), in.weights, out, in.allowed));
  }
};

/// The same logits for every case of this type and size.
template <class T>
const std::vector<T>& logits_of(std::size_t choices) {
  return cached<std::vector<T>>("logits" + std::to_string(choices),
                                [=] { return normals<T>(8 * choices, 3.0, choices); });
}

/// Weights 1 : 2 : ... : n.
const std::vector<double>& weights_of(std::size_t n) {
  return cached<std::vector<double>>("weights" + std::to_string(n), [=] {
    std::vector<double> w(n);
    for (std::size_t i = 0; i < n; ++i)
      w[i] = 2 * static_cast<double>(i + 1) / static_cast<double>(n * (n + 1));
    return w;
  });
}

const std::vector<unsigned char>& mask_of(std::size_t choices) {
  return cached<std::vector<unsigned char>>("mask" + std::to_string(choices),
                                            [=] { return half_mask(choices, choices); });
}

template <class T>
mix_input<T> input(std::size_t policies, std::size_t choices, bool masked) {
  mix_input<T> in{logits_of<T>(choices).data(), policies, choices, weights_of(policies), {}};
  if (masked) in.allowed = mask_of(choices);
  return in;
}

/// What the loops say in a wider type.
template <class T, class Loop>
const std::vector<wide<T>>& reference(const std::string& name, const mix_input<T>& in,
                                      std::size_t size) {
  return cached<std::vector<wide<T>>>(name, [&] {
    const std::vector<wide<T>> rows(in.logits, in.logits + in.policies * in.choices);
    const mix_input<wide<T>> w{rows.data(), in.policies, in.choices, in.weights, in.allowed};
    std::vector<wide<T>> out(size);
    Loop{}(w, std::span<wide<T>>(out));
    return out;
  });
}

template <class T, class F>
struct mix_job {
  mix_input<T> in;
  const std::vector<wide<T>>& expected;
  double tolerance;
  std::vector<T> out = std::vector<T>(expected.size());
  F f = {};
  double elements = static_cast<double>(in.policies * in.choices);
  double bytes = static_cast<double>((in.policies * in.choices + expected.size()) * sizeof(T) +
                                     in.allowed.size());

  void run() { f(in, std::span<T>(out)); }
  [[nodiscard]] double error() const {
    return largest_error(std::span<const T>(out), std::span<const wide<T>>(expected));
  }
};

template <class T, class F, class Loop>
void add_contender(const std::string& name, const std::string& contender, std::size_t policies,
                   std::size_t choices, bool masked, bool one_number, double tolerance) {
  add(name + "/" + contender, [=] {
    const mix_input<T> in = input<T>(policies, choices, masked);
    const auto& expected = reference<T, Loop>(name, in, one_number ? 1 : choices);
    return mix_job<T, F>{in, expected, tolerance};
  });
}

template <class T, class Library, class Loop, class Arrays>
void add_case(const std::string& kind, std::size_t policies, std::size_t choices, bool masked,
              bool one_number = false) {
  const bool single = std::is_same_v<T, float>;
  const std::string name = kind + (masked ? "_masked/" : "/") + type_name<T> +
                           (policies > 1 ? "/N" + std::to_string(policies) : "") + "/V" +
                           std::to_string(choices);
  // sums of 128256 floats in one float are off in the fourth digit
  const double loose = single ? 1e-3 : 1e-11;
  add_contender<T, Library, Loop>(name, "realign", policies, choices, masked, one_number,
                                  single ? 1e-6 : 1e-14);
  add_contender<T, Loop, Loop>(name, "loop", policies, choices, masked, one_number, loose);
  add_contender<T, Arrays, Loop>(name, "eigen", policies, choices, masked, one_number, loose);
}

template <class T>
void add_rows(std::size_t v, bool masked) {
  add_case<T, library_log_sum_exp, loop::log_sum_exp_of_row, eigen::log_sum_exp_of_row>(
      "log_sum_exp", 1, v, masked, true);
  add_case<T, library_log_softmax, loop::log_softmax, eigen::log_softmax>("log_softmax", 1, v,
                                                                          masked);
}

template <class T>
void add_mixes(std::size_t n, std::size_t v, bool masked) {
  add_case<T, library_arithmetic<false>, loop::arithmetic<false>, eigen::arithmetic<T, false>>(
      "arithmetic_probs", n, v, masked);
  add_case<T, library_arithmetic<true>, loop::arithmetic<true>, eigen::arithmetic<T, true>>(
      "arithmetic_log_probs", n, v, masked);
  add_case<T, library_geometric, loop::geometric, eigen::geometric>("geometric", n, v, masked);
}

template <class T>
void add_type() {
  for (const std::size_t v : row_sizes) {
    for (const bool masked : {false, true}) add_rows<T>(v, masked);
    for (const std::size_t n : policy_counts) add_mixes<T>(n, v, false);
    add_mixes<T>(4, v, true);
  }
}

}  // namespace

void register_cases() {
  add_type<float>();
  add_type<double>();
}

}  // namespace bench
