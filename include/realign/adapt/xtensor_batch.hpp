// SPDX-License-Identifier: MIT
// Batches of segments as xtensor tensors: ragged data padded at the end, with a mask.
#ifndef REALIGN_ADAPT_XTENSOR_BATCH_HPP
#define REALIGN_ADAPT_XTENSOR_BATCH_HPP

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/adapt/xtensor.hpp>
#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/view.hpp>
#include <realign/io/npy.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/segment.hpp>

namespace realign::inline v0::adapt {

/// A mask as a tensor: 1 where a step exists, 0 where it is padding.
using xtensor_mask = xt::xtensor<unsigned char, 2>;

/// B segments of up to L steps, as other frameworks take log-probabilities. Padding holds zeros.
template <scalar T>
struct xtensor_steps {
  xt::xtensor<T, 2> log_probs;  ///< B x L
  xt::xtensor<T, 2> reference;  ///< B x L; 0 x 0 when no segment has one
  xtensor_mask mask;            ///< B x L
};

/// B recorded segments of up to L steps in continuous control. Padding holds zeros.
template <scalar T>
struct xtensor_recording {
  xt::xtensor<T, 3> obs;     ///< B x L x features
  xt::xtensor<T, 3> action;  ///< B x L x dimensions
  xtensor_mask mask;         ///< B x L
};

/// The preferred and the rejected segments of B pairs, row p of either belonging to pair p.
template <scalar T>
struct xtensor_pairs {
  xtensor_recording<T> preferred;
  xtensor_recording<T> rejected;
  xt::xtensor<T, 1> label;  ///< B: probability that `preferred` is the better one
};

/// An array read from a file as a tensor of N axes. @throws contract_error for another number of
/// axes
template <std::size_t N, io::npy_number T>
[[nodiscard]] xt::xtensor<T, N> to_xtensor(const io::npy_array<T>& a) {
  expects(a.shape.size() == N, "array", "as many axes as the tensor", a.shape.size(), " for ", N);
  std::array<std::size_t, N> shape{};
  std::copy(a.shape.begin(), a.shape.end(), shape.begin());
  xt::xtensor<T, N> out(shape);
  std::copy(a.values.begin(), a.values.end(), out.storage().begin());
  return out;
}

/// Pads segments to the longest. Steps that a segment masks itself become padding where they are.
///
/// @throws contract_error when mask or reference do not fit, or only some segments have a reference
template <scalar T>
[[nodiscard]] xtensor_steps<T> to_xtensor(std::span<const segment<T>> segments) {
  const bool with_reference = !segments.empty() && !segments.front().reference.empty();
  realign::detail::check_segments(segments, false);
  std::size_t length = 0;
  for (const segment<T>& s : segments) length = (std::max)(length, s.size());
  const std::array<std::size_t, 2> shape{segments.size(), length}, none{0, 0};
  xtensor_steps<T> out{xt::xtensor<T, 2>(shape, T(0)),
                       xt::xtensor<T, 2>(with_reference ? shape : none, T(0)),
                       xtensor_mask(shape, 0)};
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const segment<T>& s = segments[k];
    const std::size_t expected = with_reference ? s.size() : 0;
    expects(s.reference.size() == expected, "reference", "one for all segments or for none",
            s.reference.size(), " numbers for ", s.size(), " steps in segment ", k);
    for (std::size_t t = 0; t < s.size(); ++t) {
      if (!s.exists(t)) continue;
      out.mask(k, t) = 1;
      out.log_probs(k, t) = s.log_probs[t];
      if (with_reference) out.reference(k, t) = s.reference[t];
    }
  }
  return out;
}

/// The rows of a batch as segments for a loss: views, valid while the batch stays as it is.
template <scalar T>
[[nodiscard]] std::vector<segment<T>> to_segments(const xtensor_steps<T>& batch) {
  const std::size_t rows = batch.mask.shape(0), length = batch.mask.shape(1);
  const bool with_reference = batch.reference.shape(0) > 0;
  const auto fits = [&](const xt::xtensor<T, 2>& x) {
    return x.shape(0) == rows && x.shape(1) == length;
  };
  expects(fits(batch.log_probs), "log_probs", "the shape of the mask", batch.log_probs.shape(0),
          " x ", batch.log_probs.shape(1), " for ", rows, " x ", length);
  expects(!with_reference || fits(batch.reference), "reference", "the shape of the mask or none",
          batch.reference.shape(0), " x ", batch.reference.shape(1), " for ", rows, " x ", length);
  std::vector<segment<T>> out(rows);
  for (std::size_t k = 0; k < rows; ++k) {
    out[k].log_probs = {batch.log_probs.data() + k * length, length};
    if (with_reference) out[k].reference = {batch.reference.data() + k * length, length};
    out[k].mask = {batch.mask.data() + k * length, length};
  }
  return out;
}

/// Copies chosen segments of continuous control into tensors, padded to the longest of them.
///
/// @param segments  states and actions are any ranges of T with `data()` and `size()`, all of the
///                  same lengths
/// @param chosen    indices into `segments`; may repeat
/// @throws contract_error for indices out of range or other lengths than the first
template <scalar T, vector_of<T> State, class Action>
[[nodiscard]] xtensor_recording<T> to_xtensor(
    std::span<const recorded_segment<State, Action>> segments,
    std::span<const std::size_t> chosen) {
  std::size_t length = 0, features = 0, dimensions = 0;
  for (const std::size_t k : chosen) {
    expects(k < segments.size(), "chosen", "indices below the number of segments", k, " of ",
            segments.size());
    if (length == 0 && !segments[k].empty()) {
      features = segments[k][0].state->size();
      dimensions = segments[k][0].action.size();
    }
    length = (std::max)(length, segments[k].size());
  }
  const auto shape = [&](std::size_t last) {
    return std::array<std::size_t, 3>{chosen.size(), length, last};
  };
  xtensor_recording<T> out{xt::xtensor<T, 3>(shape(features), T(0)),
                           xt::xtensor<T, 3>(shape(dimensions), T(0)),
                           xtensor_mask(std::array<std::size_t, 2>{chosen.size(), length}, 0)};
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    const auto& s = segments[chosen[row]];
    for (std::size_t t = 0; t < s.size(); ++t) {
      expects(s[t].state->size() == features && s[t].action.size() == dimensions, "segments",
              "states and actions of one length", s[t].state->size(), " and ", s[t].action.size(),
              " at step ", t, " of segment ", chosen[row], " instead of ", features, " and ",
              dimensions);
      std::copy_n(s[t].state->data(), features, &out.obs(row, t, 0));
      std::copy_n(s[t].action.data(), dimensions, &out.action(row, t, 0));
      out.mask(row, t) = 1;
    }
  }
  return out;
}

/// Both sides of pairs and their labels. Arguments and errors as above.
template <scalar T, vector_of<T> State, class Action>
[[nodiscard]] xtensor_pairs<T> to_xtensor(std::span<const recorded_segment<State, Action>> segments,
                                          std::span<const preference_pair> pairs) {
  realign::detail::check_pairs(pairs, segments.size());
  std::vector<std::size_t> preferred, rejected;
  xtensor_pairs<T> out;
  out.label.resize(std::array<std::size_t, 1>{pairs.size()});
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    preferred.push_back(pairs[p].preferred);
    rejected.push_back(pairs[p].rejected);
    out.label(p) = static_cast<T>(pairs[p].label);
  }
  out.preferred = to_xtensor<T>(segments, std::span<const std::size_t>(preferred));
  out.rejected = to_xtensor<T>(segments, std::span<const std::size_t>(rejected));
  return out;
}

}  // namespace realign::inline v0::adapt

#endif  // REALIGN_ADAPT_XTENSOR_BATCH_HPP
