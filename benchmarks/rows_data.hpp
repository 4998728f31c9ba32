// SPDX-License-Identifier: MIT
// Rows of logits: the data of the row kernels, mixes and draws.
#ifndef REALIGN_BENCHMARKS_ROWS_DATA_HPP
#define REALIGN_BENCHMARKS_ROWS_DATA_HPP

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <realign/core/view.hpp>

#include "baselines/rows.hpp"
#include "harness.hpp"

namespace bench {

/// How a case's choices are restricted, and where its logits come from.
enum class state : unsigned char {
  warm,     ///< one set of logits, over and over
  cold,     ///< so many sets in turn that they come from memory
  masked,   ///< every other logit is minus infinity, in all rows
  allowed,  ///< half of the choices are taken away by a mask of bytes
};

struct rows_shape {
  std::size_t count;
  std::size_t choices;
  bench::state state = bench::state::warm;
  char letter = 'N';  ///< what the rows are called in the case's name: N policies, R rows

  template <class T>
  [[nodiscard]] std::string name() const {
    constexpr const char* suffixes[] = {"", "_cold", "_masked", "_allowed"};
    return letter + std::to_string(count) + "_V" + std::to_string(choices) + "_" + type_name<T> +
           suffixes[static_cast<std::size_t>(state)];
  }
  [[nodiscard]] double numbers() const { return static_cast<double>(count * choices); }
  /// 192 MiB of float logits when cold.
  [[nodiscard]] std::size_t sets() const {
    return state == bench::state::cold ? (std::size_t{48} << 20) / (count * choices) : 1;
  }
  [[nodiscard]] unsigned asked() const {
    return state == bench::state::masked ? infinities : state == bench::state::allowed ? masks : plain;
  }
};

/// Logits as a policy gives them: normal, a few high ones.
template <class T>
std::vector<T> make_logits(const rows_shape& shape) {
  const std::size_t n = shape.count * shape.choices;
  std::vector<T> x = normals<T>(n, 3.0, n);
  if (shape.choices >= 16)
    for (std::size_t i = 0; i < shape.count; ++i) x[i * shape.choices + 7 * i % shape.choices] += T(12);
  if (shape.state == state::masked)
    for (std::size_t a = 0; a < n; ++a)
      if (a % shape.choices % 2 == 1) x[a] = -std::numeric_limits<T>::infinity();
  std::vector<T> all(x);
  all.reserve(n * shape.sets());
  for (std::size_t s = 1; s < shape.sets(); ++s) all.insert(all.end(), x.begin(), x.end());
  return all;
}

/// Every other choice on average; the first is always allowed.
inline std::vector<unsigned char> half_mask(std::size_t n) {
  realign::random_generator random(n);
  std::vector<unsigned char> mask(n);
  for (unsigned char& m : mask) m = static_cast<unsigned char>(random() & 1U);
  mask[0] = 1;
  return mask;
}

/// Inputs that the kernels of one shape share.
template <class T>
struct rows_inputs {
  std::vector<T> logits;
  std::vector<double> weights;
  std::vector<unsigned char> mask;

  static const rows_inputs& of(const rows_shape& shape) {
    return cached<rows_inputs>(shape.name<T>(), [&] {
      return rows_inputs{make_logits<T>(shape), rising_weights(shape.count),
                         shape.state == state::allowed ? half_mask(shape.choices) : std::vector<unsigned char>{}};
    });
  }
};

/// What the plain loops say in a wider type.
template <class W, class T>
std::vector<W> rows_reference(const std::string& kernel, const rows<T>& in, std::size_t size) {
  const std::vector<W> logits(in.logits, in.logits + in.count * in.choices);
  std::vector<W> out(size);
  run_reference(kernel.c_str(), rows<W>{logits.data(), in.count, in.choices, 1, in.weights, in.allowed, out.data()});
  return out;
}

/// One kernel on rows of one shape.
template <class T>
class rows_data : public judged_once<rows_data<T>> {
 public:
  rows_data(const std::string& kernel, const rows_shape& shape, std::size_t size, compare by)
      : in_(rows_inputs<T>::of(shape)), shape_(shape), by_(by), out_(size) {
    expected_ = rows_reference<wide<T>>(kernel, problem(), size);
  }
  [[nodiscard]] rows<T> problem() {
    return {in_.logits.data(), shape_.count, shape_.choices, shape_.sets(), in_.weights, in_.mask, out_.data()};
  }
  void forget() { std::fill(out_.begin(), out_.end(), std::numeric_limits<T>::quiet_NaN()); }
  [[nodiscard]] double judge() const {
    return largest_error(std::span<const T>(out_), std::span<const wide<T>>(expected_), by_);
  }

 private:
  const rows_inputs<T>& in_;
  rows_shape shape_;
  compare by_;
  std::vector<T> out_;
  std::vector<wide<T>> expected_;
};

/// A kernel on rows, and what its cases have in common.
struct rows_kernel {
  const char* name;
  compare by;
  std::size_t (*outputs)(const rows_shape&);         ///< numbers written
  std::vector<pass> (*passes)(const rows_shape&);    ///< in float
};

/// Registers a case of a kernel.
template <class T>
void add_rows(const rows_kernel& kernel, const rows_shape& shape, preparation<rows<T>> library) {
  const bool single = sizeof(T) == sizeof(float);
  const std::size_t size = kernel.outputs(shape);
  description d{.kernel = kernel.name,
                .name = shape.name<T>(),
                .elements = shape.numbers(),
                .bytes = (shape.numbers() + static_cast<double>(size)) * sizeof(T),
                .passes = single ? kernel.passes(shape) : std::vector<pass>{},
                .asked = shape.asked(),
                .tolerance = single ? 2e-6 : 1e-14,
                // 128256 floats summed into one float are off in the fourth digit
                .loose = single ? 1e-3 : 1e-11,
                .sets = shape.sets()};
  if (single && shape.state == state::cold) d.passes.front().working_set = 256e6;
  add_all<rows_data<T>>(d, library,
                        [=] { return std::make_unique<rows_data<T>>(kernel.name, shape, size, kernel.by); });
}

/// The library's view of the rows of one set.
template <class T>
[[nodiscard]] realign::matrix_view<const T> view(const rows<T>& in, std::size_t set) {
  return {in.row(set, 0), in.count, in.choices};
}

}  // namespace bench

#endif  // REALIGN_BENCHMARKS_ROWS_DATA_HPP
