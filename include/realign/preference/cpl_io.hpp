// SPDX-License-Identifier: MIT
// Reads segments of continuous control from NPY arrays in the layout of the CPL reference code.
#ifndef REALIGN_PREFERENCE_CPL_IO_HPP
#define REALIGN_PREFERENCE_CPL_IO_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/io/npy.hpp>
#include <realign/preference/dataset.hpp>

namespace realign::inline v0 {

/// The files of a recording. The last two may be left out (empty).
struct cpl_files {
  std::string obs;     ///< N x T x o
  std::string action;  ///< N x T x a
  std::string reward;  ///< N x T
  std::string label;   ///< N (or N x 1): one number per segment, larger is better

  /// obs.npy, action.npy, reward.npy and label.npy in one folder.
  [[nodiscard]] static cpl_files in_folder(const std::string& folder) {
    return {folder + "/obs.npy", folder + "/action.npy", folder + "/reward.npy",
            folder + "/label.npy"};
  }
};

/// N segments of T steps with o observed features and a action dimensions. Owns the numbers.
template <scalar T>
struct cpl_recording {
  io::npy_array<T> obs;         ///< N x T x o
  io::npy_array<T> action;      ///< N x T x a
  io::npy_array<T> reward;      ///< N x T; empty when there is none
  io::npy_array<double> label;  ///< N; empty when there is none

  [[nodiscard]] std::size_t size() const noexcept { return obs.shape[0]; }
  [[nodiscard]] std::size_t length() const noexcept { return obs.shape[1]; }
  [[nodiscard]] std::size_t features() const noexcept { return obs.shape[2]; }
  [[nodiscard]] std::size_t dimensions() const noexcept { return action.shape[2]; }

  /// Rewards as `label_by_return` takes them.
  [[nodiscard]] matrix_view<const T> rewards() const noexcept {
    return {reward.values.data(), reward.values.empty() ? 0 : size(), length()};
  }
  /// The labels, as `fixed_pairs`, `random_pairs` and `every_pair` take them.
  [[nodiscard]] std::span<const double> labels() const noexcept { return label.values; }
  /// Keeps actions inside (-1, 1), for policies that end in tanh: clips to +-(1 - margin).
  void clip_actions(double margin = 1e-5) {
    expects(!is_nan(margin) && margin >= 0 && margin < 1, "margin", "a number in [0, 1)", margin);
    const T limit = static_cast<T>(1 - margin);
    for (T& x : action.values) x = (std::min)((std::max)(x, -limit), limit);
  }
};

/// A recording as training data for a `gaussian_policy`: states of their own, actions as views of
/// the recording, which must outlive it.
template <scalar T>
struct cpl_dataset {
  std::vector<std::vector<T>> states;  ///< N T of them; segments point at these
  preference_data<std::vector<T>, std::span<const T>> data;

  explicit cpl_dataset(const cpl_recording<T>& from) {
    const std::size_t n = from.size(), steps = from.length(), o = from.features(),
                      a = from.dimensions();
    states.reserve(n * steps);
    for (std::size_t k = 0; k < n; ++k) {
      recorded_segment<std::vector<T>, std::span<const T>> segment;
      for (std::size_t i = k * steps; i < (k + 1) * steps; ++i) {
        const T* at = from.obs.values.data() + i * o;
        states.emplace_back(at, at + o);
        segment.push_back(
            {&states.back(), std::span<const T>(from.action.values).subspan(i * a, a)});
      }
      data.add(std::move(segment));
    }
  }
  cpl_dataset(cpl_recording<T>&&) = delete;
  cpl_dataset(cpl_dataset&&) = default;
  cpl_dataset& operator=(cpl_dataset&&) = default;
};

namespace detail {

/// Reads one array and checks its first axes and that every number is one.
/// @param shape  what is known of the shape; 0: any length but zero
template <scalar T>
[[nodiscard]] io::npy_array<T> load_cpl_array(const std::string& file, const char* field,
                                              std::vector<std::size_t> shape) {
  io::npy_array<T> a = io::read_npy<T>(file);
  if (shape.size() == 1 && a.shape.size() == 2 && a.shape[1] == 1) a.shape.pop_back();
  bool same = a.shape.size() == shape.size();
  for (std::size_t i = 0; same && i < shape.size(); ++i)
    same = a.shape[i] > 0 && (shape[i] == 0 || a.shape[i] == shape[i]);
  if (!same) {
    const auto text = [](const std::vector<std::size_t>& lengths, std::string_view zero) {
      std::string s;
      for (const std::size_t n : lengths)
        s.append(s.empty() ? "" : " x ").append(n == 0 ? std::string(zero) : std::to_string(n));
      return s;
    };
    input_failure(file, "header", field, ": shape: expected ", text(shape, "any"), ", got ",
                  text(a.shape, "0"));
  }
  for (std::size_t i = 0; i < a.values.size(); ++i)
    if (!is_finite(a.values[i]))
      input_failure(file, io::detail::npy_place(a.shape, i), field,
                    ": expected a finite number, got ", is_nan(a.values[i]) ? "NaN" : "infinity");
  return a;
}

}  // namespace detail

/// Reads a recording. Numbers of other types are converted.
/// @throws input_error naming file, entry and field: a file that is no NPY array, shapes that do
///         not agree, an axis of length zero, NaN or infinity
template <scalar T>
[[nodiscard]] cpl_recording<T> load_cpl_recording(const cpl_files& files) {
  cpl_recording<T> r;
  r.obs = detail::load_cpl_array<T>(files.obs, "obs", {0, 0, 0});
  const std::size_t n = r.obs.shape[0], steps = r.obs.shape[1];
  r.action = detail::load_cpl_array<T>(files.action, "action", {n, steps, 0});
  if (!files.reward.empty())
    r.reward = detail::load_cpl_array<T>(files.reward, "reward", {n, steps});
  if (!files.label.empty()) r.label = detail::load_cpl_array<double>(files.label, "label", {n});
  return r;
}

}  // namespace realign::inline v0

#endif  // REALIGN_PREFERENCE_CPL_IO_HPP
