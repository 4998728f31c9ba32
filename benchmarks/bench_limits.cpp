// SPDX-License-Identifier: MIT
// What one core allows: bandwidth by working set, exponentials, multiply-adds. The library's own exponentials beside
// those of a bare loop over vectors.
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <realign/simd/log_sum_exp.hpp>

#include "harness.hpp"

namespace bench {
namespace {

/// n floats to read, and room for as many.
struct stream {
  const float* x;
  float* to;
  std::size_t n;
  float* out;  ///< the sum; for a copy its last number
};

void read(const stream& in, std::size_t) { *in.out = limits::read(in.x, in.n); }
void copy(const stream& in, std::size_t) {
  limits::copy(in.x, in.to, in.n);
  *in.out = in.to[in.n - 1];
}
void sum_exp(const stream& in, std::size_t) { *in.out = std::log(limits::sum_exp(in.x, in.n)); }
void library_sum_exp(const stream& in, std::size_t) {
  *in.out = static_cast<float>(realign::simd::log_sum_exp(realign::vector_view<const float>(in.x, in.n)));
}
void multiply_add(const stream& in, std::size_t) { *in.out = limits::multiply_add(in.n); }

/// Arrays on whole cache lines.
class stream_data : public judged_once<stream_data> {
 public:
  stream_data(std::size_t n, bool copies, double expected)
      : lines_(n / 16 * (copies ? 2 : 1)), n_(n), expected_(expected) {
    for (line& l : lines_)
      for (float& x : l.x) x = value;
  }
  static constexpr float value = -0.5F;
  [[nodiscard]] stream problem() {
    float* x = lines_.front().x;
    return {x, x + (16 * lines_.size() - n_), n_, &out_};
  }
  void forget() { out_ = std::numeric_limits<float>::quiet_NaN(); }
  /// Long sums are rough, and no contest: they only show that all was read.
  [[nodiscard]] double judge() const {
    return std::abs(static_cast<double>(out_) - expected_) / (1 + std::abs(expected_));
  }

 private:
  struct alignas(64) line {
    float x[16];
  };
  std::vector<line> lines_;
  std::size_t n_;
  double expected_;
  float out_ = 0;
};

/// @param n  floats to read, or multiply-adds in each lane
void add_stream(const description& d, const char* contender, preparation<stream> prepare, std::size_t n,
                double expected, bool copies = false) {
  const auto make = [=] { return std::make_unique<stream_data>(n, copies, expected); };
  add<stream_data>(d, contender, std::make_shared<lazy<stream_data>>(make), prepare, 0.1);
}

void add_working_set(std::size_t kib) {
  constexpr double value = stream_data::value;
  const std::string size = kib >= 1024 ? std::to_string(kib / 1024) + "MiB_f32" : std::to_string(kib) + "KiB_f32";
  const std::size_t n = kib * 1024 / sizeof(float);
  const double count = static_cast<double>(n);
  description d{.kernel = "limit_read", .name = size, .elements = count, .bytes = count * sizeof(float)};
  add_stream(d, "vectors", repeat<read>, n, value * count);
  d.kernel = "limit_copy";
  add_stream(d, "vectors", repeat<copy>, n / 2, value, true);
  d.kernel = "limit_exp";
  add_stream(d, "vectors", repeat<sum_exp>, n, std::log(count) + value - 1);
  add_stream(d, "realign", repeat<library_sum_exp>, n, std::log(count) + value);
}

}  // namespace

void register_cases() {
  for (const std::size_t kib : {16U, 256U, 1024U, 8192U, 262144U}) add_working_set(kib);
  constexpr std::size_t times = 1024;
  add_stream({.kernel = "limit_multiply_add",
              .name = "registers_f32",
              .elements = static_cast<double>(times * limits::madd_lanes())},
             "vectors", repeat<multiply_add>, times, static_cast<double>(limits::multiply_add(times)));
}

}  // namespace bench
